#include "proof/oracle.h"

#include <algorithm>

namespace heald::proof {

using core::BreakerState;
using core::Guard;

namespace {

bool usedUp(const core::GovernorPolicy& policy, const core::GovernorState& state,
            core::BootTime now) {
  for (const core::BudgetPolicy& budget : policy.budgets) {
    if (startsWithin(state.starts, budget.per, now) >= budget.attempts) {
      return true;
    }
  }
  return false;
}

}  // namespace

core::Verdict expectedVerdict(const core::GovernorPolicy& policy, const core::GovernorState& state,
                              const core::Gates& gates, core::BootTime now) {
  const core::CircuitBreaker& breaker = state.breaker;
  const bool open = breaker.state == BreakerState::kOpen;
  const bool trial = breaker.state == BreakerState::kHalfOpen || open;
  const bool waits = state.consecutive_failures != 0 && state.next_allowed_at > now;
  const struct {
    Guard guard;
    bool fails;
    std::optional<core::BootTime> until;
  } guards[] = {
      {Guard::kFeatureFlag, !gates.feature_enabled, {}},
      {Guard::kDormant, state.dormancy.has_value() || gates.parent_dormant, {}},
      {Guard::kPermanentOpen, breaker.state == BreakerState::kPermanentOpen, {}},
      {Guard::kStoreUnavailable, !gates.store_available, {}},
      {Guard::kInFlight, std::ssize(state.in_flight) >= policy.max_in_flight, {}},
      {Guard::kMaxConcurrent, gates.max_concurrent_reached, {}},
      {Guard::kMaxUnverified, gates.max_unverified_reached, {}},
      {Guard::kStormBrake, gates.storm_brake, {}},
      {Guard::kBreakerOpen, open && breaker.open_until > now, breaker.open_until},
      {Guard::kBackoff, waits, state.next_allowed_at},
      {Guard::kHalfOpen,
       trial && breaker.half_open_admitted >= policy.breaker.half_open_max_attempts,
       {}},
      {Guard::kApproval, gates.approval_missing, {}},
      {Guard::kBudget, usedUp(policy, state, now), {}},
  };
  for (const auto& [guard, fails, until] : guards) {
    if (fails) {
      return {guard, until};
    }
  }
  return {};
}

core::Duration expectedWait(const core::BackoffPolicy& policy, int failures) {
  const double factor = static_cast<double>(1ULL << (failures > 62 ? 62 : failures - 1));
  const double wait = static_cast<double>(policy.base.count()) * factor;
  return wait >= static_cast<double>(policy.max.count())
             ? policy.max
             : core::Duration(policy.base.count() << (failures - 1));
}

int spentBy(const core::GovernorPolicy& policy, const core::GovernorState& state) {
  const int all =
      std::min(policy.max_consecutive_failures, policy.breaker.permanent_open_threshold);
  const int left = std::min(policy.max_consecutive_failures - state.consecutive_failures,
                            policy.breaker.permanent_open_threshold - state.breaker.failures);
  return (all - left) * policy.breaker.half_open_max_attempts;
}

int startsWithin(const std::vector<core::BootTime>& starts, core::Duration per,
                 core::BootTime now) {
  int count = 0;
  for (const core::BootTime start : starts) {
    count += start > now - per && start <= now ? 1 : 0;
  }
  return count;
}

}  // namespace heald::proof
