#include "checks/comparison.h"

#include <gtest/gtest.h>

#include <cmath>

namespace heald::checks {
namespace {

bool meets(double value, const char* comparison) {
  return parseComparison(comparison)->meets(value);
}

TEST(Comparison, HoldsOnItsSideOfTheLimit) {
  for (const double value : {4.0, 5.0, 6.0}) {
    EXPECT_EQ(meets(value, "> 5"), value > 5);
    EXPECT_EQ(meets(value, ">=5"), value >= 5);
    EXPECT_EQ(meets(value, "< 5.0"), value < 5);
    EXPECT_EQ(meets(value, " <= 0.5e1 "), value <= 5);
    EXPECT_EQ(meets(value, "== 5"), value == 5);
    EXPECT_EQ(meets(value, "!= 5"), value != 5);
  }
  EXPECT_TRUE(meets(-3, "< -2.5"));
}

TEST(Comparison, IsNeverMetByWhatIsNoNumber) {
  for (const char* comparison : {"> 0", ">= 0", "< 0", "<= 0", "== 0", "!= 0"}) {
    EXPECT_FALSE(meets(NAN, comparison)) << comparison;
  }
}

TEST(Comparison, KnowsWhatIsWorse) {
  EXPECT_TRUE(parseComparison("> 5")->worse(8, 7));
  EXPECT_FALSE(parseComparison("> 5")->worse(7, 8));
  EXPECT_TRUE(parseComparison("<= 5")->worse(1, 2));
  EXPECT_TRUE(parseComparison("== 5")->worse(5, 9));
  EXPECT_FALSE(parseComparison("== 5")->worse(9, 5));
  EXPECT_TRUE(parseComparison("!= 5")->worse(9, 5));
}

TEST(Comparison, IsRefusedWhenItIsNone) {
  for (const char* text : {"", "5", ">", "> ", "> five", "> 5 GiB", "=> 5", "= 5", "<> 5", "> 5 5",
                           "> NaN", "> inf", "> 1e999", "> 0x10", ">> 5", "> +5"}) {
    EXPECT_FALSE(parseComparison(text)) << text;
    EXPECT_NE(comparisonProblem(text), "") << text;
  }
  EXPECT_EQ(comparisonProblem("> 5"), "");
}

}  // namespace
}  // namespace heald::checks
