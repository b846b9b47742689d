#include "checks/levels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heald::checks {
namespace {

using core::CheckStatus;

TEST(Levels, AreBeyondTheirLimitAndNotAtIt) {
  const Levels below{Levels::Unit::kBytes, Levels::Bad::kBelow, true, "2KiB", "1KiB"};
  EXPECT_EQ(judge(below, 2048), CheckStatus::kOk);
  EXPECT_EQ(judge(below, 2047), CheckStatus::kWarning);
  EXPECT_EQ(judge(below, 1024), CheckStatus::kWarning);
  EXPECT_EQ(judge(below, 1023), CheckStatus::kCritical);
  const Levels above{Levels::Unit::kDuration, Levels::Bad::kAbove, false, "10ms", "1s"};
  EXPECT_EQ(judge(above, 0.01), CheckStatus::kOk);
  EXPECT_EQ(judge(above, 0.011), CheckStatus::kWarning);
  EXPECT_EQ(judge(above, 1.001), CheckStatus::kCritical);
}

TEST(Levels, OfPercentAreOfTheWholeAndSayNothingWithoutOne) {
  const Levels levels{Levels::Unit::kBytes, Levels::Bad::kBelow, true, {}, "5%"};
  EXPECT_EQ(judge(levels, 50, 1000), CheckStatus::kOk);
  EXPECT_EQ(judge(levels, 49, 1000), CheckStatus::kCritical);
  EXPECT_EQ(judge(levels, 0, 0), CheckStatus::kOk);
  EXPECT_EQ(complaint(levels, 49, 1000), "at least 5% wanted");
}

TEST(Levels, WithoutALimitAreAlwaysWell) {
  EXPECT_EQ(judge(Levels{}, 1e300), CheckStatus::kOk);
  EXPECT_EQ(complaint(Levels{}, 1e300), "");
}

TEST(Levels, PutTogetherAreAsBadAsTheWorst) {
  using enum CheckStatus;
  const CheckStatus order[] = {kOk, kWarning, kUnknown, kCritical};
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(worse(order[i], order[k]), order[std::max(i, k)]);
  }
}

TEST(Levels, WriteNumbersAsPeopleDo) {
  EXPECT_EQ(numberText(0.5), "0.5");
  EXPECT_EQ(numberText(100), "100");
  EXPECT_EQ(numberText(0), "0");
  EXPECT_EQ(numberText(1.005), "1");
  EXPECT_EQ(bytesText(0), "0 bytes");
  EXPECT_EQ(bytesText(1), "1 byte");
  EXPECT_EQ(bytesText(1536), "1.5 KiB");
  EXPECT_EQ(bytesText(40.0 * (1ULL << 30)), "40 GiB");
  EXPECT_EQ(percentText(0.0499999), "4.99 %");  // never rounded up to its limit
}

}  // namespace
}  // namespace heald::checks
