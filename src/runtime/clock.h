#pragma once

#include <string>

#include "core/time.h"

namespace heald::runtime {

// The one place that reads the clocks: CLOCK_BOOTTIME for waits, CLOCK_REALTIME for people and
// disk. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual core::Now now() const = 0;
};

class SystemClock : public Clock {
 public:
  core::Now now() const override;
};

// Of the running kernel; "" when the system does not tell, and then every start counts as a reboot.
std::string readBootId();

}  // namespace heald::runtime
