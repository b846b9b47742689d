#include "core/explain.h"

#include <gtest/gtest.h>

namespace heald::core {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr BootTime kNow{hours(100)};

Explanation explained(const GovernorState& state, const Gates& gates = {}) {
  return explain(Governor({}, state), gates, kNow);
}

const GuardFinding& of(const Explanation& explanation, Guard guard) {
  return explanation.guards[static_cast<std::size_t>(guard)];
}

TEST(Explain, TellsEveryGuardInItsOrder) {
  const Explanation explanation = explained({});
  ASSERT_EQ(explanation.guards.size(), kGuardCount);
  for (std::size_t i = 0; i < kGuardCount; ++i) {
    EXPECT_EQ(explanation.guards[i].guard, static_cast<Guard>(i));
    EXPECT_TRUE(explanation.guards[i].passes);
    EXPECT_NE(explanation.guards[i].value, "");
    EXPECT_NE(explanation.guards[i].threshold, "");
  }
  EXPECT_TRUE(explanation.verdict.allowed());
  EXPECT_EQ(explanation.earliest, kNow);
  EXPECT_EQ(of(explanation, Guard::kBackoff).threshold, "no wait");
}

TEST(Explain, GivesValueThresholdAndEndOfAWait) {
  GovernorState state;
  state.consecutive_failures = 3;
  state.next_allowed_at = kNow + seconds(12);
  state.breaker.openUntil(kNow + seconds(60));
  state.breaker.failures = 3;
  state.starts = {kNow - minutes(5), kNow - hours(2)};
  const Explanation explanation = explained(state);
  const GuardFinding& open = of(explanation, Guard::kBreakerOpen);
  EXPECT_EQ(open.value, "OPEN for another 1m");
  EXPECT_EQ(open.threshold, "not OPEN");
  EXPECT_EQ(open.until, kNow + seconds(60));
  const GuardFinding& backoff = of(explanation, Guard::kBackoff);
  EXPECT_EQ(backoff.value, "3 consecutive failures, wait another 12s");
  EXPECT_EQ(backoff.threshold, "20s after the last failure");
  EXPECT_EQ(backoff.until, kNow + seconds(12));
  const GuardFinding& budget = of(explanation, Guard::kBudget);
  EXPECT_EQ(budget.value, "1 in 1h, 2 in 1d");
  EXPECT_EQ(budget.threshold, "fewer than 10 in 1h, 24 in 1d");
  EXPECT_EQ(explanation.verdict, (Verdict{Guard::kBreakerOpen, kNow + seconds(60)}));
  EXPECT_EQ(explanation.earliest, kNow + seconds(60)) << "the longer of both waits";
}

TEST(Explain, PromisesNoMomentWhenNoTimeAloneHelps) {
  GovernorState dormant;
  dormant.dormancy = DormancyRecord{"Exceeded max failures", {}, {}, {}};
  dormant.breaker.openPermanently();
  dormant.breaker.failures = 10;
  const Explanation explanation = explained(dormant);
  EXPECT_EQ(of(explanation, Guard::kDormant).value, "DORMANT: Exceeded max failures");
  EXPECT_EQ(of(explanation, Guard::kPermanentOpen).value, "PERMANENT_OPEN with 10 failures");
  EXPECT_FALSE(explanation.earliest);
  EXPECT_FALSE(explained({}, {.feature_enabled = false}).earliest);
  GovernorState busy;
  busy.in_flight = {{1, 0, 0, "r", {}}};
  EXPECT_FALSE(explained(busy).earliest) << "the end of an attempt is not a matter of time";
}

// Every combination of what a guard can see, reachable or not.
class EveryState {
 public:
  template <class Visit>
  void forEach(Visit visit) {
    for (const bool dormant : {false, true}) {
      for (const BreakerState breaker : kBreakerStates) {
        for (const Duration open : kDeadlines) {
          for (const int admitted : {0, 1}) {
            for (const int failures : {0, 1, 4}) {
              for (const Duration backoff : kDeadlines) {
                for (const int flying : {0, 1, 2}) {
                  for (const int starts : {0, 1, 2}) {
                    visit(
                        state(dormant, breaker, open, admitted, failures, backoff, flying, starts));
                  }
                }
              }
            }
          }
        }
      }
    }
  }

 private:
  static constexpr Duration kDeadlines[] = {-seconds(1), Duration{0}, seconds(30), minutes(20)};

  static GovernorState state(bool dormant, BreakerState breaker, Duration open, int admitted,
                             int failures, Duration backoff, int flying, int starts) {
    GovernorState state;
    if (dormant) state.dormancy = DormancyRecord{"why", {}, {}, {}};
    state.breaker.state = breaker;
    state.breaker.open_until = kNow + open;
    state.breaker.half_open_admitted = admitted;
    state.consecutive_failures = failures;
    state.next_allowed_at = kNow + backoff;
    for (int i = 0; i < flying; ++i) state.in_flight.push_back({1, 0, 0, "r", {}});
    // With a budget of two in ten minutes: free, and exhausted for another minute.
    for (int i = 0; i < starts; ++i) state.starts.push_back(kNow - minutes(9));
    return state;
  }
};

Gates gatesFor(unsigned bits) {
  return {(bits & 1U) == 0, (bits & 2U) == 0,  (bits & 4U) != 0,
          (bits & 8U) != 0, (bits & 16U) != 0, (bits & 32U) != 0};
}

TEST(Explain, AgreesWithTheGovernorInEveryState) {
  GovernorPolicy policy;
  policy.max_in_flight = 2;
  policy.budgets = {{2, minutes(10)}};
  long long states = 0, allowed = 0, promised = 0;
  EveryState().forEach([&](const GovernorState& state) {
    const Governor governor(policy, state);
    for (unsigned bits = 0; bits < 64; ++bits) {
      const Gates gates = gatesFor(bits);
      const Explanation explanation = explain(governor, gates, kNow);
      ASSERT_EQ(explanation.verdict, governor.ask(gates, kNow));
      ++states;
      allowed += explanation.verdict.allowed() ? 1 : 0;
      if (!explanation.earliest) {
        ASSERT_FALSE(explanation.verdict.allowed());
        continue;
      }
      ++promised;
      ASSERT_TRUE(governor.ask(gates, *explanation.earliest).allowed());
      ASSERT_GE(*explanation.earliest, kNow);
      if (*explanation.earliest > kNow) {
        ASSERT_FALSE(governor.ask(gates, kNow).allowed());
        ASSERT_FALSE(governor.ask(gates, *explanation.earliest - nanoseconds(1)).allowed());
      }
    }
  });
  EXPECT_GT(states, 50'000);
  EXPECT_GT(allowed, 50);
  EXPECT_GT(promised, allowed) << "some only wait";
}

TEST(Explain, TellsValuesInTheSingularAndInThePlural) {
  GovernorState state;
  state.consecutive_failures = 1;
  state.next_allowed_at = kNow;
  state.breaker.failures = 2;
  state.in_flight = {{1, 0, 0, "r", {}}};
  const Explanation explanation = explained(state);
  EXPECT_EQ(of(explanation, Guard::kBackoff).value, "1 consecutive failure");
  EXPECT_EQ(of(explanation, Guard::kBackoff).threshold, "5s after the last failure");
  EXPECT_TRUE(of(explanation, Guard::kBackoff).passes) << "a wait that is over";
  EXPECT_FALSE(of(explanation, Guard::kBackoff).until);
  EXPECT_EQ(of(explanation, Guard::kPermanentOpen).value, "CLOSED with 2 failures");
  EXPECT_EQ(of(explanation, Guard::kPermanentOpen).threshold, "not PERMANENT_OPEN (10 failures)");
  EXPECT_EQ(of(explanation, Guard::kInFlight).value, "1 attempt");
  EXPECT_EQ(of(explanation, Guard::kInFlight).threshold, "fewer than 1");
  EXPECT_EQ(of(explained({}), Guard::kInFlight).value, "0 attempts");
  EXPECT_EQ(of(explained({}), Guard::kBackoff).value, "0 consecutive failures");
  EXPECT_EQ(of(explained({}), Guard::kBackoff).threshold, "no wait");
}

TEST(Explain, CountsTrialsOnlyInHalfOpen) {
  GovernorState state;
  EXPECT_EQ(of(explained(state), Guard::kHalfOpen).value, "CLOSED");
  EXPECT_EQ(of(explained(state), Guard::kHalfOpen).threshold, "fewer than 1 trial");
  state.breaker.openUntil(kNow + seconds(1));
  EXPECT_EQ(of(explained(state), Guard::kHalfOpen).value, "OPEN");
  state.breaker.openUntil(kNow);
  EXPECT_EQ(of(explained(state), Guard::kHalfOpen).value, "0 trials in HALF_OPEN");
  EXPECT_EQ(of(explained(state), Guard::kBreakerOpen).value, "HALF_OPEN");
  state.breaker.admit(kNow);
  EXPECT_EQ(of(explained(state), Guard::kHalfOpen).value, "1 trial in HALF_OPEN");
  EXPECT_TRUE(of(explained(state), Guard::kHalfOpen).passes) << "it is over, and decided nothing";
  state.in_flight.push_back({1, 0, state.breaker.generation, "remedy", {}});
  EXPECT_FALSE(of(explained(state), Guard::kHalfOpen).passes);
}

TEST(Explain, TellsWhatTheGuardsOutsideSay) {
  const Explanation good = explained({});
  EXPECT_EQ(of(good, Guard::kFeatureFlag).value, "on");
  EXPECT_EQ(of(good, Guard::kDormant).value, "ACTIVE");
  EXPECT_EQ(of(good, Guard::kStoreUnavailable).value, "available");
  EXPECT_EQ(of(good, Guard::kMaxConcurrent).value, "not reached");
  EXPECT_EQ(of(good, Guard::kMaxUnverified).value, "not reached");
  EXPECT_EQ(of(good, Guard::kStormBrake).value, "released");
  const Explanation bad = explained({}, {false, false, true, true, true, true});
  EXPECT_EQ(of(bad, Guard::kFeatureFlag).value, "off");
  EXPECT_EQ(of(bad, Guard::kFeatureFlag).threshold, "on");
  EXPECT_EQ(of(bad, Guard::kDormant).value, "its parent is DORMANT");
  EXPECT_EQ(of(bad, Guard::kStoreUnavailable).value, "unavailable");
  EXPECT_EQ(of(bad, Guard::kMaxConcurrent).value, "reached");
  EXPECT_EQ(of(bad, Guard::kMaxUnverified).value, "reached");
  EXPECT_EQ(of(bad, Guard::kStormBrake).value, "holds");
}

TEST(Explain, SaysThatThereIsNoBudget) {
  GovernorPolicy policy;
  policy.budgets.clear();
  const Explanation explanation = explain(Governor(policy), {}, kNow);
  EXPECT_EQ(of(explanation, Guard::kBudget).value, "no budget");
  EXPECT_EQ(of(explanation, Guard::kBudget).threshold, "no budget");
}

}  // namespace
}  // namespace heald::core
