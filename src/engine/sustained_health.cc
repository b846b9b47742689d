#include "engine/sustained_health.h"

#include <algorithm>

#include "core/text.h"

namespace heald::engine {

// Since the last attempt ended, too: one that fails among healthy checks (a preventive one, a
// permit) is not forgotten a moment later.
bool SustainedHealth::lasts(int governor, core::Duration reset_after, core::BootTime now) const {
  if (const auto ended = governors_.figures()[governor].last_result;
      ended && now - *ended < reset_after) {
    return false;
  }
  const auto& checks = roster_.watchedBy(governor);
  const auto healthy = [&](const Roster::Watched& watched) {
    const auto since = checks_.healedSince(watched.check, watched.on);
    return since && watched.on.healed(checks_.health(watched.check)) && now - *since >= reset_after;
  };
  const auto quiet = [&](int remedy) {
    const auto since = episodes_.quietSince(groupOf(roster_[remedy]));
    return since && now - *since >= reset_after;
  };
  const std::vector<int>& alerted = roster_.alertedOf(governor);
  return !(alerted.empty() && checks.empty()) &&
         std::all_of(checks.begin(), checks.end(), healthy) &&
         std::all_of(alerted.begin(), alerted.end(), quiet);
}

void SustainedHealth::consider(int governor, Step& step) {
  const core::Duration reset_after = governors_[governor].policy().reset_after;
  if (!lasts(governor, reset_after, step.now.boot)) {
    return;
  }
  if (governors_.propose(governor, [](core::Governor& g) { return g.recovered(); })) {
    step.out.notes.push_back(
        {Note::Level::kInfo,
         "healthy for long enough: the failure counts are cleared",
         {{"governor", governors_.list()[governor].name}, {"after", core::toText(reset_after)}}});
  }
}

std::optional<core::BootTime> SustainedHealth::lookAgainAt(const Remedy& remedy) const {
  const auto since = remedy.spec.byAlert() ? episodes_.quietSince(groupOf(remedy)) : std::nullopt;
  if (!since) {
    return std::nullopt;
  }
  const core::BootTime from =
      std::max(*since, governors_.figures()[remedy.governor].last_result.value_or(*since));
  return from + governors_[remedy.governor].policy().reset_after;
}

}  // namespace heald::engine
