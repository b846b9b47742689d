#include "engine/outer_guards.h"

namespace heald::engine {

core::Gates OuterGuards::gatesOf(const Remedy& remedy, core::BootTime now) const {
  core::Gates now_gates = gates(remedy.preventive_run);
  now_gates.parent_dormant = parentDormant(governors_, remedy.governor);
  const auto needed = approvalNeeded(remedy);
  now_gates.approval_missing = needed && !approvals_.inForce(*needed, now);
  return now_gates;
}

core::Verdict OuterGuards::ask(const Remedy& remedy, core::BootTime now) const {
  return governors_[remedy.governor].ask(gatesOf(remedy, now), now);
}

std::optional<ApprovalKey> OuterGuards::approvalNeeded(const Remedy& remedy) const {
  if (remedy.spec.approval.empty() || remedy.view.observe) return std::nullopt;
  const int step = escalation_.stepFor(remedy);
  if (!remedy.spec.needsApproval(step)) return std::nullopt;
  return ApprovalKey{remedy.spec.name, remedy.target, step + 1};
}

bool OuterGuards::stormBrake() const {
  const int total = static_cast<int>(checks_.size());
  return total >= policy_.storm_brake.min_checks &&
         checks_.unhealthyCount() * 100 > policy_.storm_brake.max_unhealthy_percent * total;
}

core::Gates OuterGuards::gates(bool preventive) const {
  core::Gates gates;
  gates.feature_enabled = features_.enabled(core::Feature::kAutoHealing) &&
                          (!preventive || features_.enabled(core::Feature::kPreventiveHealing));
  gates.store_available = store_up_;
  gates.max_concurrent_reached = slots_.maxConcurrentReached();
  gates.max_unverified_reached = slots_.maxUnverifiedReached();
  gates.storm_brake = stormBrake();
  return gates;
}

}  // namespace heald::engine
