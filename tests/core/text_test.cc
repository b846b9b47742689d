#include "core/text.h"

#include <gtest/gtest.h>

namespace heald::core {
namespace {

using namespace std::chrono_literals;

TEST(Text, WritesATimeAsRfc3339InUtcWithMilliseconds) {
  EXPECT_EQ(toIso8601(WallTime{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(toIso8601(WallTime{1'700'000'000'123ms}), "2023-11-14T22:13:20.123Z");
  EXPECT_EQ(toIso8601(WallTime{-1ms}), "1969-12-31T23:59:59.999Z");
}

TEST(Text, WritesADurationWithItsTwoLargestUnits) {
  EXPECT_EQ(toText(0s), "0s");
  EXPECT_EQ(toText(5s), "5s");
  EXPECT_EQ(toText(250ms), "250ms");
  EXPECT_EQ(toText(999ms), "999ms");
  EXPECT_EQ(toText(1600ms), "1s 600ms");
  EXPECT_EQ(toText(51160ms), "51s");
  EXPECT_EQ(toText(80s), "1m 20s");
  EXPECT_EQ(toText(3600s), "1h");
  EXPECT_EQ(toText(3661s), "1h 1m");
  EXPECT_EQ(toText(49h), "2d 1h");
}

TEST(Text, LeavesOutMillisecondsFromTenSecondsOn) {
  EXPECT_EQ(toText(9999ms), "9s 999ms");
  EXPECT_EQ(toText(10s + 1ms), "10s");
  EXPECT_EQ(toText(1ms), "1ms");
  EXPECT_EQ(toText(1h + 1s), "1h") << "two units that are neighbours, or one";
  EXPECT_EQ(toText(24h), "1d");
  EXPECT_EQ(toText(1min), "1m");
}

}  // namespace
}  // namespace heald::core
