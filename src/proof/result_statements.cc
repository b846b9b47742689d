#include "proof/oracle.h"
#include "proof/statement.h"

namespace heald::proof {

using core::BreakerState;
using core::GovernorState;

namespace {

GovernorState withoutTotals(GovernorState state) {
  state.totals = {};
  state.in_flight.clear();
  return state;
}

const core::Ticket& ticketOf(const Transition& t) {
  for (const core::Ticket& ticket : t.before.in_flight) {
    if (std::find(t.after.in_flight.begin(), t.after.in_flight.end(), ticket) ==
        t.after.in_flight.end()) {
      return ticket;
    }
  }
  return t.before.in_flight.front();
}

// What an ok means, of an attempt that is heard.
Statement onOk(const Transition& t, const core::Ticket& ticket) {
  const core::CircuitBreaker& breaker = t.before.breaker;
  const GovernorState before = withoutTotals(t.before);
  const GovernorState after = withoutTotals(t.after);
  if (ticket.generation != breaker.generation) {
    return unless(before == after, "7: a late success changes nothing but totals");
  }
  const bool last = breaker.half_open_succeeded + 1 >= t.policy.breaker.half_open_max_attempts;
  if (breaker.state == BreakerState::kClosed || last) {
    return unless(cleared(t.after) && t.after.breaker.half_open_admitted == 0,
                  "a success in CLOSED, or the H-th in HALF_OPEN, clears the counts");
  }
  GovernorState expected = before;
  ++expected.breaker.half_open_succeeded;
  return unless(expected == after, "a success in HALF_OPEN clears nothing before the H-th");
}

struct Fate {
  BreakerState breaker;
  std::optional<core::TriggeredBy> dormant;
  const char* reason = "";
};

// What a failure comes to, after it is counted: the table of "Result" in docs/governor.md.
Fate fateOf(const Transition& t, const core::Ticket& ticket, bool matches) {
  const core::BreakerPolicy& limits = t.policy.breaker;
  const BreakerState is = t.before.breaker.state;
  const int bf = t.before.breaker.failures + 1;
  const bool n = t.before.consecutive_failures + 1 >= t.policy.max_consecutive_failures;
  if (matches) {
    return {BreakerState::kPermanentOpen, core::TriggeredBy::kCircuitBreaker,
            "Permanent-open condition matched: "};
  }
  if (bf >= limits.permanent_open_threshold) {
    return n ? Fate{BreakerState::kPermanentOpen, core::TriggeredBy::kAutomatic,
                    "Exceeded max failures"}
             : Fate{BreakerState::kPermanentOpen, core::TriggeredBy::kCircuitBreaker,
                    "Circuit breaker reached its permanent-open threshold"};
  }
  if (n) {
    return {is, core::TriggeredBy::kAutomatic, "Exceeded max failures"};
  }
  const bool late = ticket.generation != t.before.breaker.generation;
  const bool opens = (is == BreakerState::kHalfOpen && !late) ||
                     (is == BreakerState::kClosed && bf >= limits.failure_threshold);
  return {opens ? BreakerState::kOpen : is, std::nullopt};
}

Statement onFailure(const Transition& t, const core::Ticket& ticket, bool matches) {
  const GovernorState& b = t.after;
  const Fate fate = fateOf(t, ticket, matches);
  const bool opened =
      fate.breaker == BreakerState::kOpen && b.breaker.generation != t.before.breaker.generation;
  const bool reopens =
      fate.breaker == BreakerState::kOpen && t.before.breaker.state != BreakerState::kOpen;
  return firstOf({
      unless(b.consecutive_failures == t.before.consecutive_failures + 1, "a failure is counted"),
      unless(b.breaker.failures == t.before.breaker.failures + 1, "the breaker counts a failure"),
      unless(b.breaker.last_failure_at == t.at.wall, "the moment of the last failure is kept"),
      unless(
          b.next_allowed_at == t.at.boot + expectedWait(t.policy.backoff, b.consecutive_failures),
          "10: the wait after a failure is d(cf)"),
      unless(b.breaker.state == fate.breaker, "a failure moves the breaker as the table says"),
      unless(opened == reopens, "a breaker that is open is not opened again by a late failure"),
      unless(!opened || b.breaker.open_until == t.at.boot + t.policy.breaker.open_for,
             "an open breaker is open for W"),
      unless(b.dormant() == fate.dormant.has_value(),
             "5: it is dormant at N, at P, or by its error"),
      unless(
          !fate.dormant || !b.dormant() ||
              (b.dormancy->triggered_by == *fate.dormant &&
               b.dormancy->reason.starts_with(fate.reason) && b.dormancy->timestamp == t.at.wall &&
               b.dormancy->resume_conditions == t.policy.resume_conditions),
          "the dormancy record says why, when, by what, and how it is left"),
  });
}

}  // namespace

Statement onResult(const Transition& t) {
  if (t.before.in_flight.size() != t.after.in_flight.size() + 1) {
    return "9: a result takes its own attempt out of those in flight";
  }
  const core::Ticket ticket = ticketOf(t);
  const bool ok = isOk(t.event);
  const Statement counted =
      unless(t.accepted && t.after.totals.successes == t.before.totals.successes + (ok ? 1 : 0) &&
                 t.after.totals.failures == t.before.totals.failures + (ok ? 0 : 1),
             "9: a result is counted once, as a success or a failure");
  if (counted != kHolds) {
    return counted;
  }
  if (ticket.epoch != t.before.epoch || t.before.dormant()) {
    return unless(withoutTotals(t.before) == withoutTotals(t.after),
                  "7: a result of an old epoch, or while dormant, changes nothing but totals");
  }
  const bool matches = t.event == Event::kPresentMatches || t.event == Event::kLateMatches;
  return ok ? onOk(t, ticket) : onFailure(t, ticket, matches);
}

}  // namespace heald::proof
