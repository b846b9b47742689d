#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "http/server.h"
#include "http/tickets.h"
#include "http/turns.h"
#include "io/worker_pool.h"

namespace heald::http {

// Threads that carry whole requests to the server behind the door, one turn each at a time and as
// many as that has workers, and wait there until it is done. The answers go their own way, by the
// ticket.
// Threads and server are there while there is something to do, and a short time longer.
class Couriers {
 public:
  static constexpr std::chrono::seconds kRest{30};
  using Start = std::function<Result<std::unique_ptr<Server>>()>;

  // `start` is called when there is a request and no server, on any thread, one call at a time;
  // `unanswered` for a request that nobody answers.
  Couriers(int count, Start start, Tickets& tickets,
           std::function<void(door::Exchange&)> unanswered, std::chrono::milliseconds rest = kRest);
  ~Couriers();

  void take(std::shared_ptr<door::Exchange> exchange, Weight weight);

  // The one there is, or that is started for it.
  Result<std::shared_ptr<const Server>> server();

 private:
  // Of one courier, for all that waits when it begins: another connection for each call would cost
  // as much as the call.
  struct Link {
    std::shared_ptr<const Server> server;
    io::UniqueFd connection;
  };

  void work();
  void carry(const Tickets::Exchanges& exchanges, Link& link);
  // False: the connection has ended, or there was none.
  bool pass(const std::string& ticket, Link& link);

  const Start start_;
  Tickets& tickets_;
  const std::function<void(door::Exchange&)> unanswered_;
  std::mutex server_mutex_;
  std::shared_ptr<const Server> server_;
  std::mutex turns_mutex_;
  Turns turns_;
  io::WorkerPool threads_;  // last: they end before what they use
};

// What goes there: the ticket stands for all that the clients wrote. What comes back is kDone, when
// all of it is done.
std::string passedOn(const std::string& ticket);

}  // namespace heald::http
