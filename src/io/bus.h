#pragma once

#include <systemd/sd-bus.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "core/time.h"
#include "io/cancel.h"
#include "io/systemd.h"

namespace heald::io {

// One connection to a D-Bus, or to systemd's private socket, under a deadline. libsystemd's own
// synchronous calls may wait beyond it while the connection is being made, so everything here is
// asynchronous and waits in one place. For one thread.
class Bus {
 public:
  struct Outcome {
    UnitEnd end = UnitEnd::kDone;
    std::string error;
    explicit operator bool() const { return end == UnitEnd::kDone; }
  };
  using Reader = std::function<bool(sd_bus_message*)>;  // false: that is no such answer
  using Filler = std::function<int(sd_bus_message*)>;   // appends arguments, as sd_bus_message_*

  Bus(core::Duration timeout, const CancelToken& cancel);
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;

  Outcome open(const std::string& address);
  Outcome call(const std::string& path, const char* interface, const char* member,
               const Filler& arguments, const Reader& answer);
  // `reader` gets every such signal of systemd from the next call on.
  Outcome listen(const char* path, const char* interface, const char* member, Reader reader);
  using Condition = std::function<bool()>;
  // Until it holds, by what a reader has done.
  Outcome await(const Condition& condition) { return pump(condition, deadline_); }
  // Lets the time pass.
  Outcome pass(core::Duration wait);

 private:
  using Clock = std::chrono::steady_clock;
  struct Free {
    void operator()(sd_bus* bus) const { sd_bus_close_unref(bus); }
    void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
  };
  using Message = std::unique_ptr<sd_bus_message, Free>;

  Outcome unavailable(int error) const;
  Outcome refused(const sd_bus_error& error) const;
  Outcome timedOut() const;
  Outcome pump(const Condition& condition, Clock::time_point until);
  void sleep(Clock::time_point until) const;

  const core::Duration timeout_;
  const CancelToken& cancel_;
  const Clock::time_point deadline_;
  Reader on_signal_;
  const char* peer_ = nullptr;  // systemd's name on the bus; nobody has one on its private socket
  std::unique_ptr<sd_bus, Free> bus_;  // last: its callbacks use the rest
};

}  // namespace heald::io
