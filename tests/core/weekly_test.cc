#include "core/weekly.h"

#include <gtest/gtest.h>

namespace heald::core {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// A moment since the first Monday after 1970-01-01, which was a Thursday.
WallTime at(int day, int hour, int minute = 0) {
  return WallTime(days(4 + day) + hours(hour) + minutes(minute));
}

Weekly on(std::initializer_list<std::size_t> chosen, Duration from, Duration to) {
  Weekly weekly;
  for (const std::size_t day : chosen) weekly.days[day] = true;
  weekly.from = from;
  weekly.to = to;
  return weekly;
}

TEST(Weekly, HoldsFromItsBeginningAndNotAtItsEnd) {
  const Weekly tuesday = on({1}, hours(2), hours(4));
  const Interval interval{at(1, 2), at(1, 4)};
  EXPECT_EQ(tuesday.at(at(1, 2) - seconds(1)), interval);
  EXPECT_FALSE(interval.contains(at(1, 2) - seconds(1)));
  EXPECT_TRUE(interval.contains(at(1, 2)));
  EXPECT_EQ(tuesday.at(at(1, 4) - seconds(1)), interval);
  EXPECT_EQ(tuesday.at(at(1, 4)), (Interval{at(8, 2), at(8, 4)}));
}

TEST(Weekly, KnowsEveryDayOfTheWeek) {
  for (std::size_t day = 0; day < 7; ++day) {
    const auto begin = static_cast<int>(day);
    EXPECT_EQ(on({day}, hours(1), hours(2)).at(at(0, 0)), (Interval{at(begin, 1), at(begin, 2)}));
  }
}

TEST(Weekly, MayGoOverMidnightAndOverTheEndOfTheWeek) {
  const Weekly sunday = on({6}, hours(22), hours(2));
  EXPECT_EQ(sunday.at(at(7, 1)), (Interval{at(6, 22), at(7, 2)}));
  EXPECT_EQ(sunday.at(at(7, 2)), (Interval{at(13, 22), at(14, 2)}));
}

TEST(Weekly, MayBeAWholeDay) {
  EXPECT_EQ(on({0}, hours(0), hours(24)).at(at(0, 12)), (Interval{at(0, 0), at(1, 0)}));
  EXPECT_EQ(on({0}, hours(6), hours(6)).at(at(0, 12)), (Interval{at(0, 6), at(1, 6)}));
}

TEST(Weekly, WithoutADayNeverComes) {
  EXPECT_EQ(on({}, hours(1), hours(2)).at(at(0, 0)), std::nullopt);
}

TEST(Weekly, FollowsTheClocksOfItsPlace) {
  Weekly night = on({0, 1, 2, 3, 4, 5, 6}, hours(1), hours(4));
  // One hour ahead, and from Tuesday 01:00 UTC on two: 02:00 becomes 03:00 there.
  night.zone = Zone({{at(0, 0), seconds(3600)}, {at(1, 1), seconds(7200)}});
  EXPECT_EQ(night.at(at(0, 10)), (Interval{at(1, 0), at(1, 2)})) << "an hour is left out";
  EXPECT_EQ(night.at(at(1, 10)), (Interval{at(1, 23), at(2, 2)}));
  // And back: the hour that comes twice is part of it, both times.
  night.zone = Zone({{at(0, 0), seconds(7200)}, {at(1, 1), seconds(3600)}});
  EXPECT_EQ(night.at(at(0, 10)), (Interval{at(0, 23), at(1, 3)}));
}

}  // namespace
}  // namespace heald::core
