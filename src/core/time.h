#pragma once

#include <chrono>

namespace heald::core {

// Every duration of the product. Units appear in names only at the edges (`_seconds`, `_ms`).
using Duration = std::chrono::nanoseconds;

// CLOCK_BOOTTIME: monotonic, counts suspend, starts again at every boot. All waits are measured on
// it, so that a step of the wall clock can never shorten one. A tag only: nothing here reads a
// clock.
struct BootClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;
};
using BootTime = BootClock::time_point;

// Time for people and for disk; never for a wait.
using WallTime = std::chrono::sys_time<Duration>;

// The two clocks read at one moment. Core and engine receive it and read no clock themselves.
struct Now {
  BootTime boot;
  WallTime wall;

  friend bool operator==(const Now&, const Now&) = default;
};

}  // namespace heald::core
