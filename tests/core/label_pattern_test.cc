#include "core/label_pattern.h"

#include <gtest/gtest.h>

namespace heald::core {
namespace {

TEST(LabelPattern, HasToMatchTheWholeValue) {
  const LabelPattern pattern("[a-z]+");
  EXPECT_TRUE(pattern.matches("abc"));
  EXPECT_FALSE(pattern.matches("abc1"));
  EXPECT_FALSE(pattern.matches("1abc"));
  EXPECT_FALSE(pattern.matches("abc\n"));
}

TEST(LabelPattern, NeverTakesWhatCouldBeAnOptionOrNothing) {
  const LabelPattern anything("(?s).*");
  EXPECT_EQ(anything.problem(), "");
  EXPECT_TRUE(anything.matches("a-b c"));
  for (const std::string hostile : {"", "-x", "--proxy", "a\nb", "a\tb", "\x7f", "a\rb"}) {
    EXPECT_FALSE(anything.matches(hostile)) << hostile;
  }
  EXPECT_FALSE(anything.matches(std::string("a\0b", 3)));
  EXPECT_TRUE(anything.matches(std::string(LabelPattern::kLongest, 'a')));
  EXPECT_FALSE(anything.matches(std::string(LabelPattern::kLongest + 1, 'a')));
}

TEST(LabelPattern, SaysWhatIsWrongWithItAndThenMatchesNothing) {
  const LabelPattern broken("[a-z");
  EXPECT_NE(broken.problem(), "");
  EXPECT_FALSE(broken.matches("a"));
  EXPECT_NE(LabelPattern("(a)\\1").problem(), "") << "no back references: they are not linear";
}

TEST(LabelPattern, TakesWhatIsInPrintableBytes) {
  EXPECT_TRUE(isPlainLabelValue(" "));
  EXPECT_TRUE(isPlainLabelValue("~"));
  EXPECT_TRUE(isPlainLabelValue("\xc3\xa4"));
  EXPECT_FALSE(isPlainLabelValue("\x1f"));
}

}  // namespace
}  // namespace heald::core
