#pragma once

#include <netinet/in.h>
#include <poll.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "io/fd.h"
#include "io/http_client.h"

namespace heald::io {

// An address to connect to that no name service has to be asked for.
struct NumericAddress {
  // Nothing for a name, or for what only a resolver takes for an address ("127.1").
  static std::optional<NumericAddress> of(const std::string& host, int port);

  const sockaddr* get() const;
  socklen_t size() const;

  union {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
  };
};

// Connections that are opened and closed at once, without curl; who calls waits for all of them
// together. For one thread. A `done` may ask for more of them only later.
class TcpConnects {
 public:
  using Clock = std::chrono::steady_clock;

  void start(const NumericAddress& address, core::Duration timeout, CancelToken cancel,
             HttpClient::Done done);
  // Ends those that `descriptors` says something of, whose time is over, or that were cancelled.
  void end(Clock::time_point now);
  void cancelAll();
  static HttpResponse cancelled();  // what those end with

  // What to wait for, and how long at most: until the next timeout, or `most`.
  std::vector<pollfd>& descriptors() { return descriptors_; }
  std::chrono::milliseconds patience(Clock::time_point now, std::chrono::milliseconds most) const;

 private:
  struct Opening {
    UniqueFd fd;
    core::Duration timeout;
    Clock::time_point deadline;
    CancelToken cancel;
    HttpClient::Done done;
  };

  HttpClient::Done take(std::size_t index);

  std::vector<Opening> openings_;
  std::vector<pollfd> descriptors_;  // of openings_[i]
};

}  // namespace heald::io
