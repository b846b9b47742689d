#pragma once

#include <optional>
#include <string>
#include <vector>

namespace heald::engine {

// How many members of a fleet may be under way at one time: a share of those that are *declared*,
// within bounds. It never depends on who answers, so it does not shrink or grow with a failure.
struct AtOnce {
  int percent = 5;
  int at_least = 1;
  std::optional<int> at_most;  // nothing: only `percent` limits

  friend bool operator==(const AtOnce&, const AtOnce&) = default;
};

// The members whose attempts one governor limits together: machines with a heald of their own, or
// with another program that asks. Only they get its permits, each one at a time.
struct Fleet {
  std::vector<std::string> members;  // sorted, unique
  AtOnce at_once;

  bool has(const std::string& member) const;
  int limit() const;  // at_once of the members; at least 1

  friend bool operator==(const Fleet&, const Fleet&) = default;
};

inline constexpr std::size_t kMostMembers = 10'000;
// What a governor may have in flight is written with each of its commits.
inline constexpr int kMostAtOnce = 1000;

// A fleet at one moment, for status and metrics.
struct FleetView {
  std::string governor;
  std::size_t declared = 0;
  int at_once = 0;    // the limit
  int under_way = 0;  // permits that are open
  int verifying = 0;  // those of them that were reported as ok, and are verified
  // Members whose last permit has failed or was not reported by its deadline, since a human acted
  // last; sorted. With `lost_limit` of them the governor goes dormant.
  std::vector<std::string> lost;
  int lost_limit = 0;
};

}  // namespace heald::engine
