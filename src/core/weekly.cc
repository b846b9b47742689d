#include "core/weekly.h"

namespace heald::core {
namespace {

using Days = std::chrono::days;

// 1970-01-01 was a Thursday, which is day 3 of a week that begins on Monday.
std::size_t weekdayOf(Days since_epoch) {
  return static_cast<std::size_t>(((since_epoch.count() + 3) % 7 + 7) % 7);
}

}  // namespace

std::optional<Interval> Weekly::at(WallTime moment) const {
  const auto today = std::chrono::floor<Days>(zone.localAt(moment).time_since_epoch());
  // One that began yesterday may still hold, and the next one is at most a week away.
  for (Days day = today - Days(1); day <= today + Days(8); ++day) {
    if (!days[weekdayOf(day)]) continue;
    const Zone::LocalTime midnight{Duration(day)};
    const Duration length = to > from ? to - from : to + Days(1) - from;
    const Interval interval{zone.momentOf(midnight + from),
                            zone.momentOf(midnight + from + length)};
    if (moment < interval.end && interval.begin < interval.end) return interval;
  }
  return std::nullopt;
}

}  // namespace heald::core
