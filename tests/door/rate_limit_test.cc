#include "door/rate_limit.h"

#include <gtest/gtest.h>

namespace heald::door {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const auto kStart = RateLimit::Clock::time_point(std::chrono::hours(1));

TEST(RateLimit, OfAnIntervalOfZeroLimitsNothing) {
  RateLimit limit(seconds(0), 0);
  for (int i = 0; i < 1'000; ++i) EXPECT_TRUE(limit.allow(kStart));
}

TEST(RateLimit, AllowsABurstAndThenOneInEachInterval) {
  RateLimit limit(seconds(1), 3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limit.allow(kStart));
  EXPECT_FALSE(limit.allow(kStart));
  EXPECT_FALSE(limit.allow(kStart + milliseconds(900)));
  EXPECT_TRUE(limit.allow(kStart + milliseconds(1'050)));
  EXPECT_FALSE(limit.allow(kStart + milliseconds(1'100)));
}

TEST(RateLimit, SavesUpNoMoreThanABurst) {
  RateLimit limit(seconds(1), 2);
  EXPECT_TRUE(limit.allow(kStart));
  const auto later = kStart + std::chrono::hours(5);
  EXPECT_TRUE(limit.allow(later));
  EXPECT_TRUE(limit.allow(later));
  EXPECT_FALSE(limit.allow(later));
}

TEST(RateLimit, WithoutABurstLetsNobodyIn) {
  RateLimit limit(seconds(1), 0);
  EXPECT_FALSE(limit.allow(kStart));
  EXPECT_FALSE(limit.allow(kStart + seconds(10)));
}

}  // namespace
}  // namespace heald::door
