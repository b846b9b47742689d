#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/time.h"
#include "engine/timer_queue.h"

namespace heald::engine {

// When the next scheduled run of each check is due. They keep to a grid (start + n * interval): a
// late start shortens no later gap, and runs that could not start are counted and skipped, never
// caught up in a burst.
class CheckPlan {
 public:
  struct Rhythm {
    core::Duration interval;
    bool on_cycle = false;  // it is due once in each cycle, and not by its interval
  };
  struct Due {
    int check;
    core::BootTime at;
  };

  // Takes the place of what was planned; nothing is due until begin() and beginCycle().
  void take(std::vector<Rhythm> checks);
  // Plans the first run of each, spread so that they do not start together; likewise of those on
  // the cycle. Returns whose run of the last cycle has not started.
  void begin(core::BootTime now);
  std::vector<int> beginCycle(core::BootTime now);
  // How long after begin() or beginCycle() it is first due.
  core::Duration spread(std::size_t index) const;

  // The first one whose time has come, taken out. What is due within a moment starts with it: an
  // isolated wake-up costs as much as a probe.
  std::optional<Due> due(core::BootTime now);
  // Plans the run behind the one that was due. Returns how many of its grid are over by `now`.
  std::uint64_t next(int check, core::BootTime now);
  std::optional<core::BootTime> nextDue() { return due_.next(); }

 private:
  void plan(std::size_t index, core::BootTime due);

  struct Check {
    Rhythm rhythm;
    std::optional<core::BootTime> planned;  // the next scheduled run
  };
  std::vector<Check> checks_;
  TimerQueue due_;
};

}  // namespace heald::engine
