#pragma once

#include <cstddef>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "door/exchange.h"

namespace heald::http {

// Which request goes next to the few that can be worked on at one time. Pure.
//
// A call that changes something goes before all that only read, so that the kill switch waits for
// nobody's status; and a few places are never taken by readers. Of the readers each peer has its
// turn, however many requests it has waiting.
class Turns {
 public:
  using Exchange = std::shared_ptr<door::Exchange>;
  struct Turn {
    Exchange exchange;
    bool changes = false;
  };

  explicit Turns(std::size_t most_readers) : most_readers_(most_readers) {}

  void add(Exchange exchange, const std::string& peer, bool changes);
  // Begins the next; nothing: there is none, or only readers, and they have all places they may.
  std::optional<Turn> begin();
  void end(bool changes);

 private:
  const std::size_t most_readers_;
  std::size_t reading_ = 0;
  std::deque<Exchange> changing_;
  std::list<std::pair<std::string, std::deque<Exchange>>> readers_;  // by peer, who is next first
};

}  // namespace heald::http
