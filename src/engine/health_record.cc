#include "engine/health_record.h"

#include <utility>

namespace heald::engine {

std::optional<HealthRecord::Change> HealthRecord::observe(core::Health health, core::BootTime now) {
  const bool changed = std::exchange(last_, health) != health;
  if (now - window_ >= std::chrono::minutes(1)) {
    window_ = now;
    in_window_ = 0;
  }
  // A change back to what was told is left out as well: others before it have been.
  if (in_window_ >= kMost || health == told_) {
    left_out_ += changed ? 1 : 0;
    return std::nullopt;
  }
  ++in_window_;
  // The last of those that were left out is the one that is told now, unless this is one more.
  const std::int64_t left_out = std::exchange(left_out_, 0);
  const core::Health before = std::exchange(told_, health).value_or(core::Health::kUnknown);
  return Change{before, health, changed ? left_out : left_out - 1};
}

}  // namespace heald::engine
