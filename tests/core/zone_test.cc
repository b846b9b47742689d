#include "core/zone.h"

#include <gtest/gtest.h>

namespace heald::core {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

WallTime hour(int n) {
  return WallTime(hours(n));
}

// One hour ahead of UTC; two from hour 1000 on, one again from hour 5000 on.
Zone zone() {
  return Zone({{hour(0), seconds(3600)}, {hour(1000), seconds(7200)}, {hour(5000), seconds(3600)}});
}

TEST(Zone, WithoutChangesIsUtc) {
  EXPECT_EQ(Zone().offsetAt(hour(7)), seconds(0));
  EXPECT_EQ(Zone().momentOf(hour(7)), hour(7));
}

TEST(Zone, HasTheOffsetOfTheLastChange) {
  EXPECT_EQ(zone().offsetAt(hour(-5)), seconds(3600));
  EXPECT_EQ(zone().offsetAt(hour(1000) - seconds(1)), seconds(3600));
  EXPECT_EQ(zone().offsetAt(hour(1000)), seconds(7200));
  EXPECT_EQ(zone().offsetAt(hour(9000)), seconds(3600));
}

TEST(Zone, FindsTheMomentThatTheClocksShowAndBack) {
  for (int n = 900; n < 5100; ++n) {
    const WallTime local = zone().localAt(hour(n));
    const bool second_time =
        n == 5000;  // the hour that the clocks show twice: its first time counts
    EXPECT_EQ(zone().momentOf(local), hour(second_time ? n - 1 : n)) << n;
  }
}

TEST(Zone, ATimeThatTheClocksLeaveOutIsAsLongAfterTheChange) {
  // At hour 1000 the clocks go from 1001 to 1002.
  EXPECT_EQ(zone().momentOf(hour(1001) + minutes(30)), hour(1000) + minutes(30));
}

}  // namespace
}  // namespace heald::core
