#include "core/explain.h"

#include <algorithm>

#include "core/text.h"

namespace heald::core {
namespace {

std::string counted(int count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

struct Scene {
  const GovernorPolicy& policy;
  const GovernorState& state;
  const Gates& gates;
  BootTime now;

  BreakerState breaker() const { return state.breaker.reads(now); }
};

GuardFinding dormant(const Scene& s) {
  if (s.state.dormant()) {
    return {Guard::kDormant, false, "DORMANT: " + s.state.dormancy->reason, "ACTIVE", {}};
  }
  return {Guard::kDormant,
          !s.gates.parent_dormant,
          s.gates.parent_dormant ? "its parent is DORMANT" : "ACTIVE",
          "ACTIVE",
          {}};
}

GuardFinding permanentOpen(const Scene& s) {
  return {
      Guard::kPermanentOpen,
      s.breaker() != BreakerState::kPermanentOpen,
      std::string(toString(s.breaker())) + " with " + counted(s.state.breaker.failures, "failure"),
      "not PERMANENT_OPEN (" + counted(s.policy.breaker.permanent_open_threshold, "failure") + ")",
      {}};
}

GuardFinding inFlight(const Scene& s) {
  const int count = static_cast<int>(s.state.in_flight.size());
  return {Guard::kInFlight,
          count < s.policy.max_in_flight,
          counted(count, "attempt"),
          "fewer than " + std::to_string(s.policy.max_in_flight),
          {}};
}

GuardFinding breakerOpen(const Scene& s) {
  GuardFinding finding{
      Guard::kBreakerOpen, true, std::string(toString(s.breaker())), "not OPEN", {}};
  if (s.breaker() == BreakerState::kOpen) {
    finding.passes = false;
    finding.until = s.state.breaker.open_until;
    finding.value += " for another " + toText(*finding.until - s.now);
  }
  return finding;
}

GuardFinding backoff(const Scene& s) {
  const int failures = s.state.consecutive_failures;
  const Duration delay = backoffDelay(s.policy.backoff, failures);
  GuardFinding finding{Guard::kBackoff,
                       true,
                       counted(failures, "consecutive failure"),
                       failures == 0 ? "no wait" : toText(delay) + " after the last failure",
                       {}};
  if (failures > 0 && s.now < s.state.next_allowed_at) {
    finding.passes = false;
    finding.until = s.state.next_allowed_at;
    finding.value += ", wait another " + toText(*finding.until - s.now);
  }
  return finding;
}

GuardFinding halfOpen(const Scene& s) {
  const bool trial = s.breaker() == BreakerState::kHalfOpen;
  // An expired OPEN still counts what its record says, as Governor::ask does.
  const int admitted = trial ? s.state.breaker.half_open_admitted : 0;
  return {Guard::kHalfOpen,
          !trial || s.state.breaker.admitsTrial(s.policy.breaker, s.now) ||
              trialsAreStuck(s.state, s.policy),
          trial ? counted(admitted, "trial") + " in HALF_OPEN" : std::string(toString(s.breaker())),
          "fewer than " + counted(s.policy.breaker.half_open_max_attempts, "trial"),
          {}};
}

GuardFinding budget(const Scene& s) {
  GuardFinding finding{
      Guard::kBudget, !exhaustedBudget(s.policy.budgets, s.state.starts, s.now), "", "", {}};
  for (const BudgetPolicy& budget : s.policy.budgets) {
    const std::string per = " in " + toText(budget.per);
    finding.value += (finding.value.empty() ? "" : ", ") +
                     std::to_string(attemptsInWindow(s.state.starts, budget.per, s.now)) + per;
    finding.threshold +=
        (finding.threshold.empty() ? "fewer than " : ", ") + std::to_string(budget.attempts) + per;
  }
  if (s.policy.budgets.empty()) {
    finding.value = finding.threshold = "no budget";
  }
  return finding;
}

GuardFinding gate(Guard guard, bool passes, const char* good, const char* bad) {
  return {guard, passes, passes ? good : bad, good, {}};
}

std::vector<GuardFinding> findings(const Scene& s) {
  return {gate(Guard::kFeatureFlag, s.gates.feature_enabled, "on", "off"),
          dormant(s),
          permanentOpen(s),
          gate(Guard::kStoreUnavailable, s.gates.store_available, "available", "unavailable"),
          inFlight(s),
          gate(Guard::kMaxConcurrent, !s.gates.max_concurrent_reached, "not reached", "reached"),
          gate(Guard::kMaxUnverified, !s.gates.max_unverified_reached, "not reached", "reached"),
          gate(Guard::kStormBrake, !s.gates.storm_brake, "released", "holds"),
          breakerOpen(s),
          backoff(s),
          halfOpen(s),
          gate(Guard::kApproval, !s.gates.approval_missing, "not missing", "missing"),
          budget(s)};
}

// Only time may be missing: everything else must pass at the moment when backoff and breaker do.
std::optional<BootTime> earliestOf(const Governor& governor, const Gates& gates, BootTime now) {
  const auto allowed_at = governor.nextAllowedAt();
  if (!allowed_at) {
    return std::nullopt;
  }
  const BootTime then = std::max(now, *allowed_at);
  return governor.ask(gates, then).allowed() ? std::optional(then) : std::nullopt;
}

}  // namespace

Explanation explain(const Governor& governor, const Gates& gates, BootTime now) {
  Explanation explanation;
  explanation.guards = findings({governor.policy(), governor.state(), gates, now});
  for (const GuardFinding& finding : explanation.guards) {
    if (!finding.passes && explanation.verdict.allowed()) {
      explanation.verdict = {finding.guard, finding.until};
    }
  }
  explanation.earliest = earliestOf(governor, gates, now);
  return explanation;
}

}  // namespace heald::core
