#pragma once

#include <array>
#include <optional>

#include "core/zone.h"

namespace heald::core {

// A stretch of wall time: [begin, end).
struct Interval {
  WallTime begin;
  WallTime end;

  bool contains(WallTime moment) const { return begin <= moment && moment < end; }
  friend bool operator==(const Interval&, const Interval&) = default;
};

// A time that comes back every week, by the clocks of a place: "Saturday and Sunday, 01:30 to 04:00
// in Berlin". Pure; immutable.
struct Weekly {
  std::array<bool, 7> days{};  // on which it begins; Monday is 0
  Duration from{};             // since midnight, by the clocks: 0 to 24 h
  Duration to{};               // likewise; at or before `from` it is on the next day
  Zone zone;

  // The one that holds at the moment, or else the next one; none when no day is chosen. One that
  // the change of the clocks leaves without length is passed over.
  std::optional<Interval> at(WallTime moment) const;

  friend bool operator==(const Weekly&, const Weekly&) = default;
};

}  // namespace heald::core
