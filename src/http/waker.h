#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "config/listen_address.h"

namespace heald::http {

// Connects to a listener again and again, every 10 ms, until it is destroyed. CivetWeb's accepting
// thread looks at its stop flag only when a connection comes or 2 s have passed; with a Waker
// alive during mg_stop it stops at once.
class Waker {
 public:
  explicit Waker(config::ListenAddress address);  // 0.0.0.0 connects to loopback

 private:
  void run(std::stop_token stop);

  config::ListenAddress address_;
  std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace heald::http
