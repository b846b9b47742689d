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

// False: the connection has ended.
bool awaitDone(int socket) {
  std::array<char, kDone.size()> got;
  return TEMP_FAILURE_RETRY(::recv(socket, got.data(), got.size(), MSG_WAITALL)) ==
             static_cast<ssize_t>(got.size()) &&
         std::string_view(got.data(), got.size()) == kDone;
}

// Two places are kept for calls that change something, where there are more than two.
std::size_t mostReaders(int count) {
  return static_cast<std::size_t>(std::max(count - 2, 1));
}

}  // namespace

std::string passedOn(const std::string& ticket) {
  return "POST /ticket HTTP/1.1\r\nHost: localhost\r\n" + std::string(Tickets::kHeader) + ": " +
         ticket + "\r\nContent-Length: 0\r\n\r\n";
}

Couriers::Couriers(int count, Start start, Tickets& tickets,
                   std::function<void(door::Exchange&)> unanswered, std::chrono::milliseconds rest)
    : start_(std::move(start)),
      tickets_(tickets),
      unanswered_(std::move(unanswered)),
      turns_(mostReaders(count)),
      threads_(static_cast<unsigned>(count), rest, [this] {
        std::shared_ptr<const Server> ends;  // outside of the lock: others may need one meanwhile
        const std::lock_guard lock(server_mutex_);
        ends.swap(server_);
      }) {}

// Its threads wait for the server, so they end first.
Couriers::~Couriers() {
  threads_.stop();
}

Result<std::shared_ptr<const Server>> Couriers::server() {
  const std::lock_guard lock(server_mutex_);
  if (server_ == nullptr) {
    auto started = start_();
    if (!started) return started.error();
    server_ = std::move(*started);
  }
  return server_;
}

void Couriers::take(std::shared_ptr<door::Exchange> exchange, Weight weight) {
  const std::string peer = exchange->caller().peer();
  {
    const std::lock_guard lock(turns_mutex_);
    if (!turns_.add(std::move(exchange), peer, weight)) return;
  }
  if (threads_.post([this] { work(); })) return;
  std::optional<Turns::Turn> turn;  // somebody's, who can be told at least
  {
    const std::lock_guard lock(turns_mutex_);
    if ((turn = turns_.begin())) turns_.end(turn->weight);
  }
  if (!turn) return;
  for (const auto& each : turn->exchanges) unanswered_(*each);
}

void Couriers::work() {
  Link link;
  std::unique_lock lock(turns_mutex_);
  // Also those that had to wait for a place.
  while (auto turn = turns_.begin()) {
    lock.unlock();
    carry(turn->exchanges, link);
    const Weight weight = turn->weight;
    turn.reset();
    lock.lock();
    turns_.end(weight);
  }
}

void Couriers::carry(const Tickets::Exchanges& exchanges, Link& link) {
  const std::string ticket = tickets_.give(exchanges);
  // The server ends a connection that was idle for long: then the ticket is still there.
  const bool used = link.connection.valid();
  if (!pass(ticket, link) && used && tickets_.has(ticket)) (void)pass(ticket, link);
  tickets_.redeem(ticket);
  for (const auto& exchange : exchanges) {
    if (!exchange->answered() && !exchange->deferred()) unanswered_(*exchange);
  }
}

bool Couriers::pass(const std::string& ticket, Link& link) {
  if (!link.connection.valid()) {
    const auto behind = server();
    if (!behind) return false;
    link.server = *behind;
    link.connection = link.server->socket().connect();
    if (!link.connection.valid()) return false;
  }
  const int socket = link.connection.get();
  if (sendAll(socket, passedOn(ticket)) && awaitDone(socket)) return true;
  link.connection = io::UniqueFd();
  return false;
}

}  // namespace heald::http
