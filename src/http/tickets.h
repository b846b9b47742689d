#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "door/exchange.h"

namespace heald::http {

// What a request brings along to the server behind the door: a word that nobody can guess, under
// which the server finds who asks and where the answer goes. Thread-safe.
class Tickets {
 public:
  static constexpr std::string_view kHeader = "X-Heald-Ticket";

  Tickets();

  std::string give(std::shared_ptr<door::Exchange> exchange);
  // The exchange of a ticket, once; null: it is none.
  std::shared_ptr<door::Exchange> redeem(std::string_view ticket);
  // It was given, and nobody has redeemed it.
  bool has(std::string_view ticket);

 private:
  std::string secret_;  // of this process
  std::mutex mutex_;
  std::uint64_t next_ = 0;
  std::map<std::string, std::shared_ptr<door::Exchange>, std::less<>> open_;
};

}  // namespace heald::http
