#include "proof/bound.h"

#include <gtest/gtest.h>

#include "proof/oracle.h"

namespace heald::proof {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(Bound, IsTenAttemptsOverAtLeast1895SecondsAtTheDefaults) {
  const Bound bound = boundOf({});
  EXPECT_EQ(bound.attempts, 10);
  EXPECT_EQ(bound.least, seconds(1895));
  EXPECT_TRUE(bound.confirmed);
  EXPECT_EQ(bound.exploration.most_attempts, 10);
  EXPECT_EQ(bound.always_failing.starts.size(), 10u);
  EXPECT_EQ(bound.always_failing.starts.back(), seconds(1895));
  EXPECT_EQ(bound.always_failing.reason, "Exceeded max failures");
}

core::GovernorPolicy small() {
  core::GovernorPolicy policy;
  policy.max_consecutive_failures = 3;
  policy.breaker = {2, seconds(4), 1, 3};
  policy.backoff = {seconds(1), seconds(2)};
  policy.budgets.clear();
  return policy;
}

TEST(Bound, CountsTrialsOfAHalfOpenWithOneFailureEach) {
  core::GovernorPolicy policy = small();
  policy.breaker.half_open_max_attempts = 2;
  const Bound bound = boundOf(policy);
  EXPECT_EQ(bound.attempts, 6);
  EXPECT_EQ(bound.exploration.most_attempts, 6);
  EXPECT_EQ(bound.least, seconds(8)) << "from a breaker on trial: 0 0, 4 4, 8 8";
  EXPECT_TRUE(bound.confirmed);
}

TEST(Bound, CountsAttemptsThatAreStillInFlight) {
  core::GovernorPolicy policy = small();
  policy.max_in_flight = 2;
  const Bound bound = boundOf(policy);
  EXPECT_EQ(bound.attempts, 4);
  EXPECT_EQ(bound.exploration.most_attempts, 4);
  EXPECT_TRUE(bound.least);
  EXPECT_TRUE(bound.confirmed);
}

TEST(Bound, TheSmallerOfBothThresholdsCounts) {
  core::GovernorPolicy policy = small();
  policy.breaker.permanent_open_threshold = 2;
  EXPECT_EQ(boundOf(policy).attempts, 2);
  EXPECT_EQ(boundOf(policy).exploration.most_attempts, 2);
}

TEST(Bound, BudgetsSpreadTheAttemptsFurtherAndEndOnesThatAlwaysFail) {
  core::GovernorPolicy policy = small();
  policy.budgets = {{2, minutes(1)}};
  const Bound bound = boundOf(policy);
  EXPECT_EQ(bound.attempts, 3);
  EXPECT_EQ(bound.least, minutes(1)) << "the third waits until the first leaves the window";
  EXPECT_EQ(bound.always_failing.starts.size(), 2u);
  EXPECT_EQ(bound.always_failing.reason, "Budget exhausted: 2 attempts per 1m");
  EXPECT_TRUE(bound.confirmed);
}

TEST(Bound, SaysThatAPolicyIsTooLargeToExplore) {
  const Bound bound = boundOf({}, 100);
  EXPECT_FALSE(bound.confirmed);
  EXPECT_FALSE(bound.exploration.complete);
  EXPECT_EQ(bound.attempts, 10);
  EXPECT_EQ(bound.least, seconds(1895)) << "derived all the same";
  core::GovernorPolicy overlapping;
  overlapping.max_in_flight = 2;
  EXPECT_FALSE(boundOf(overlapping, 100).least) << "this has no closed form";
}

TEST(Bound, BudgetsHoldBackEachStartByItself) {
  EXPECT_EQ(withBudgets({seconds(0), seconds(1), seconds(2), seconds(70)}, {{2, minutes(1)}}),
            (Starts{seconds(0), seconds(1), minutes(1), seconds(70)}));
  EXPECT_EQ(withBudgets({seconds(0), seconds(1)}, {}), (Starts{seconds(0), seconds(1)}));
}

// What the statements compare with is computed in another way than the governor does it.
TEST(Oracle, KnowsTheTableOfWaits) {
  const core::BackoffPolicy defaults;
  EXPECT_EQ(expectedWait(defaults, 1), seconds(5));
  EXPECT_EQ(expectedWait(defaults, 7), seconds(320));
  EXPECT_EQ(expectedWait(defaults, 8), minutes(10));
  EXPECT_EQ(expectedWait({hours(24 * 365), hours(24 * 365 * 100)}, 500), hours(24 * 365 * 100));
}

}  // namespace
}  // namespace heald::proof
