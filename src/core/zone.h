#pragma once

#include <chrono>
#include <vector>

#include "core/time.h"

namespace heald::core {

// The clocks of a place, as data: since when they are how far ahead of UTC. Pure; immutable.
class Zone {
 public:
  struct Change {
    WallTime at;
    std::chrono::seconds offset;  // of local time from UTC, from `at` on

    friend bool operator==(const Change&, const Change&) = default;
  };
  // What the clocks of the place show, as if it were UTC.
  using LocalTime = WallTime;

  Zone() = default;  // UTC
  // `changes` ascend. Before the first of them its offset holds, too.
  explicit Zone(std::vector<Change> changes) : changes_(std::move(changes)) {}

  std::chrono::seconds offsetAt(WallTime moment) const;
  LocalTime localAt(WallTime moment) const { return moment + offsetAt(moment); }
  // When the clocks show this. Where they show it twice, the first time; where they leave it out,
  // as long after the change as it would have been.
  WallTime momentOf(LocalTime local) const;

  friend bool operator==(const Zone&, const Zone&) = default;

 private:
  std::vector<Change> changes_;
};

}  // namespace heald::core
