#include "core/governor.h"

#include <gtest/gtest.h>

#include <functional>

namespace heald::core {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Now at(Duration since_boot) {
  return {BootTime{since_boot}, WallTime{hours(1000) + since_boot}};
}

// A governor with its clock and a remedy that ends at once.
struct Bench {
  explicit Bench(GovernorPolicy policy = {}) : governor(std::move(policy)) {}

  bool attempt(bool ok, const std::string& error = "exit code 1") {
    const auto decision = governor.trigger({}, "remedy", at(now));
    if (!decision.ticket) {
      denied = *decision.verdict.denied_by;
      return false;
    }
    starts.push_back(std::chrono::duration_cast<seconds>(now).count());
    return governor.result(decision.ticket->id, ok, error, at(now));
  }
  // Fails as soon as the governor lets it, as often as it lets it.
  void failForEver() {
    while (const auto next = governor.nextAllowedAt()) {
      now = std::max(now, next->time_since_epoch());
      if (!attempt(false)) {
        return;
      }
    }
  }
  void failTimes(int times) {
    for (int i = 0; i < times; ++i) {
      now = std::max(now, governor.nextAllowedAt()->time_since_epoch());
      ASSERT_TRUE(attempt(false));
    }
  }

  Governor governor;
  Duration now{};
  std::vector<long> starts;
  Guard denied{};
};

TEST(Governor, AnAlwaysFailingRemedyStartsTenTimesAtTheDesignsMomentsAndNeverAgain) {
  Bench bench;
  bench.failForEver();
  EXPECT_EQ(bench.starts, (std::vector<long>{0, 5, 15, 75, 135, 215, 375, 695, 1295, 1895}));
  const GovernorState& state = bench.governor.state();
  ASSERT_TRUE(state.dormant());
  EXPECT_EQ(state.breaker.state, BreakerState::kPermanentOpen);
  EXPECT_EQ(state.dormancy->reason, "Exceeded max failures");
  EXPECT_EQ(state.dormancy->triggered_by, TriggeredBy::kAutomatic);
  bench.now += hours(24 * 365);
  EXPECT_FALSE(bench.attempt(false));
  EXPECT_EQ(bench.denied, Guard::kDormant);
}

TEST(Governor, AMomentBeforeItsDeadlineNothingStartsAndTheVerdictNamesIt) {
  Bench bench;
  ASSERT_TRUE(bench.attempt(false));
  const BootTime until{seconds(5)};
  EXPECT_EQ(bench.governor.ask({}, until - Duration(1)), (Verdict{Guard::kBackoff, until}));
  EXPECT_TRUE(bench.governor.ask({}, until).allowed());

  bench.failTimes(2);
  const BootTime open_until{seconds(15 + 60)};
  EXPECT_EQ(bench.governor.ask({}, open_until - Duration(1)),
            (Verdict{Guard::kBreakerOpen, open_until}));
  EXPECT_TRUE(bench.governor.ask({}, open_until).allowed());
}

TEST(Governor, APermanentOpenConditionNeedsOneFailureOnly) {
  Bench bench;
  ASSERT_TRUE(bench.attempt(false, "Error: No active API keys found"));
  const GovernorState& state = bench.governor.state();
  EXPECT_EQ(state.breaker.state, BreakerState::kPermanentOpen);
  ASSERT_TRUE(state.dormant());
  EXPECT_EQ(state.dormancy->triggered_by, TriggeredBy::kCircuitBreaker);
  EXPECT_NE(state.dormancy->reason.find("no active api keys"), std::string::npos);
}

TEST(Governor, APermanentOpenConditionInASuccessMeansNothing) {
  Bench bench;
  ASSERT_TRUE(bench.attempt(true, "unauthorized"));
  EXPECT_FALSE(bench.governor.state().dormant());
}

TEST(Governor, ABreakerThatReachesItsOwnLimitFirstSaysSo) {
  GovernorPolicy policy;
  policy.breaker.permanent_open_threshold = 4;
  Bench bench(policy);
  bench.failForEver();
  EXPECT_EQ(bench.starts.size(), 4u);
  EXPECT_EQ(bench.governor.state().dormancy->triggered_by, TriggeredBy::kCircuitBreaker);
}

TEST(Governor, ALimitBelowTheBreakersLeavesTheBreakerAsItIs) {
  GovernorPolicy policy;
  policy.max_consecutive_failures = 4;
  Bench bench(policy);
  bench.failForEver();
  EXPECT_EQ(bench.starts.size(), 4u);
  EXPECT_NE(bench.governor.state().breaker.state, BreakerState::kPermanentOpen);
  EXPECT_EQ(bench.governor.state().dormancy->triggered_by, TriggeredBy::kAutomatic);
}

TEST(Governor, ARemedyThatHealsAndRelapsesForEverEndsDormantByItsBudget) {
  Bench bench;
  while (bench.attempt(true)) {
    bench.now += seconds(60);
  }
  EXPECT_EQ(bench.starts.size(), 10u);
  EXPECT_EQ(bench.denied, Guard::kBudget);
  ASSERT_TRUE(bench.governor.state().dormant());
  EXPECT_EQ(bench.governor.state().dormancy->reason, "Budget exhausted: 10 attempts per 1h");
  EXPECT_EQ(bench.governor.state().dormancy->triggered_by, TriggeredBy::kAutomatic);
}

TEST(Governor, ASlowRelapseEndsAtTheBudgetOfTheDay) {
  Bench bench;
  while (bench.attempt(true)) {
    bench.now += minutes(10);
  }
  EXPECT_EQ(bench.starts.size(), 24u);
  EXPECT_EQ(bench.governor.state().dormancy->reason, "Budget exhausted: 24 attempts per 1d");
}

TEST(Governor, ADenialIsNeitherAnAttemptNorAFailure) {
  Bench bench;
  ASSERT_TRUE(bench.attempt(false));
  const GovernorState before = bench.governor.state();
  EXPECT_FALSE(bench.attempt(false));
  EXPECT_EQ(bench.governor.state(), before);
}

// The guards in the order of the design: with all of the first n lifted, the n-th answers.
TEST(Governor, TheFirstGuardThatFailsIsTheAnswer) {
  GovernorPolicy policy;
  policy.budgets = {{1, hours(1)}};
  GovernorState state;
  state.dormancy = DormancyRecord{};
  state.breaker.openPermanently();
  state.in_flight.push_back({1, 0, 0, "remedy", {}});
  state.consecutive_failures = 1;
  state.next_allowed_at = BootTime{seconds(50)};
  state.starts = {BootTime{}};
  state.totals.attempts = 1;
  Gates gates{false, false, true, true, true};
  const auto answer = [&] {
    return Governor(policy, state).ask(gates, BootTime{seconds(1)}).denied_by;
  };

  EXPECT_EQ(answer(), Guard::kFeatureFlag);
  gates.feature_enabled = true;
  EXPECT_EQ(answer(), Guard::kDormant);
  state.dormancy.reset();
  EXPECT_EQ(answer(), Guard::kPermanentOpen);
  state.breaker.openUntil(BootTime{seconds(90)});
  EXPECT_EQ(answer(), Guard::kStoreUnavailable);
  gates.store_available = true;
  EXPECT_EQ(answer(), Guard::kInFlight);
  state.in_flight.clear();
  EXPECT_EQ(answer(), Guard::kMaxConcurrent);
  gates.max_concurrent_reached = false;
  EXPECT_EQ(answer(), Guard::kMaxUnverified);
  gates.max_unverified_reached = false;
  EXPECT_EQ(answer(), Guard::kStormBrake);
  gates.storm_brake = false;
  EXPECT_EQ(answer(), Guard::kBreakerOpen);
  state.breaker.openUntil(BootTime{});
  state.breaker.admit(BootTime{});
  state.in_flight.push_back({2, 0, state.breaker.generation, "remedy", {}});
  policy.max_in_flight = 2;
  EXPECT_EQ(answer(), Guard::kBackoff);
  state.next_allowed_at = BootTime{};
  EXPECT_EQ(answer(), Guard::kHalfOpen);
  state.breaker.close();
  EXPECT_EQ(answer(), Guard::kBudget);
  state.starts.clear();
  EXPECT_EQ(answer(), std::nullopt);
}

TEST(Governor, ASuccessInClosedClearsTheCounts) {
  Bench bench;
  bench.failTimes(2);
  bench.now += seconds(10);
  ASSERT_TRUE(bench.attempt(true));
  EXPECT_EQ(bench.governor.state().consecutive_failures, 0);
  EXPECT_EQ(bench.governor.state().breaker.failures, 0);
  EXPECT_TRUE(bench.attempt(true)) << "there is no backoff after a success";
}

TEST(Governor, ATrialThatSucceedsClosesAndOneThatFailsOpensAgain) {
  for (const bool ok : {true, false}) {
    Bench bench;
    bench.failTimes(3);
    EXPECT_EQ(bench.governor.state().breaker.state, BreakerState::kOpen);
    bench.now = seconds(75);
    ASSERT_TRUE(bench.attempt(ok));
    EXPECT_EQ(bench.governor.state().breaker.state,
              ok ? BreakerState::kClosed : BreakerState::kOpen);
    EXPECT_EQ(bench.governor.state().consecutive_failures, ok ? 0 : 4);
  }
}

TEST(Governor, WithSeveralTrialsOnlyTheLastSuccessClearsTheCounts) {
  GovernorPolicy policy;
  policy.breaker.half_open_max_attempts = 2;
  Bench bench(policy);
  bench.failTimes(3);
  bench.now = seconds(75);
  ASSERT_TRUE(bench.attempt(true));
  EXPECT_EQ(bench.governor.state().breaker.state, BreakerState::kHalfOpen);
  EXPECT_EQ(bench.governor.state().consecutive_failures, 3) << "not cleared by one of two";
  ASSERT_TRUE(bench.attempt(true));
  EXPECT_EQ(bench.governor.state().breaker.state, BreakerState::kClosed);
  EXPECT_EQ(bench.governor.state().consecutive_failures, 0);
}

TEST(Governor, ALateSuccessClosesNoBreaker) {
  GovernorPolicy policy;
  policy.max_in_flight = 2;
  policy.breaker.failure_threshold = 1;
  Governor governor(policy);
  const auto late = governor.trigger({}, "slow", at({})).ticket;
  const auto quick = governor.trigger({}, "quick", at({})).ticket;
  ASSERT_TRUE(governor.result(quick->id, false, "", at({})));
  ASSERT_EQ(governor.state().breaker.state, BreakerState::kOpen);
  ASSERT_TRUE(governor.result(late->id, true, "", at({})));
  EXPECT_EQ(governor.state().breaker.state, BreakerState::kOpen);
  EXPECT_EQ(governor.state().consecutive_failures, 1);
  EXPECT_EQ(governor.state().totals.successes, 1u);
}

TEST(Governor, ALateFailureIsCountedAndDoesNotOpenAgain) {
  GovernorPolicy policy;
  policy.max_in_flight = 2;
  policy.breaker.failure_threshold = 1;
  Governor governor(policy);
  const auto late = governor.trigger({}, "slow", at({})).ticket;
  const auto quick = governor.trigger({}, "quick", at({})).ticket;
  ASSERT_TRUE(governor.result(quick->id, false, "", at({})));
  const BootTime open_until = governor.state().breaker.open_until;
  ASSERT_TRUE(governor.result(late->id, false, "", at(seconds(30))));
  EXPECT_EQ(governor.state().breaker.open_until, open_until);
  EXPECT_EQ(governor.state().consecutive_failures, 2);
}

TEST(Governor, AResultFromBeforeAHumanActionChangesOnlyTotals) {
  for (const bool ok : {true, false}) {
    Bench bench;
    bench.failTimes(2);
    bench.now += seconds(10);
    const auto ticket = bench.governor.trigger({}, "remedy", at(bench.now)).ticket;
    ASSERT_TRUE(bench.governor.reset(false));
    GovernorState expected = bench.governor.state();
    expected.in_flight.clear();
    ++(ok ? expected.totals.successes : expected.totals.failures);
    ASSERT_TRUE(bench.governor.result(ticket->id, ok, "unauthorized", at(bench.now)));
    EXPECT_EQ(bench.governor.state(), expected);
  }
}

TEST(Governor, ATicketThatIsNotInFlightChangesNothing) {
  Bench bench;
  bench.failTimes(1);
  const GovernorState before = bench.governor.state();
  EXPECT_FALSE(bench.governor.result(1, true, "", at({})));
  EXPECT_FALSE(bench.governor.result(99, false, "", at({})));
  EXPECT_EQ(bench.governor.state(), before);
}

TEST(Governor, ResetWithoutForceIsRefusedWhenPermanentlyOpenAndSaysHow) {
  Bench bench;
  bench.failForEver();
  const GovernorState before = bench.governor.state();
  const auto refused = bench.governor.reset(false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_NE(refused.error().message.find("--force"), std::string::npos);
  EXPECT_EQ(bench.governor.state(), before);
}

TEST(Governor, AForcedResetClosesTheBreakerAndLeavesDormancyAndBackoff) {
  Bench bench;
  bench.failForEver();
  ASSERT_TRUE(bench.governor.reset(true));
  const GovernorState& state = bench.governor.state();
  EXPECT_EQ(state.breaker.state, BreakerState::kClosed);
  EXPECT_EQ(state.breaker.failures, 0);
  EXPECT_TRUE(state.dormant());
  EXPECT_EQ(state.consecutive_failures, 10);
  EXPECT_EQ(state.epoch, 1u);
}

TEST(Governor, ARetryEndsTheBackoffOfAClosedBreakerAndLeavesTheCounts) {
  Bench bench;
  bench.failTimes(2);
  ASSERT_TRUE(bench.governor.ask({}, BootTime{bench.now}).denied_by == Guard::kBackoff);
  const GovernorState before = bench.governor.state();
  ASSERT_TRUE(bench.governor.retry("the port is free"));
  GovernorState expected = before;
  expected.next_allowed_at = BootTime{};
  ++expected.epoch;
  EXPECT_EQ(bench.governor.state(), expected);
  ASSERT_TRUE(bench.attempt(false)) << "at the same moment";
  EXPECT_FALSE(bench.attempt(false)) << "one, and then it waits as after any failure";
  EXPECT_EQ(bench.governor.state().consecutive_failures, 3);
  EXPECT_EQ(bench.governor.state().breaker.state, BreakerState::kOpen) << "the third opens it";
}

TEST(Governor, ARetryEndsTheOpenWaitAndOneTrialDecides) {
  for (const bool ok : {true, false}) {
    Bench bench;
    bench.failTimes(5);  // OPEN for a minute, and the backoff is longer
    ASSERT_EQ(bench.governor.state().breaker.state, BreakerState::kOpen);
    const std::uint64_t generation = bench.governor.state().breaker.generation;
    ASSERT_TRUE(bench.governor.retry("the port is free"));
    EXPECT_EQ(bench.governor.state().breaker.reads(BootTime{bench.now}), BreakerState::kHalfOpen);
    EXPECT_EQ(bench.governor.state().breaker.generation, generation) << "it is the same OPEN";
    ASSERT_TRUE(bench.attempt(ok));
    EXPECT_EQ(bench.governor.state().consecutive_failures, ok ? 0 : 6);
    EXPECT_EQ(bench.attempt(false), ok) << "a failed trial waits again";
  }
}

TEST(Governor, ARetryOfATrialInFlightLetsAnotherOneDecide) {
  Bench bench;
  bench.failTimes(3);
  bench.now = bench.governor.nextAllowedAt()->time_since_epoch();
  const auto trial = bench.governor.trigger({}, "remedy", at(bench.now)).ticket;
  ASSERT_TRUE(trial);
  ASSERT_TRUE(bench.governor.retry("the port is free"));
  EXPECT_EQ(bench.governor.ask({}, BootTime{bench.now}).denied_by, Guard::kInFlight);
  ASSERT_TRUE(bench.governor.result(trial->id, false, "", at(bench.now)));
  EXPECT_EQ(bench.governor.state().consecutive_failures, 3) << "an old epoch: it is not counted";
  EXPECT_TRUE(bench.attempt(true)) << "and the next does not wait";
  EXPECT_EQ(bench.governor.state().breaker.state, BreakerState::kClosed);
}

TEST(Governor, RetriesGiveBackNoFailure) {
  Bench bench;
  int attempts = 0;
  do {
    ++attempts;
    ASSERT_TRUE(bench.attempt(false));
  } while (bench.governor.retry("again"));
  EXPECT_EQ(attempts, 10) << "at one moment, and then it is dormant";
  EXPECT_TRUE(bench.governor.state().dormant());
}

TEST(Governor, ARetryNeedsAReasonAndAnActiveGovernor) {
  Bench bench;
  bench.failTimes(1);
  const GovernorState active = bench.governor.state();
  for (const char* blank : {"", " ", "\t\n"}) {
    EXPECT_EQ(bench.governor.retry(blank).error().code, ErrorCode::kInvalid);
  }
  EXPECT_EQ(bench.governor.state(), active);
  bench.failForEver();
  const GovernorState dormant = bench.governor.state();
  const auto refused = bench.governor.retry("the port is free");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_NE(refused.error().message.find("healdctl resume"), std::string::npos);
  EXPECT_EQ(bench.governor.state(), dormant);
  ASSERT_TRUE(bench.governor.reset(true));
  EXPECT_FALSE(bench.governor.retry("the port is free")) << "CLOSED, and dormant all the same";
}

TEST(Governor, ARetryRefillsNoBudget) {
  GovernorPolicy policy;
  policy.budgets = {{2, hours(1)}};
  Bench bench(policy);
  bench.failTimes(2);
  ASSERT_TRUE(bench.governor.retry("the port is free"));
  EXPECT_FALSE(bench.attempt(true));
  EXPECT_EQ(bench.denied, Guard::kBudget);
}

TEST(Governor, ResumeNeedsAReasonAndADormantGovernor) {
  Bench bench;
  EXPECT_EQ(bench.governor.resume("fixed").error().code, ErrorCode::kConflict);
  bench.failForEver();
  for (const char* blank : {"", " ", "\t\n"}) {
    EXPECT_EQ(bench.governor.resume(blank).error().code, ErrorCode::kInvalid);
  }
  EXPECT_TRUE(bench.governor.state().dormant());
  EXPECT_TRUE(bench.governor.resume("key rotated"));
}

TEST(Governor, AfterResumeExactlyOneTrialDecides) {
  for (const std::string error : {"", "exit code 1", "unauthorized"}) {
    Bench bench;
    bench.failForEver();
    ASSERT_TRUE(bench.governor.resume("key rotated"));
    EXPECT_EQ(bench.governor.state().consecutive_failures, 0);
    EXPECT_EQ(bench.governor.backoffNow(), seconds(5));
    ASSERT_TRUE(bench.attempt(error.empty(), error));
    const GovernorState& state = bench.governor.state();
    if (error.empty()) {
      EXPECT_EQ(state.breaker.state, BreakerState::kClosed);
    } else if (error == "unauthorized") {
      EXPECT_EQ(state.breaker.state, BreakerState::kPermanentOpen);
      EXPECT_TRUE(state.dormant());
    } else {
      EXPECT_EQ(state.breaker.state, BreakerState::kOpen);
      EXPECT_EQ(state.breaker.open_until, BootTime{bench.now} + minutes(1));
      EXPECT_FALSE(state.dormant());
    }
  }
}

TEST(Governor, ResumeRefillsTheBudgetsAndSuccessDoesNot) {
  Bench bench;
  while (bench.attempt(true)) {
  }
  ASSERT_TRUE(bench.governor.resume("relapse understood"));
  EXPECT_TRUE(bench.governor.state().starts.empty());
  EXPECT_TRUE(bench.attempt(true));
}

TEST(Governor, AHumanActionInHalfOpenDoesNotLeaveItStuck) {
  const std::function<void(Governor&)> actions[] = {
      [](Governor& g) { (void)g.enterDormant("maintenance", at(seconds(75))); },
      [](Governor& g) {
        (void)g.enterDormant("maintenance", at(seconds(75)));
        (void)g.resume("over");
      },
  };
  for (const auto& act : actions) {
    Bench bench;
    bench.failTimes(3);
    bench.now = seconds(75);
    ASSERT_TRUE(bench.governor.trigger({}, "remedy", at(bench.now)).ticket);
    ASSERT_EQ(bench.governor.state().breaker.state, BreakerState::kHalfOpen);
    act(bench.governor);
    EXPECT_EQ(bench.governor.state().breaker.state, BreakerState::kOpen);
    EXPECT_EQ(bench.governor.state().breaker.reads(BootTime{bench.now}), BreakerState::kHalfOpen);
  }
}

TEST(Governor, FewerTrialsThanThereWereDoNotLeaveItStuckInHalfOpen) {
  GovernorPolicy policy;
  policy.breaker.half_open_max_attempts = 2;
  policy.max_in_flight = 2;
  Bench bench(policy);
  bench.failTimes(3);
  bench.now = seconds(75);
  ASSERT_TRUE(bench.attempt(true));
  ASSERT_EQ(bench.governor.state().breaker.state, BreakerState::kHalfOpen);
  const auto running = bench.governor.trigger({}, "remedy", at(bench.now));
  policy.breaker.half_open_max_attempts = 1;
  bench.governor.setPolicy(policy);
  EXPECT_EQ(bench.governor.ask({}, BootTime{bench.now}).denied_by, Guard::kHalfOpen)
      << "a trial is under way";
  EXPECT_FALSE(trialsAreStuck(bench.governor.state(), policy));
  ASSERT_TRUE(bench.governor.result(running.ticket->id, true, "", at(bench.now)));
  EXPECT_EQ(bench.governor.state().breaker.state, BreakerState::kClosed);
}

TEST(Governor, FewerTrialsThanThereWereAndNoneUnderWayBeginAnotherHalfOpen) {
  GovernorPolicy policy;
  policy.breaker.half_open_max_attempts = 2;
  policy.max_in_flight = 2;
  Bench bench(policy);
  bench.failTimes(3);
  bench.now = seconds(75);
  ASSERT_TRUE(bench.attempt(true));
  policy.breaker.half_open_max_attempts = 1;
  bench.governor.setPolicy(policy);
  const std::uint64_t generation = bench.governor.state().breaker.generation;
  EXPECT_TRUE(trialsAreStuck(bench.governor.state(), policy));
  ASSERT_TRUE(bench.governor.trigger({}, "remedy", at(bench.now)).ticket);
  EXPECT_EQ(bench.governor.state().breaker.state, BreakerState::kHalfOpen);
  EXPECT_EQ(bench.governor.state().breaker.half_open_admitted, 1);
  EXPECT_EQ(bench.governor.state().breaker.half_open_succeeded, 0);
  EXPECT_GT(bench.governor.state().breaker.generation, generation);
  EXPECT_EQ(bench.governor.ask({}, BootTime{bench.now}).denied_by, Guard::kHalfOpen);
}

TEST(Governor, EnteringDormantModeByHandKeepsTheFirstReason) {
  Bench bench;
  EXPECT_EQ(bench.governor.enterDormant(" ", at({})).error().code, ErrorCode::kInvalid);
  ASSERT_TRUE(bench.governor.enterDormant("deploy", at({})));
  EXPECT_EQ(bench.governor.state().dormancy->triggered_by, TriggeredBy::kManual);
  ASSERT_TRUE(bench.governor.enterDormant("again", at({})));
  EXPECT_EQ(bench.governor.state().dormancy->reason, "deploy");
  EXPECT_EQ(bench.governor.state().epoch, 2u);
  EXPECT_EQ(bench.governor.state().dormancy->resume_conditions, GovernorPolicy{}.resume_conditions);
}

TEST(Governor, SustainedRecoveryClearsCountsAndBreakerButNotBudgets) {
  Bench bench;
  bench.failTimes(3);
  EXPECT_TRUE(bench.governor.recovered());
  EXPECT_EQ(bench.governor.state().breaker.state, BreakerState::kClosed);
  EXPECT_EQ(bench.governor.state().consecutive_failures, 0);
  EXPECT_EQ(bench.governor.state().starts.size(), 3u);
  EXPECT_FALSE(bench.governor.recovered()) << "nothing is left to clear";
}

TEST(Governor, RecoveryReachesNeitherADormantNorABusyGovernor) {
  Bench dormant;
  dormant.failForEver();
  EXPECT_FALSE(dormant.governor.recovered());
  EXPECT_TRUE(dormant.governor.state().dormant());

  Bench busy;
  busy.failTimes(1);
  busy.now = seconds(5);
  ASSERT_TRUE(busy.governor.trigger({}, "remedy", at(busy.now)).ticket);
  EXPECT_FALSE(busy.governor.recovered());
  EXPECT_EQ(busy.governor.state().consecutive_failures, 1);
}

TEST(Governor, SaysWhenTimeAloneWillNotDo) {
  Bench bench;
  EXPECT_EQ(bench.governor.nextAllowedAt(), BootTime{});
  bench.failTimes(3);
  EXPECT_EQ(bench.governor.nextAllowedAt(), BootTime{seconds(75)});
  bench.failForEver();
  EXPECT_EQ(bench.governor.nextAllowedAt(), std::nullopt);
}

}  // namespace
}  // namespace heald::core
