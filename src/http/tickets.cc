#include "http/tickets.h"

#include <sys/random.h>

#include <array>
#include <utility>

namespace heald::http {

Tickets::Tickets() {
  std::array<unsigned char, 16> bytes{};
  (void)!::getrandom(bytes.data(), bytes.size(), 0);
  for (const unsigned char byte : bytes) {
    secret_ += "0123456789abcdef"[byte / 16];
    secret_ += "0123456789abcdef"[byte % 16];
  }
}

std::string Tickets::give(Exchanges exchanges) {
  const std::lock_guard lock(mutex_);
  std::string ticket = secret_ + "-" + std::to_string(next_++);
  open_[ticket] = std::move(exchanges);
  return ticket;
}

Tickets::Exchanges Tickets::redeem(std::string_view ticket) {
  const std::lock_guard lock(mutex_);
  const auto found = open_.find(ticket);
  if (found == open_.end()) return {};
  Exchanges exchanges = std::move(found->second);
  open_.erase(found);
  return exchanges;
}

bool Tickets::has(std::string_view ticket) {
  const std::lock_guard lock(mutex_);
  return open_.find(ticket) != open_.end();
}

}  // namespace heald::http
