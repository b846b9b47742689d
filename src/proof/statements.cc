#include "proof/statements.h"

#include <algorithm>

#include "proof/oracle.h"
#include "proof/statement.h"

namespace heald::proof {

using core::BreakerState;
using core::GovernorState;
using core::Guard;

namespace {

Statement inEveryState(const Transition& t) {
  const GovernorState& s = t.after;
  return firstOf({
      unless(core::inconsistency(s).empty(), "the state is one that a store may hold"),
      unless(s.dormant() || s.breaker.state != BreakerState::kPermanentOpen,
             "2: ACTIVE and PERMANENT_OPEN at once cannot be"),
      unless(std::ssize(s.in_flight) <= t.policy.max_in_flight,
             "1: at most C attempts are in flight"),
      unless(s.totals.attempts == s.totals.successes + s.totals.failures + s.in_flight.size(),
             "9: every attempt is in flight or counted, once"),
  });
}

Statement onEveryStep(const Transition& t) {
  const GovernorState& a = t.before;
  const GovernorState& b = t.after;
  const bool changed = a.breaker.state != b.breaker.state;
  const bool counts = isHuman(t.event) && t.accepted;
  return firstOf({
      unless(!a.dormant() || b.dormant() || t.event == Event::kResume,
             "3: only a human resume leaves DORMANT"),
      unless(a.breaker.state != BreakerState::kPermanentOpen ||
                 b.breaker.state == BreakerState::kPermanentOpen ||
                 t.event == Event::kForcedReset || t.event == Event::kResume,
             "3: only a human leaves PERMANENT_OPEN"),
      unless(b.epoch == a.epoch + (counts ? 1 : 0),
             "an epoch at every human action, and only then"),
      unless(!changed || b.breaker.generation > a.breaker.generation,
             "a generation at every change of the breaker"),
      unless(b.breaker.generation >= a.breaker.generation, "generations only grow"),
      unless(b.totals.attempts == a.totals.attempts + (t.ticket ? 1 : 0),
             "9: an attempt is counted when it starts, and never taken back"),
      unless(b.totals.successes >= a.totals.successes && b.totals.failures >= a.totals.failures,
             "totals never decrease"),
      unless(a.dormancy == b.dormancy || a.dormant() != b.dormant(),
             "one that is dormant keeps its first record"),
  });
}

Statement admission(const Transition& t) {
  const GovernorState& b = t.after;
  const bool trial = t.before.breaker.state != BreakerState::kClosed;
  const core::Ticket& ticket = *t.ticket;
  return firstOf({
      unless(!b.in_flight.empty() && b.in_flight.back() == ticket, "its ticket is in flight"),
      unless(ticket.id == b.totals.attempts, "the total gives a ticket its number"),
      unless(ticket.epoch == b.epoch && ticket.generation == b.breaker.generation,
             "a ticket is of the present epoch and generation"),
      unless(t.policy.budgets.empty() || (!b.starts.empty() && b.starts.back() == t.at.boot),
             "its start is recorded for the budgets"),
      unless(b.breaker.state == (trial ? BreakerState::kHalfOpen : BreakerState::kClosed),
             "an OPEN past its deadline becomes HALF_OPEN with the first trial"),
      unless(b.breaker.half_open_admitted == (trial ? t.before.breaker.half_open_admitted + 1 : 0),
             "a trial is counted"),
      unless(b.consecutive_failures == t.before.consecutive_failures &&
                 b.breaker.failures == t.before.breaker.failures && !b.dormant(),
             "an admission is no failure"),
  });
}

Statement denial(const Transition& t) {
  const bool budget = t.answered->denied_by == Guard::kBudget;
  GovernorState expected = t.before;
  expected.dormancy = t.after.dormancy;
  return firstOf({
      unless(expected == t.after, "a denial changes nothing"),
      unless(budget || t.before.dormancy == t.after.dormancy, "a denial changes nothing"),
      unless(!budget || (t.after.dormant() &&
                         t.after.dormancy->triggered_by == core::TriggeredBy::kAutomatic &&
                         t.after.dormancy->reason.starts_with("Budget exhausted")),
             "an exhausted budget makes it dormant"),
  });
}

Statement onTrigger(const Transition& t) {
  const core::Verdict expected = expectedVerdict(t.policy, t.before, gatesOf(t.event), t.at.boot);
  const Statement common = firstOf({
      unless(t.asked == expected, "1: the first guard that fails is the answer, and no other"),
      unless(t.answered == t.asked, "a trigger answers what asking said"),
      unless(t.ticket.has_value() == expected.allowed(),
             "1: an attempt starts exactly when allowed"),
  });
  return common != kHolds ? common : t.ticket ? admission(t) : denial(t);
}

Statement onRecovered(const Transition& t) {
  const bool heard = !t.before.dormant() && t.before.in_flight.empty() &&
                     t.before.breaker.state != BreakerState::kPermanentOpen;
  GovernorState unchanged = t.before;
  return firstOf({
      unless(heard || unchanged == t.after,
             "no recovery while dormant or with an attempt in flight"),
      unless(!heard || cleared(t.after), "sustained health clears the counts"),
      unless(t.after.starts == t.before.starts, "a recovery refills no budget"),
      unless(t.accepted == (unchanged != t.after), "it says whether anything changed"),
  });
}

// An epoch + 1 in HALF_OPEN makes the breaker OPEN with a deadline that is past.
Statement noTrialIsAwaited(const Transition& t) {
  return unless(t.after.breaker.state != BreakerState::kHalfOpen,
                "6: after a human action no trial is waited for");
}

bool openAndPast(const GovernorState& state, core::BootTime now) {
  return state.breaker.state == BreakerState::kOpen && state.breaker.open_until <= now;
}

Statement onReset(const Transition& t, bool force) {
  const bool refused = t.before.breaker.state == BreakerState::kPermanentOpen && !force;
  const GovernorState& b = t.after;
  return firstOf({
      unless(t.accepted != refused, "a reset without force does not leave PERMANENT_OPEN"),
      unless(!refused || t.before == b, "what is refused changes nothing"),
      unless(refused || (b.breaker.state == BreakerState::kClosed && b.breaker.failures == 0),
             "a reset closes the breaker"),
      unless(b.dormancy == t.before.dormancy &&
                 b.consecutive_failures == t.before.consecutive_failures &&
                 b.next_allowed_at == t.before.next_allowed_at && b.starts == t.before.starts &&
                 b.in_flight == t.before.in_flight,
             "a reset leaves mode, failures, backoff and budgets"),
  });
}

Statement onRetry(const Transition& t, bool blank) {
  const GovernorState& a = t.before;
  const GovernorState& b = t.after;
  if (blank || a.dormant()) {
    return unless(!t.accepted && a == b, "a retry is refused without a reason, or while dormant");
  }
  const bool closed = a.breaker.state == BreakerState::kClosed;
  core::Gates free;
  const core::Verdict verdict = expectedVerdict(t.policy, b, free, t.at.boot);
  return firstOf({
      unless(t.accepted, "a retry is taken unless dormant"),
      unless(b.consecutive_failures == a.consecutive_failures &&
                 b.breaker.failures == a.breaker.failures && b.starts == a.starts &&
                 b.in_flight == a.in_flight && b.totals == a.totals && !b.dormant(),
             "a retry leaves counts, budgets and what is in flight"),
      unless(b.next_allowed_at <= t.at.boot, "a retry ends the backoff"),
      unless(closed ? b.breaker == a.breaker : openAndPast(b, t.at.boot),
             "a retry ends the OPEN wait, and leaves CLOSED"),
      unless(b.breaker.half_open_admitted == 0, "a retry begins with no trial admitted"),
      unless(verdict.allowed() || verdict.denied_by == Guard::kInFlight ||
                 verdict.denied_by == Guard::kBudget,
             "after a retry nothing but an attempt in flight or a budget is in the way"),
      noTrialIsAwaited(t),
  });
}

Statement onResume(const Transition& t, bool blank) {
  const bool refused = blank || !t.before.dormant();
  const GovernorState& b = t.after;
  if (refused) {
    return unless(!t.accepted && t.before == b,
                  "a resume is refused without a reason, or if active");
  }
  const BreakerState is = t.before.breaker.state;
  const bool trial = is == BreakerState::kPermanentOpen || is == BreakerState::kHalfOpen;
  return firstOf({
      unless(t.accepted && !b.dormant() && b.consecutive_failures == 0, "a resume makes it active"),
      unless(b.starts.empty(), "a resume refills the budgets"),
      unless(!trial || openAndPast(b, t.at.boot), "a resume puts the breaker on trial"),
      unless(trial || b.breaker == t.before.breaker, "a resume leaves any other breaker"),
      unless(b.breaker.failures ==
                 (is == BreakerState::kPermanentOpen ? 0 : t.before.breaker.failures),
             "a resume forgets the breaker's failures only when it was PERMANENT_OPEN"),
      unless(b.in_flight == t.before.in_flight, "a resume ends nothing"),
      noTrialIsAwaited(t),
  });
}

Statement onEnterDormant(const Transition& t, bool blank) {
  if (blank) {
    return unless(!t.accepted && t.before == t.after, "dormant mode needs a reason");
  }
  const bool was_trial = t.before.breaker.state == BreakerState::kHalfOpen;
  GovernorState expected = t.before;
  expected.epoch = t.after.epoch;
  expected.dormancy = t.after.dormancy;
  expected.breaker = was_trial ? t.after.breaker : t.before.breaker;
  return firstOf({
      unless(t.accepted && t.after.dormant(), "a human can always make it dormant"),
      unless(t.before.dormant() || !t.after.dormant() ||
                 t.after.dormancy->triggered_by == core::TriggeredBy::kManual,
             "dormant by a human is manual"),
      unless(expected == t.after, "entering dormant mode changes nothing else"),
      unless(!was_trial || openAndPast(t.after, t.at.boot), "a trial in flight is given up"),
      noTrialIsAwaited(t),
  });
}

// Statement 10: what remains of a wait, before and after.
Statement waitIsKept(core::Duration before, core::Duration after, core::Duration elapsed) {
  const core::Duration least = std::max(core::Duration{}, before - elapsed);
  const core::Duration most = std::max(core::Duration{}, before);
  after = std::max(core::Duration{}, after);
  return unless(after >= least && after <= most,
                "10: a boot neither shortens nor lengthens a wait");
}

Statement onBoot(const Transition& t) {
  const core::Duration elapsed = std::max(core::Duration{}, t.later.wall - t.at.wall);
  const GovernorState& a = t.before;
  const GovernorState& b = t.after;
  GovernorState expected = b;
  expected.next_allowed_at = a.next_allowed_at;
  expected.breaker.open_until = a.breaker.open_until;
  expected.starts = a.starts;
  const bool same_boot = t.event == Event::kCrash;
  Statement ages = unless(a.starts.size() == b.starts.size(), "8: a boot forgets no start");
  for (std::size_t i = 0; ages == kHolds && i < a.starts.size(); ++i) {
    ages = unless(t.later.boot - b.starts[i] == t.at.boot - a.starts[i] + elapsed,
                  "10: the starts that budgets count age as the wall clock says");
  }
  return firstOf({
      unless(expected == a, "8: a boot changes nothing but deadlines"),
      unless(!same_boot || a == b, "10: on one boot deadlines hold as they are"),
      a.consecutive_failures > 0
          ? waitIsKept(a.next_allowed_at - t.at.boot, b.next_allowed_at - t.later.boot, elapsed)
          : kHolds,
      a.breaker.state == BreakerState::kOpen
          ? waitIsKept(a.breaker.open_until - t.at.boot, b.breaker.open_until - t.later.boot,
                       elapsed)
          : kHolds,
      ages,
  });
}

Statement onEvent(const Transition& t) {
  if (isTrigger(t.event)) {
    return onTrigger(t);
  }
  if (resultOf(t.event)) {
    return onResult(t);
  }
  if (isBoot(t.event)) {
    return onBoot(t);
  }
  switch (t.event) {
    case Event::kTick:
      return unless(t.before == t.after, "time alone changes nothing in the record");
    case Event::kUnknownTicket:
      return unless(!t.accepted && t.before == t.after,
                    "9: a result of no attempt changes nothing");
    case Event::kRecovered:
      return onRecovered(t);
    case Event::kReset:
    case Event::kForcedReset:
      return onReset(t, t.event == Event::kForcedReset);
    case Event::kRetry:
    case Event::kRetryBlank:
      return onRetry(t, t.event == Event::kRetryBlank);
    case Event::kResume:
    case Event::kResumeBlank:
      return onResume(t, t.event == Event::kResumeBlank);
    case Event::kEnterDormant:
    case Event::kEnterDormantBlank:
      return onEnterDormant(t, t.event == Event::kEnterDormantBlank);
    default:
      return kHolds;
  }
}

}  // namespace

const char* violationOf(const Transition& step) {
  return firstOf({inEveryState(step), onEveryStep(step), onEvent(step)});
}

const char* violationOf(const core::GovernorPolicy& policy, core::Duration tick,
                        const Situation& situation) {
  const auto kept = [&](const core::BudgetPolicy& budget) {
    const auto inside = [&](std::uint32_t age) { return age * tick < budget.per; };
    return std::count_if(situation.counted_ages.begin(), situation.counted_ages.end(), inside) <=
           budget.attempts;
  };
  return firstOf({
      unless(situation.since_fresh_start <= core::attemptBound(policy), "5: it stops"),
      unless(situation.trials <= policy.breaker.half_open_max_attempts,
             "4: HALF_OPEN admits at most H attempts in a generation"),
      unless(std::all_of(policy.budgets.begin(), policy.budgets.end(), kept),
             "5: no window exceeds its budget"),
  });
}

const char* stuck(const core::Governor& governor, core::BootTime now) {
  const GovernorState& state = governor.state();
  if (state.dormant() || !state.in_flight.empty()) {
    return kHolds;
  }
  const core::GovernorPolicy& policy = governor.policy();
  const core::BootTime last = now + std::max(policy.backoff.max, policy.breaker.open_for);
  const auto admits = [&](core::BootTime when) {
    const core::Verdict verdict = governor.ask({}, when);
    return verdict.allowed() || verdict.denied_by == Guard::kBudget;
  };
  const auto next = governor.nextAllowedAt();
  return firstOf({
      unless(admits(last), "6: it admits once time has passed, or its budget makes it dormant"),
      unless(next.has_value() && admits(std::max(now, *next)),
             "6: it says when it will admit, and does"),
      unless(!next || *next <= now || !admits(*next - core::Duration{1}),
             "6: it says when it will admit, and not before"),
  });
}

bool isFreshStart(const Transition& t) {
  if (isHuman(t.event) || t.event == Event::kRecovered) {
    return t.accepted && (isHuman(t.event) || cleared(t.after));
  }
  const core::CircuitBreaker& breaker = t.before.breaker;
  const bool closes = breaker.state == BreakerState::kClosed ||
                      breaker.half_open_succeeded + 1 >= t.policy.breaker.half_open_max_attempts;
  return t.event == Event::kPresentOk && !t.before.dormant() && closes && cleared(t.after);
}

}  // namespace heald::proof
