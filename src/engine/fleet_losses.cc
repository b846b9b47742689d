#include "engine/fleet_losses.h"

#include <algorithm>

namespace heald::engine {
namespace {

constexpr std::size_t kMostNamed = 5;

// "a, b and 7 more"
std::string someOf(const std::vector<std::string>& members) {
  std::string text;
  for (std::size_t i = 0; i < members.size() && i < kMostNamed; ++i) {
    text += (i == 0 ? "" : ", ") + members[i];
  }
  const std::size_t more = members.size() - std::min(members.size(), kMostNamed);
  return more == 0 ? text : text + " and " + std::to_string(more) + " more";
}

int limitOf(const core::GovernorPolicy& policy) {
  return std::min(policy.max_consecutive_failures, policy.breaker.permanent_open_threshold);
}

}  // namespace

std::vector<std::string> FleetLosses::of(int governor) const {
  std::vector<std::string> lost;
  const Fleet* fleet = governors_.list()[governor].fleet.get();
  if (fleet == nullptr) return lost;
  for (const auto& [member, epoch] : members_.failed(governors_.list()[governor].name)) {
    const bool since_a_human_acted = epoch == governors_[governor].state().epoch;
    if (since_a_human_acted && fleet->has(member)) lost.push_back(member);
  }
  return lost;
}

// A success of one member clears the governor's consecutive failures. That others have not come
// back is still so.
bool FleetLosses::stopWhenTooMany(int governor, core::Now now) {
  const std::vector<std::string> lost = of(governor);
  if (static_cast<int>(lost.size()) < limitOf(governors_[governor].policy())) return false;
  const std::string reason =
      std::to_string(lost.size()) + " members have failed or not come back: " + someOf(lost);
  return governors_.propose(governor, [&](core::Governor& g) {
    core::GovernorState state = g.state();
    if (state.dormant()) return false;
    state.dormancy = core::DormancyRecord{reason, now.wall, core::TriggeredBy::kAutomatic,
                                          g.policy().resume_conditions};
    g.setState(std::move(state));
    return true;
  });
}

// Again until there is nothing to propose: a commit may fail.
void FleetLosses::look(core::Now now) {
  if (!unlooked_) return;
  unlooked_ = false;
  for (const int governor : governors_.list().fleets()) {
    unlooked_ = stopWhenTooMany(governor, now) || unlooked_;
  }
}

void FleetLosses::fill(Snapshot& s) const {
  for (const int governor : governors_.list().fleets()) {
    const GovernorList::Entry& it = governors_.list()[governor];
    const core::Governor& g = governors_[governor];
    s.fleets.push_back({it.name, it.fleet->members.size(), g.policy().max_in_flight,
                        static_cast<int>(g.state().in_flight.size()), 0, of(governor),
                        limitOf(g.policy())});
  }
}

}  // namespace heald::engine
