#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "http/private_socket.h"
#include "http/tickets.h"
#include "http/turns.h"

namespace heald::http {

// Threads that carry whole requests to the server behind the door, one each at a time and as many
// as that has workers, and wait there until it is done. The answer goes its own way, by the ticket.
class Couriers {
 public:
  // `unanswered` is called for a request that the server ended without an answer.
  Couriers(int count, const PrivateSocket& socket, Tickets& tickets,
           std::function<void(door::Exchange&)> unanswered);

  void take(std::shared_ptr<door::Exchange> exchange, bool changes);

 private:
  void run(std::stop_token stop);
  void carry(const std::shared_ptr<door::Exchange>& exchange) const;

  const PrivateSocket& socket_;
  Tickets& tickets_;
  const std::function<void(door::Exchange&)> unanswered_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  Turns turns_;
  std::vector<std::jthread> threads_;  // last: they end before what they use
};

// What goes there: the ticket stands for all that the client wrote.
std::string passedOn(const std::string& ticket);

}  // namespace heald::http
