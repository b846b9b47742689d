#include "engine/governor_figures.h"

namespace heald::engine {

const GovernorFigures::Of& GovernorFigures::operator[](int governor) const {
  static const Of none;
  const auto index = static_cast<std::size_t>(governor);
  return index < figures_.size() ? figures_[index] : none;
}

GovernorFigures::Of& GovernorFigures::at(int governor) {
  const auto index = static_cast<std::size_t>(governor);
  if (index >= figures_.size()) figures_.resize(index + 1);
  stale_.mark(governor);
  return figures_[index];
}

void GovernorFigures::suppressed(int governor, core::Guard guard) {
  ++at(governor).counters.suppressed[static_cast<std::size_t>(guard)];
  ++suppressed_[static_cast<std::size_t>(guard)];
}

void GovernorFigures::permitAsked(int governor, core::BootTime now) {
  std::optional<core::BootTime>& first = at(governor).first_permit;
  first = first.value_or(now);
}

void GovernorFigures::changed(int governor, const core::GovernorState& before,
                              const core::GovernorState& after) {
  GovernorCounters& counters = at(governor).counters;
  const auto from = static_cast<std::size_t>(before.breaker.state);
  const auto to = static_cast<std::size_t>(after.breaker.state);
  if (from != to) ++counters.transitions[from][to];
  if (!before.dormant() && after.dormant()) {
    ++counters.dormant_entries[static_cast<std::size_t>(after.dormancy->triggered_by)];
  }
}

}  // namespace heald::engine
