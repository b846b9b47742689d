#include "simulation/fleets_played.h"

#include <algorithm>

namespace heald::simulation {

FleetsPlayed::FleetsPlayed(const engine::Setup& setup) {
  for (const engine::GovernorSpec& spec : setup.governors) {
    if (spec.fleet == nullptr) continue;
    FleetPlayed& played = fleets_[spec.name].played;
    played.governor = spec.name;
    played.members = spec.fleet->members.size();
    played.at_once = spec.fleet->limit();
    // With the last one that makes it dormant, all others that are under way can be lost as well.
    played.most_lost = std::min(spec.policy.max_consecutive_failures,
                                spec.policy.breaker.permanent_open_threshold) +
                       spec.policy.max_in_flight - 1;
    played.most_attempts = core::attemptBound(spec.policy);
  }
}

void FleetsPlayed::heard(const engine::RequestPermit& request, const engine::Output& answer) {
  const auto fleet = fleets_.find(request.governor);
  if (fleet == fleets_.end()) return;
  ++fleet->second.played.asked;
  if (!answer.reply || !answer.reply->ok()) {
    ++fleet->second.refused["error"];
  } else if (const auto& denial = (*answer.reply)->denial) {
    ++fleet->second.refused[denial->word];
  } else {
    ++fleet->second.played.given;
  }
}

void FleetsPlayed::seen(const engine::Snapshot& snapshot) {
  for (const engine::FleetView& view : snapshot.fleets) {
    const auto fleet = fleets_.find(view.governor);
    if (fleet != fleets_.end()) fleet->second.played.lost = view.lost.size();
  }
}

std::vector<FleetPlayed> FleetsPlayed::played(const std::vector<GovernorPoint>& points) const {
  std::vector<FleetPlayed> all;
  for (const auto& [name, fleet] : fleets_) {
    FleetPlayed& played = all.emplace_back(fleet.played);
    played.refused.assign(fleet.refused.begin(), fleet.refused.end());
    bool dormant = false;
    for (const GovernorPoint& point : points) {
      if (point.governor != name) continue;
      if (point.dormant && !dormant) played.dormant.push_back(point.at);
      dormant = point.dormant;
    }
  }
  return all;
}

}  // namespace heald::simulation
