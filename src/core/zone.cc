#include "core/zone.h"

#include <algorithm>

namespace heald::core {

std::chrono::seconds Zone::offsetAt(WallTime moment) const {
  if (changes_.empty()) return std::chrono::seconds(0);
  const auto later =
      std::upper_bound(changes_.begin(), changes_.end(), moment,
                       [](WallTime at, const Change& change) { return at < change.at; });
  return later == changes_.begin() ? changes_.front().offset : std::prev(later)->offset;
}

WallTime Zone::momentOf(LocalTime local) const {
  // No offset is more than 26 hours from another, and no two changes are within two days.
  const std::chrono::seconds before = offsetAt(local - std::chrono::hours(26));
  const std::chrono::seconds after = offsetAt(local + std::chrono::hours(26));
  const WallTime first = local - before;
  if (offsetAt(first) == before) return first;
  const WallTime second = local - after;
  return offsetAt(second) == after ? second : first;
}

}  // namespace heald::core
