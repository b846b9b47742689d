#include "engine/debounce.h"

namespace heald::engine {

using core::Health;

void Debounce::observe(Health result, int unhealthy_after, int healthy_after, bool gap,
                       core::BootTime now) {
  const bool known = result != Health::kUnknown;
  observe(warning_, known, result == Health::kWarning || result == Health::kUnhealthy,
          unhealthy_after, healthy_after, gap, now);
  observe(critical_, known, result == Health::kUnhealthy, unhealthy_after, healthy_after, gap, now);
}

void Debounce::observe(Line& line, bool known, bool above, int up_after, int down_after, bool gap,
                       core::BootTime now) {
  line.above = known && above ? line.above + 1 : 0;
  line.below = known && !above ? line.below + 1 : 0;
  if (line.below == 0) {
    line.below_since.reset();
  } else if (!line.below_since || gap) {
    line.below_since = now;
  }
  if (line.below >= down_after) {
    line.crossed = false;
  } else if (line.above >= up_after) {
    line.crossed = true;
  }
}

Health Debounce::health() const {
  if (critical_.crossed.value_or(false)) {
    return Health::kUnhealthy;
  }
  if (!warning_.crossed) {
    return Health::kUnknown;
  }
  return *warning_.crossed ? Health::kWarning : Health::kHealthy;
}

std::optional<core::BootTime> Debounce::healedSince(const core::AnswersTo& on) const {
  return (on.warning ? warning_ : critical_).below_since;
}

}  // namespace heald::engine
