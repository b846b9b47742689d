// The part of Healing that keeps the targets of alerts apart: who has a place, who makes room, and
// of whom nothing is left to remember.
#include <algorithm>
#include <utility>

#include "engine/healing.h"

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

// The index of the remedy for this target; a new one where there is room, -1 where there is none.
int Healing::instanceFor(int base, const std::string& target, std::optional<core::BootTime> now) {
  if (target.empty()) {
    return base;
  }
  if (const auto found = instances_.find({base, target}); found != instances_.end()) {
    return found->second;
  }
  const auto first = instances_.lower_bound({base, ""});
  const auto last = instances_.lower_bound({base + 1, ""});
  if (std::distance(first, last) < at(base).spec.alert.max_targets) {
    return addInstance(base, target);
  }
  // A target of which there is nothing to remember makes room.
  for (auto it = first; it != last; ++it) {
    if (const int index = it->second; atRest(at(index), now)) {
      leave(index);
      instances_.erase(it);
      serve(index, base, target);
      return index;
    }
  }
  return -1;
}

// It serves its target no longer. Remedies under one governor share the governor of a target.
void Healing::leave(int index) {
  const auto alerted = alerted_of_governor_.find(at(index).governor);
  std::erase(alerted->second, index);
  std::erase(remedies_of_governor_[static_cast<std::size_t>(alerted->first)], index);
  governors_.touch(alerted->first);
  if (alerted->second.empty()) {
    governors_.retireTarget(alerted->first);
    alerted_of_governor_.erase(alerted);
  }
}

int Healing::addInstance(int base, const std::string& target) {
  const int index = static_cast<int>(remedies_.size());
  remedies_.emplace_back();
  serve(index, base, target);
  return index;
}

void Healing::serve(int index, int base, const std::string& target) {
  Remedy remedy;
  const Remedy& configured = at(base);
  remedy.spec = configured.spec;
  remedy.check = -1;
  remedy.base = base;
  remedy.target = target;
  const auto& listed = configured.spec.alert.targets;
  remedy.governor = governors_.addTarget(
      configured.governor, target, std::find(listed.begin(), listed.end(), target) != listed.end());
  remedy.spec.governor = governors_.name(remedy.governor);
  remedy.view.name = configured.spec.name;
  remedy.view.observe = configured.view.observe;
  remedy.view.target_label = configured.spec.alert.target;
  at(index) = std::move(remedy);
  const int governor = at(index).governor;
  checks_of_governor_.resize(governors_.size());
  remedies_of_governor_.resize(governors_.size());
  alerted_of_governor_[governor].push_back(index);
  auto& under = remedies_of_governor_[static_cast<std::size_t>(governor)];
  under.insert(std::upper_bound(under.begin(), under.end(), index), index);
  governors_.touch(governor);
  instances_[{base, target}] = index;
}

bool Healing::atRest(const Remedy& remedy, std::optional<core::BootTime> now) const {
  const core::Governor& governor = governors_[remedy.governor];
  return remedy.phase == Phase::kIdle && episodes_.quietSince(groupOf(remedy)).has_value() &&
         decidesAsNew(governor.state(), governor.policy().budgets, now);
}

// There may be one for each value that a label has ever had. One that an episode names is kept: an
// attempt of it is told by its number.
void Healing::forgetTargets(core::BootTime now) {
  if (now < next_forgetting_) {
    return;
  }
  next_forgetting_ = now + kForgetEvery;
  const std::set<std::string> named = episodes_.targets();
  for (const int governor : governors_.parked()) {
    const std::string& name = governors_.name(governor);
    const auto at_sign = name.find('@');
    const int parent = governors_.indexOf(name.substr(0, at_sign));
    if (at_sign != std::string::npos && parent >= 0 && !named.contains(name.substr(at_sign + 1)) &&
        decidesAsNew(governors_[governor].state(), governors_[parent].policy().budgets, now)) {
      governors_.forget(governor);
    }
  }
}

}  // namespace heald::engine
