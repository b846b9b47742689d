#include "core/budget.h"

#include <gtest/gtest.h>

namespace heald::core {
namespace {

using std::chrono::seconds;

constexpr BootTime at(int second) {
  return BootTime{seconds(second)};
}
const std::vector<BudgetPolicy> kTwoPerMinute = {{2, seconds(60)}};

TEST(Budget, CountsTheWindowThatEndsNow) {
  const std::vector<BootTime> starts = {at(0), at(30), at(59)};
  EXPECT_EQ(attemptsInWindow(starts, seconds(60), at(59)), 3);
  EXPECT_EQ(attemptsInWindow(starts, seconds(60), at(60)), 2)
      << "a start ages out after exactly `per`";
  EXPECT_EQ(attemptsInWindow(starts, seconds(60), at(119)), 0);
}

TEST(Budget, IsExhaustedAtItsLimitAndNotBefore) {
  EXPECT_FALSE(exhaustedBudget(kTwoPerMinute, {}, at(0)));
  EXPECT_FALSE(exhaustedBudget(kTwoPerMinute, {at(0)}, at(1)));
  EXPECT_EQ(exhaustedBudget(kTwoPerMinute, {at(0), at(1)}, at(59)), kTwoPerMinute[0]);
  EXPECT_FALSE(exhaustedBudget(kTwoPerMinute, {at(0), at(1)}, at(60)));
}

TEST(Budget, NamesTheFirstOfSeveralThatIsExhausted) {
  const std::vector<BudgetPolicy> budgets = {{5, seconds(10)}, {2, seconds(60)}};
  EXPECT_EQ(exhaustedBudget(budgets, {at(0), at(1)}, at(2)), budgets[1]);
}

TEST(Budget, WithoutBudgetsNothingIsExhausted) {
  EXPECT_FALSE(exhaustedBudget({}, {at(0), at(0), at(0)}, at(0)));
}

TEST(Budget, ForgetsOnlyWhatNoWindowSees) {
  std::vector<BootTime> starts = {at(0), at(1), at(61)};
  forgetOldStarts(starts, {{2, seconds(60)}, {9, seconds(5)}}, at(61));
  EXPECT_EQ(starts, (std::vector<BootTime>{at(61)}));
}

}  // namespace
}  // namespace heald::core
