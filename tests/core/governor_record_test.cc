// What a governor writes down, beside what it decides.
#include <gtest/gtest.h>

#include "core/governor.h"

namespace heald::core {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

Now at(Duration now) {
  return {BootTime{now}, WallTime{hours(500'000) + now}};
}

std::uint64_t start(Governor& governor, Duration now) {
  const auto decision = governor.trigger({}, "remedy", at(now));
  EXPECT_TRUE(decision.ticket);
  return decision.ticket ? decision.ticket->id : 0;
}

void fail(Governor& governor, Duration now, const char* error = "") {
  EXPECT_TRUE(governor.result(start(governor, now), false, error, at(now)));
}

TEST(GovernorRecord, TheBoundIsTheFormulaOfTheDocument) {
  EXPECT_EQ(attemptBound({}), 10);
  GovernorPolicy policy;
  policy.max_consecutive_failures = 7;
  policy.breaker.permanent_open_threshold = 4;
  policy.breaker.half_open_max_attempts = 3;
  policy.max_in_flight = 2;
  EXPECT_EQ(attemptBound(policy), 4 * 3 + 2 - 1);
  policy.max_consecutive_failures = 2;
  EXPECT_EQ(attemptBound(policy), 2 * 3 + 2 - 1);
}

TEST(GovernorRecord, ATicketIsNumberedAndBelongsToTheMoment) {
  Governor governor({});
  const auto first = governor.trigger({}, "restart", at(seconds(1))).ticket;
  ASSERT_TRUE(first);
  EXPECT_EQ(*first, (Ticket{1, 0, 0, "restart", at(seconds(1)).wall}));
  EXPECT_EQ(governor.state().in_flight, std::vector<Ticket>{*first});
  EXPECT_EQ(governor.state().totals, (Totals{1, 0, 0}));
  governor.result(1, true, "", at(seconds(1)));
  EXPECT_EQ(governor.state().totals, (Totals{1, 1, 0}));
  EXPECT_EQ(start(governor, seconds(2)), 2u);
}

TEST(GovernorRecord, StartsThatNoBudgetLooksAtAreDropped) {
  GovernorPolicy policy;
  policy.budgets = {{5, minutes(1)}, {5, minutes(10)}};
  Governor governor(policy);
  governor.result(start(governor, seconds(0)), true, "", at(seconds(0)));
  governor.result(start(governor, minutes(9)), true, "", at(minutes(9)));
  EXPECT_EQ(governor.state().starts.size(), 2u);
  governor.result(start(governor, minutes(10)), true, "", at(minutes(10)));
  EXPECT_EQ(governor.state().starts,
            (std::vector<BootTime>{BootTime{minutes(9)}, BootTime{minutes(10)}}));
}

TEST(GovernorRecord, WithoutBudgetsNoStartIsKept) {
  GovernorPolicy policy;
  policy.budgets.clear();
  Governor governor(policy);
  start(governor, seconds(0));
  EXPECT_TRUE(governor.state().starts.empty());
}

TEST(GovernorRecord, TheMomentOfTheLastFailureIsKept) {
  Governor governor({});
  EXPECT_FALSE(governor.state().breaker.last_failure_at);
  fail(governor, seconds(3));
  EXPECT_EQ(governor.state().breaker.last_failure_at, at(seconds(3)).wall);
}

TEST(GovernorRecord, ClearingLeavesNoDeadlineBehind) {
  Governor healed({});
  fail(healed, seconds(0));
  healed.result(start(healed, seconds(5)), true, "", at(seconds(5)));
  EXPECT_EQ(healed.state().next_allowed_at, BootTime{});

  Governor resumed({});
  fail(resumed, seconds(0), "unauthorized");
  ASSERT_TRUE(resumed.resume("fixed"));
  EXPECT_EQ(resumed.state().next_allowed_at, BootTime{});
}

TEST(GovernorRecord, AResumeWithAnyOtherBreakerLeavesIt) {
  GovernorPolicy policy;
  policy.max_consecutive_failures = 3;
  policy.breaker.permanent_open_threshold = 9;
  Governor governor(policy);
  fail(governor, seconds(0));
  ASSERT_TRUE(governor.enterDormant("maintenance", at(seconds(1))));
  ASSERT_TRUE(governor.resume("done"));
  EXPECT_EQ(governor.state().breaker.state, BreakerState::kClosed);
  EXPECT_EQ(governor.state().breaker.failures, 1) << "only PERMANENT_OPEN is forgotten";
  EXPECT_EQ(governor.state().epoch, 2u);
}

TEST(GovernorRecord, ATrialAfterAResumeIsAdmittedAtAnyMoment) {
  Governor governor({});
  fail(governor, seconds(0), "unauthorized");
  ASSERT_TRUE(governor.resume("fixed"));
  EXPECT_EQ(governor.state().breaker.state, BreakerState::kOpen);
  EXPECT_EQ(governor.state().breaker.open_until, BootTime{}) << "past, even at the first moment";
  EXPECT_TRUE(governor.ask({}, BootTime{}).allowed());
}

TEST(GovernorRecord, RecoveryClearsWhateverIsLeft) {
  GovernorState failures_only;
  failures_only.consecutive_failures = 1;
  GovernorState breaker_only;
  breaker_only.breaker.failures = 1;
  GovernorState open_only;
  open_only.breaker.openUntil(BootTime{seconds(1)});
  for (const GovernorState& state : {failures_only, breaker_only, open_only}) {
    Governor governor({}, state);
    EXPECT_TRUE(governor.recovered());
    EXPECT_EQ(governor.state().consecutive_failures, 0);
    EXPECT_EQ(governor.state().breaker.failures, 0);
    EXPECT_EQ(governor.state().breaker.state, BreakerState::kClosed);
  }
  GovernorState permanent;
  permanent.breaker.openPermanently();
  EXPECT_FALSE(Governor({}, permanent).recovered());
}

TEST(GovernorRecord, NextAllowedIsTheLaterOfBackoffAndBreaker) {
  GovernorState state;
  state.consecutive_failures = 1;
  state.next_allowed_at = BootTime{seconds(50)};
  EXPECT_EQ(Governor({}, state).nextAllowedAt(), BootTime{seconds(50)});
  state.breaker.openUntil(BootTime{seconds(60)});
  EXPECT_EQ(Governor({}, state).nextAllowedAt(), BootTime{seconds(60)});
  state.next_allowed_at = BootTime{seconds(70)};
  EXPECT_EQ(Governor({}, state).nextAllowedAt(), BootTime{seconds(70)});
  state.consecutive_failures = 0;
  EXPECT_EQ(Governor({}, state).nextAllowedAt(), BootTime{seconds(60)})
      << "the backoff means something while there are failures";
  state.dormancy = DormancyRecord{};
  EXPECT_FALSE(Governor({}, state).nextAllowedAt());
  GovernorState permanent;
  permanent.breaker.openPermanently();
  EXPECT_FALSE(Governor({}, permanent).nextAllowedAt());
}

TEST(GovernorRecord, HealthForgetsNoFailureOfADormantOne) {
  Governor governor({});
  fail(governor, seconds(1));
  ASSERT_TRUE(governor.enterDormant("a test", at(seconds(2))));
  const GovernorState before = governor.state();
  EXPECT_FALSE(governor.recovered());
  EXPECT_EQ(governor.state(), before);
}

TEST(GovernorRecord, TheLimitSaysItselfAlsoWithoutAPermanentOpen) {
  GovernorPolicy policy;
  policy.max_consecutive_failures = 1;
  Governor governor(policy);
  fail(governor, seconds(1));
  ASSERT_TRUE(governor.state().dormant());
  EXPECT_EQ(governor.state().dormancy->reason, "Exceeded max failures");
}

TEST(GovernorRecord, WhatMakesItDormantIsSaid) {
  GovernorPolicy policy;
  policy.permanent_open_conditions = {"unauthorized"};
  Governor governor(policy);
  fail(governor, seconds(1), "401 unauthorized");
  ASSERT_TRUE(governor.state().dormant());
  EXPECT_EQ(governor.state().dormancy->reason, "Permanent-open condition matched: unauthorized");
  EXPECT_EQ(toString(governor.state().dormancy->triggered_by), "circuit_breaker");
  EXPECT_EQ(governor.enterDormant(" ", at(seconds(2))).error().message,
            "a reason is needed to enter dormant mode");
}

}  // namespace
}  // namespace heald::core
