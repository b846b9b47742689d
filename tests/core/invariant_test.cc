#include "core/invariant.h"

#include <gtest/gtest.h>

namespace heald::core {
namespace {

TEST(Invariant, ThatHoldsCostsOneLookAndSaysNothing) {
  int looks = 0;
  CHECK(++looks == 1, "it is looked at once");
  EXPECT_EQ(looks, 1);
}

TEST(InvariantDeathTest, ThatDoesNotHoldSaysWhatAndWhereAndAborts) {
  const int attempts = 2;
  EXPECT_EXIT(CHECK(attempts < 2, "there is one attempt at a time"),
              testing::KilledBySignal(SIGABRT),
              "heald: broken invariant: there is one attempt at a time \\(attempts < 2\\) at "
              ".*invariant_test\\.cc:[0-9]+");
}

}  // namespace
}  // namespace heald::core
