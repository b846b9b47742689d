#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "door/exchange.h"

namespace heald::http {

// What a request does to those behind it.
enum class Weight : std::uint8_t {
  kReads,
  kChanges,
  kBrief,  // changes something, and is over at once: Route::brief
};

// Which request goes next to the few that can be worked on at one time. Pure.
//
// A call that changes something goes before all that only read, so that the kill switch waits for
// nobody's status; and a few places are never taken by readers. Of the readers each peer has its
// turn, however many requests it has waiting. Brief ones that wait one behind the other have a turn
// together, as the way to whoever answers costs more than they do.
class Turns {
 public:
  static constexpr std::size_t kTogether = 32;
  using Exchange = std::shared_ptr<door::Exchange>;
  struct Turn {
    std::vector<Exchange> exchanges;  // in the order in which they came; several only if brief
    Weight weight = Weight::kReads;
  };

  explicit Turns(std::size_t most_readers) : most_readers_(most_readers) {}

  // False: it goes with one that waits already, and is no turn of its own.
  bool add(Exchange exchange, const std::string& peer, Weight weight);
  // Begins the next; nothing: there is none, or only readers, and they have all places they may.
  std::optional<Turn> begin();
  void end(Weight weight);

 private:
  const std::size_t most_readers_;
  std::size_t reading_ = 0;
  std::deque<Turn> changing_;
  std::list<std::pair<std::string, std::deque<Exchange>>> readers_;  // by peer, who is next first
};

}  // namespace heald::http
