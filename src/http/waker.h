#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "http/address.h"

namespace heald::http {

// Connects to a listener again and again, every 10 ms, until it is destroyed. CivetWeb's accepting
// thread looks at its stop flag only when a connection comes or 2 s have passed; with a Waker
// alive during mg_stop it stops at once.
class Waker {
 public:
  explicit Waker(Address address);  // 0.0.0.0 connects to loopback

 private:
  void run(std::stop_token stop);

  Address address_;
  std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace heald::http
