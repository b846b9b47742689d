#include "engine/health_record.h"

#include <utility>

namespace heald::engine {

std::optional<HealthRecord::Change> HealthRecord::observe(core::Health health, core::BootTime now) {
  const bool changed = std::exchange(last_, health) != health;
  if (now - window_ >= std::chrono::minutes(1)) {
    window_ = now;
    in_window_ = 0;
  }
  if (in_window_ >= kMost) {
    left_out_ += changed ? 1 : 0;
    return std::nullopt;
  }
  if (health == told_) {
    return std::nullopt;
  }
  ++in_window_;
  // The last of those that were left out is the one that is told now, unless this is one more.
  const std::int64_t left_out = std::exchange(left_out_, 0);
  return Change{std::exchange(told_, health), health,
                left_out > 0 && !changed ? left_out - 1 : left_out};
}

}  // namespace heald::engine
