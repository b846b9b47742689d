#include "core/backoff.h"

#include <gtest/gtest.h>

#include <climits>

namespace heald::core {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

TEST(Backoff, IsTheBaseAtZeroFailures) {
  EXPECT_EQ(backoffDelay({}, 0), seconds(5));
}

TEST(Backoff, DoublesFromTheBaseUpToTenMinutes) {
  const int expected[] = {5, 10, 20, 40, 80, 160, 320, 600, 600, 600};
  for (int n = 1; n <= 10; ++n) {
    EXPECT_EQ(backoffDelay({}, n), seconds(expected[n - 1])) << n << " failures";
  }
}

TEST(Backoff, SaturatesForAnyCount) {
  EXPECT_EQ(backoffDelay({}, INT_MAX), minutes(10));
  EXPECT_EQ(backoffDelay({}, -1), seconds(5));
  const BackoffPolicy longest{Duration::max() / 2 + Duration(1), Duration::max()};
  EXPECT_EQ(backoffDelay(longest, 2), Duration::max());
}

TEST(Backoff, ReachesAMaxThatIsNoPowerOfTwoOfTheBase) {
  const BackoffPolicy policy{seconds(3), seconds(10)};
  EXPECT_EQ(backoffDelay(policy, 2), seconds(6));
  EXPECT_EQ(backoffDelay(policy, 3), seconds(10));
  EXPECT_EQ(backoffDelay({seconds(4), seconds(10)}, 2), seconds(8)) << "more than a third of it";
  EXPECT_EQ(backoffDelay({seconds(7), seconds(7)}, 5), seconds(7));
}

}  // namespace
}  // namespace heald::core
