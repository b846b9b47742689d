// When checks are due, without any that runs.
#include "engine/check_plan.h"

#include <gtest/gtest.h>

namespace heald::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

core::BootTime inPlan(core::Duration since) {
  return core::BootTime(seconds(1000)) + since;
}

CheckPlan planOf(std::vector<CheckPlan::Rhythm> checks) {
  CheckPlan plan;
  plan.take(std::move(checks));
  return plan;
}

TEST(CheckPlan, ALateStartShortensNoLaterGapAndWhatIsOverIsSkipped) {
  CheckPlan plan = planOf({{seconds(10)}});
  EXPECT_EQ(plan.nextDue(), std::nullopt) << "nothing is planned yet";
  plan.begin(inPlan({}));
  const auto first = plan.due(inPlan(seconds(4)));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->at, inPlan({}));
  EXPECT_EQ(plan.next(0, inPlan(seconds(4))), 0u);
  EXPECT_EQ(plan.nextDue(), inPlan(seconds(10)));
  ASSERT_TRUE(plan.due(inPlan(seconds(35))));
  EXPECT_EQ(plan.next(0, inPlan(seconds(35))), 2u) << "20 and 30";
  EXPECT_EQ(plan.nextDue(), inPlan(seconds(40)));
}

TEST(CheckPlan, WhatIsDueWithinAMomentStartsWithIt) {
  CheckPlan plan = planOf({{seconds(10)}});
  plan.begin(inPlan(seconds(1)));
  EXPECT_FALSE(plan.due(inPlan(seconds(1) - milliseconds(101))));
  EXPECT_TRUE(plan.due(inPlan(seconds(1) - milliseconds(100))));
}

TEST(CheckPlan, AShortIntervalHasAShortMoment) {
  CheckPlan plan = planOf({{milliseconds(200)}});
  plan.begin(inPlan(seconds(1)));
  EXPECT_FALSE(plan.due(inPlan(seconds(1) - milliseconds(21))));
  EXPECT_EQ(plan.nextDue(), inPlan(seconds(1))) << "it is still due then";
  EXPECT_TRUE(plan.due(inPlan(seconds(1) - milliseconds(20))));
}

TEST(CheckPlan, OneOnTheCycleIsDueOnceInEachAndSaidToBeMissed) {
  CheckPlan plan = planOf({{seconds(10), true}, {seconds(10)}});
  plan.begin(inPlan({}));
  EXPECT_EQ(plan.due(inPlan(seconds(9)))->check, 1) << "the other is not on the clock";
  EXPECT_TRUE(plan.beginCycle(inPlan(seconds(20))).empty());
  EXPECT_EQ(plan.beginCycle(inPlan(seconds(30))), std::vector<int>{0});
  EXPECT_EQ(plan.due(inPlan(seconds(31)))->check, 0);
  plan.next(0, inPlan(seconds(31)));
  EXPECT_TRUE(plan.beginCycle(inPlan(seconds(40))).empty()) << "it has started";
}

}  // namespace
}  // namespace heald::engine
