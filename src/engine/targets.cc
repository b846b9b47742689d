#include "engine/targets.h"

#include <algorithm>
#include <set>
#include <utility>

namespace heald::engine {

namespace {

constexpr core::Duration kForgetEvery = std::chrono::hours(1);

// Whether it says what a new governor would. Without `now` every start counts: old ones stay in the
// state until the next attempt.
bool decidesAsNew(const core::GovernorState& state, const std::vector<core::BudgetPolicy>& budgets,
                  std::optional<core::BootTime> now) {
  const auto counts = [&](const core::BudgetPolicy& budget) {
    return !now || core::attemptsInWindow(state.starts, budget.per, *now) > 0;
  };
  const bool remembers =
      !state.starts.empty() && std::any_of(budgets.begin(), budgets.end(), counts);
  return !state.dormant() && state.breaker.state == core::BreakerState::kClosed &&
         state.breaker.failures == 0 && state.consecutive_failures == 0 && !remembers &&
         state.in_flight.empty();
}

}  // namespace

int Targets::placeFor(int base, const std::string& target, std::optional<core::BootTime> now) {
  if (const int serving = roster_.serving(base, target); serving >= 0) {
    return serving;
  }
  const std::vector<int> all = roster_.targetsOf(base);
  if (static_cast<int>(all.size()) < roster_[base].spec.alert.max_targets) {
    const int index = static_cast<int>(roster_.size());
    serve(index, base, target);
    return index;
  }
  const auto rests = [&](int index) { return atRest(roster_[index], now); };
  const auto place = std::find_if(all.begin(), all.end(), rests);
  if (place == all.end()) {
    return -1;
  }
  leave(*place);
  serve(*place, base, target);
  return *place;
}

// Remedies under one governor share the governor of a target.
void Targets::leave(int index) {
  const int governor = roster_[index].governor;
  const bool last = roster_.leave(index);
  governors_.stale().mark(governor);
  if (last) {
    governors_.retireTarget(governor);
  }
}

void Targets::serve(int index, int base, const std::string& target) {
  Remedy remedy;
  const Remedy& configured = roster_[base];
  remedy.spec = configured.spec;
  remedy.check = -1;
  remedy.base = base;
  remedy.target = target;
  const auto& listed = configured.spec.alert.targets;
  remedy.governor = governors_.addTarget(
      configured.governor, target, std::find(listed.begin(), listed.end(), target) != listed.end());
  remedy.spec.governor = governors_.list()[remedy.governor].name;
  remedy.view.name = configured.spec.name;
  remedy.view.observe = configured.view.observe;
  remedy.view.target_label = configured.spec.alert.target;
  const int governor = remedy.governor;
  roster_.serve(index, std::move(remedy));
  governors_.stale().mark(governor);
}

bool Targets::atRest(const Remedy& remedy, std::optional<core::BootTime> now) const {
  const core::Governor& governor = governors_[remedy.governor];
  return remedy.attempt.phase == Phase::kIdle &&
         episodes_.lines().quietSince(groupOf(remedy)).has_value() &&
         decidesAsNew(governor.state(), governor.policy().budgets, now);
}

// One that an episode names is kept: an attempt of it is told by its number.
void Targets::forgetOld(core::BootTime now) {
  if (now < next_forgetting_) {
    return;
  }
  next_forgetting_ = now + kForgetEvery;
  const std::set<std::string> named = episodes_.book().targets();
  for (const int governor : governors_.list().parked()) {
    const std::string& name = governors_.list()[governor].name;
    const auto at_sign = name.find('@');
    const int parent = governors_.list().indexOf(name.substr(0, at_sign));
    if (at_sign != std::string::npos && parent >= 0 && !named.contains(name.substr(at_sign + 1)) &&
        decidesAsNew(governors_[governor].state(), governors_[parent].policy().budgets, now)) {
      governors_.forget(governor);
    }
  }
}

}  // namespace heald::engine
