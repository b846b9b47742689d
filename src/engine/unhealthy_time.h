#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/time.h"

namespace heald::engine {

// What ended the time that a check was unhealthy.
enum class EndedBy : std::uint8_t { kRemedy, kItself, kHuman };
inline constexpr std::size_t kEndedByCount = 3;
std::string_view toString(EndedBy who);  // "remedy", "itself", "human"

// How long a check has been unhealthy.
struct UnhealthyTime {
  core::Duration ended{};               // of what is over
  std::optional<core::BootTime> since;  // of what lasts
  bool human = false;                   // somebody has acted upon what lasts

  friend bool operator==(const UnhealthyTime&, const UnhealthyTime&) = default;
  core::Duration total(core::BootTime now) const {
    return ended + (since && *since < now ? now - *since : core::Duration{});
  }
};

// How a Tally is on disk: counts by name ("incidents/remedy", "human_actions/resume",
// "time_to_heal/http/60" of a bucket by its bound, "time_to_heal/http/sum_ns"), and times by check.
using TallyCounts = std::vector<std::pair<std::string, std::uint64_t>>;
using TallyTimes = std::vector<std::pair<std::string, UnhealthyTime>>;

}  // namespace heald::engine
