#include "http/couriers.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace heald::http {
namespace {

bool sendAll(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent =
        TEMP_FAILURE_RETRY(::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL));
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void awaitEnd(int socket) {
  std::array<char, 4096> ignored;
  while (TEMP_FAILURE_RETRY(::recv(socket, ignored.data(), ignored.size(), 0)) > 0) {
  }
}

// Two places are kept for calls that change something, where there are more than two.
std::size_t mostReaders(int count) {
  return static_cast<std::size_t>(std::max(count - 2, 1));
}

}  // namespace

std::string passedOn(const std::string& ticket) {
  return "POST /ticket HTTP/1.1\r\nHost: localhost\r\n" + std::string(Tickets::kHeader) + ": " +
         ticket + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
}

Couriers::Couriers(int count, const PrivateSocket& socket, Tickets& tickets,
                   std::function<void(door::Exchange&)> unanswered)
    : socket_(socket),
      tickets_(tickets),
      unanswered_(std::move(unanswered)),
      turns_(mostReaders(count)) {
  for (int i = 0; i < count; ++i) {
    threads_.emplace_back([this](std::stop_token stop) { run(stop); });
  }
}

void Couriers::take(std::shared_ptr<door::Exchange> exchange, bool changes) {
  const std::string peer = exchange->caller().peer();
  const std::lock_guard lock(mutex_);
  turns_.add(std::move(exchange), peer, changes);
  changed_.notify_one();
}

void Couriers::run(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  for (;;) {
    std::optional<Turns::Turn> turn;
    changed_.wait(lock, stop, [&] { return (turn = turns_.begin()).has_value(); });
    if (!turn) return;
    lock.unlock();
    carry(turn->exchange);
    const bool changes = turn->changes;
    turn.reset();
    lock.lock();
    turns_.end(changes);
    changed_.notify_one();  // a reader that had to wait
  }
}

void Couriers::carry(const std::shared_ptr<door::Exchange>& exchange) const {
  const io::UniqueFd connection = socket_.connect();
  if (connection.valid()) {
    const std::string ticket = tickets_.give(exchange);
    if (sendAll(connection.get(), passedOn(ticket))) awaitEnd(connection.get());
    tickets_.redeem(ticket);
  }
  if (!exchange->answered() && !exchange->deferred()) unanswered_(*exchange);
}

}  // namespace heald::http
