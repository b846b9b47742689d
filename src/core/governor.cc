#include "core/governor.h"

#include <algorithm>

#include "core/error_matcher.h"
#include "core/invariant.h"
#include "core/plain_text.h"
#include "core/text.h"

namespace heald::core {
namespace {

Verdict deny(Guard guard) {
  return {guard, std::nullopt};
}
Verdict denyUntil(Guard guard, BootTime until) {
  return {guard, until};
}

std::string describe(const BudgetPolicy& budget) {
  return std::to_string(budget.attempts) + " attempts per " + toText(budget.per);
}

}  // namespace

std::string_view toString(Guard guard) {
  switch (guard) {
    case Guard::kFeatureFlag:
      return "feature_flag";
    case Guard::kDormant:
      return "dormant";
    case Guard::kPermanentOpen:
      return "permanent_open";
    case Guard::kStoreUnavailable:
      return "store_unavailable";
    case Guard::kInFlight:
      return "in_flight";
    case Guard::kMaxConcurrent:
      return "max_concurrent";
    case Guard::kMaxUnverified:
      return "max_unverified";
    case Guard::kStormBrake:
      return "storm_brake";
    case Guard::kBreakerOpen:
      return "breaker_open";
    case Guard::kBackoff:
      return "backoff";
    case Guard::kHalfOpen:
      return "half_open";
    case Guard::kApproval:
      return "approval";
    case Guard::kBudget:
      return "budget";
  }
  return "";
}

std::string_view toString(TriggeredBy by) {
  switch (by) {
    case TriggeredBy::kAutomatic:
      return "automatic";
    case TriggeredBy::kCircuitBreaker:
      return "circuit_breaker";
    case TriggeredBy::kManual:
      return "manual";
  }
  return "";
}

bool trialsAreStuck(const GovernorState& state, const GovernorPolicy& policy) {
  const CircuitBreaker& breaker = state.breaker;
  return breaker.state == BreakerState::kHalfOpen &&
         breaker.half_open_admitted >= policy.breaker.half_open_max_attempts &&
         std::none_of(state.in_flight.begin(), state.in_flight.end(), [&](const Ticket& ticket) {
           return ticket.generation == breaker.generation;
         });
}

Verdict Governor::ask(const Gates& gates, BootTime now) const {
  const CircuitBreaker& breaker = state_.breaker;
  const BreakerState reads = breaker.reads(now);
  if (!gates.feature_enabled) {
    return deny(Guard::kFeatureFlag);
  }
  if (state_.dormant() || gates.parent_dormant) {
    return deny(Guard::kDormant);
  }
  if (reads == BreakerState::kPermanentOpen) {
    return deny(Guard::kPermanentOpen);
  }
  if (!gates.store_available) {
    return deny(Guard::kStoreUnavailable);
  }
  if (static_cast<int>(state_.in_flight.size()) >= policy_.max_in_flight) {
    return deny(Guard::kInFlight);
  }
  if (gates.max_concurrent_reached) {
    return deny(Guard::kMaxConcurrent);
  }
  if (gates.max_unverified_reached) {
    return deny(Guard::kMaxUnverified);
  }
  if (gates.storm_brake) {
    return deny(Guard::kStormBrake);
  }
  if (reads == BreakerState::kOpen) {
    return denyUntil(Guard::kBreakerOpen, breaker.open_until);
  }
  if (state_.consecutive_failures > 0 && now < state_.next_allowed_at) {
    return denyUntil(Guard::kBackoff, state_.next_allowed_at);
  }
  if (reads == BreakerState::kHalfOpen && !breaker.admitsTrial(policy_.breaker, now) &&
      !trialsAreStuck(state_, policy_)) {
    return deny(Guard::kHalfOpen);
  }
  if (gates.approval_missing) {
    return deny(Guard::kApproval);
  }
  if (exhaustedBudget(policy_.budgets, state_.starts, now)) {
    return deny(Guard::kBudget);
  }
  return {};
}

Duration Governor::backoffNow() const {
  return backoffDelay(policy_.backoff, state_.consecutive_failures);
}

std::optional<BootTime> Governor::nextAllowedAt() const {
  if (state_.dormant() || state_.breaker.state == BreakerState::kPermanentOpen) {
    return std::nullopt;
  }
  BootTime next{};
  if (state_.consecutive_failures > 0) {
    next = state_.next_allowed_at;
  }
  if (state_.breaker.state == BreakerState::kOpen) {
    next = std::max(next, state_.breaker.open_until);
  }
  return next;
}

Governor::Decision Governor::trigger(const Gates& gates, const std::string& remedy, Now now) {
  const Verdict verdict = ask(gates, now.boot);
  if (!verdict.allowed()) {
    if (verdict.denied_by == Guard::kBudget) {
      const auto budget = exhaustedBudget(policy_.budgets, state_.starts, now.boot);
      goDormant("Budget exhausted: " + describe(*budget), TriggeredBy::kAutomatic, now);
    }
    return {verdict, std::nullopt};
  }
  if (trialsAreStuck(state_, policy_)) {
    state_.breaker.openUntil(now.boot);
  }
  state_.breaker.admit(now.boot);
  forgetOldStarts(state_.starts, policy_.budgets, now.boot);
  if (!policy_.budgets.empty()) {
    state_.starts.push_back(now.boot);
  }
  ++state_.totals.attempts;
  const Ticket ticket{state_.totals.attempts, state_.epoch, state_.breaker.generation, remedy,
                      now.wall};
  state_.in_flight.push_back(ticket);
  CHECK(static_cast<int>(state_.in_flight.size()) <= policy_.max_in_flight,
        "no more attempts are in flight than the policy allows");
  return {verdict, ticket};
}

bool Governor::result(std::uint64_t id, bool ok, std::string_view error, Now now) {
  const auto found = std::find_if(state_.in_flight.begin(), state_.in_flight.end(),
                                  [&](const Ticket& t) { return t.id == id; });
  if (found == state_.in_flight.end()) {
    return false;
  }
  const Ticket ticket = *found;
  state_.in_flight.erase(found);
  ++(ok ? state_.totals.successes : state_.totals.failures);
  if (ticket.epoch != state_.epoch || state_.dormant()) {
    return true;
  }
  if (ok) {
    succeeded(ticket);
  } else {
    failed(ticket, error, now);
  }
  return true;
}

void Governor::succeeded(const Ticket& ticket) {
  CircuitBreaker& breaker = state_.breaker;
  if (ticket.generation != breaker.generation) {
    return;
  }
  if (breaker.state == BreakerState::kClosed) {
    clearFailures();
    return;
  }
  // Clear only on closing: with H > 1, clearing at each success would let a remedy that fails every
  // second trial go on for ever.
  ++breaker.half_open_succeeded;
  if (breaker.half_open_succeeded >= policy_.breaker.half_open_max_attempts) {
    clearFailures();
  }
}

void Governor::failed(const Ticket& ticket, std::string_view error, Now now) {
  CircuitBreaker& breaker = state_.breaker;
  ++state_.consecutive_failures;
  ++breaker.failures;
  breaker.last_failure_at = now.wall;
  state_.next_allowed_at = now.boot + backoffNow();

  const auto match = matchError(error, policy_.permanent_open_conditions);
  const bool limit = state_.consecutive_failures >= policy_.max_consecutive_failures;
  if (match || breaker.failures >= policy_.breaker.permanent_open_threshold) {
    breaker.openPermanently();
    if (match) {
      goDormant("Permanent-open condition matched: " + *match, TriggeredBy::kCircuitBreaker, now);
    } else if (limit) {
      goDormant("Exceeded max failures", TriggeredBy::kAutomatic, now);
    } else {
      goDormant("Circuit breaker reached its permanent-open threshold",
                TriggeredBy::kCircuitBreaker, now);
    }
    return;
  }
  if (limit) {
    goDormant("Exceeded max failures", TriggeredBy::kAutomatic, now);
    return;
  }
  const bool late = ticket.generation != breaker.generation;
  if (late && breaker.state != BreakerState::kClosed) {
    return;
  }
  if (breaker.state == BreakerState::kHalfOpen ||
      breaker.failures >= policy_.breaker.failure_threshold) {
    breaker.openUntil(now.boot + policy_.breaker.open_for);
  }
}

bool Governor::recovered() {
  const bool fresh = state_.consecutive_failures == 0 && state_.breaker.failures == 0 &&
                     state_.breaker.state == BreakerState::kClosed;
  if (fresh || state_.dormant() || state_.breaker.state == BreakerState::kPermanentOpen ||
      !state_.in_flight.empty()) {
    return false;
  }
  clearFailures();
  return true;
}

Result<void> Governor::reset(bool force) {
  if (state_.breaker.state == BreakerState::kPermanentOpen && !force) {
    return Error{ErrorCode::kConflict,
                 "the breaker is PERMANENT_OPEN: only a reset with force leaves that state "
                 "(healdctl reset --force, or {\"force\": true})"};
  }
  state_.breaker.close();
  humanActed();
  return {};
}

Result<void> Governor::retry(std::string_view reason) {
  if (isBlank(reason)) {
    return Error{ErrorCode::kInvalid, "a reason is needed to retry: say what was fixed"};
  }
  // PERMANENT_OPEN is dormant too.
  if (state_.dormant()) {
    return Error{ErrorCode::kConflict,
                 "it is dormant (" + state_.dormancy->reason +
                     "), and only a resume leaves that (healdctl resume, with a reason)"};
  }
  state_.next_allowed_at = BootTime{};
  if (state_.breaker.state == BreakerState::kOpen) {
    state_.breaker.open_until = BootTime{};
  }
  humanActed();
  return {};
}

Result<void> Governor::resume(std::string_view reason) {
  if (isBlank(reason)) {
    return Error{ErrorCode::kInvalid, "a reason is needed to resume: say what was found and fixed"};
  }
  if (!state_.dormant()) {
    return Error{ErrorCode::kConflict, "it is not dormant, so there is nothing to resume"};
  }
  state_.dormancy.reset();
  state_.consecutive_failures = 0;
  state_.next_allowed_at = BootTime{};
  state_.starts.clear();
  if (state_.breaker.state == BreakerState::kPermanentOpen) {
    // On trial: one attempt decides whether the cause is gone.
    state_.breaker.openUntil(BootTime{});
    state_.breaker.failures = 0;
  }
  humanActed();
  return {};
}

Result<void> Governor::enterDormant(std::string_view reason, Now now) {
  if (isBlank(reason)) {
    return Error{ErrorCode::kInvalid, "a reason is needed to enter dormant mode"};
  }
  // The first reason stays: it is what has to be found and fixed.
  if (!state_.dormant()) {
    goDormant(std::string(reason), TriggeredBy::kManual, now);
  }
  humanActed();
  return {};
}

void Governor::markUnreadable(std::string_view why, Now now) {
  state_ = GovernorState{};
  std::string reason(kStateUnreadable);
  if (!why.empty()) {
    reason += ": " + std::string(why);
  }
  goDormant(std::move(reason), TriggeredBy::kAutomatic, now);
}

void Governor::goDormant(std::string reason, TriggeredBy by, Now now) {
  state_.dormancy = DormancyRecord{std::move(reason), now.wall, by, policy_.resume_conditions};
}

void Governor::clearFailures() {
  state_.consecutive_failures = 0;
  state_.next_allowed_at = BootTime{};
  state_.breaker.close();
}

void Governor::humanActed() {
  ++state_.epoch;
  // A trial in flight now has an old epoch; without this its HALF_OPEN would wait for it for ever.
  if (state_.breaker.state == BreakerState::kHalfOpen) {
    state_.breaker.openUntil(BootTime{});
  }
}

int attemptBound(const GovernorPolicy& policy) {
  const int failures =
      std::min(policy.max_consecutive_failures, policy.breaker.permanent_open_threshold);
  return failures * policy.breaker.half_open_max_attempts + policy.max_in_flight - 1;
}

}  // namespace heald::core
