#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "door/exchange.h"

namespace heald::http {

// What goes to the server behind the door: a word that nobody can guess, under which the server
// finds requests, who asks and where the answers go. Thread-safe.
class Tickets {
 public:
  static constexpr std::string_view kHeader = "X-Heald-Ticket";
  using Exchanges = std::vector<std::shared_ptr<door::Exchange>>;

  Tickets();

  std::string give(Exchanges exchanges);
  // The exchanges of a ticket, once; none: it is no ticket.
  Exchanges redeem(std::string_view ticket);
  // It was given, and nobody has redeemed it.
  bool has(std::string_view ticket);

 private:
  std::string secret_;  // of this process
  std::mutex mutex_;
  std::uint64_t next_ = 0;
  std::map<std::string, Exchanges, std::less<>> open_;
};

}  // namespace heald::http
