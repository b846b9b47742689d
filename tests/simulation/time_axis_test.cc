#include "simulation/time_axis.h"

#include <gtest/gtest.h>

namespace heald::simulation {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

TEST(TimeAxis, GoesFromNoughtToOneAndNeverBack) {
  const TimeAxis axis({seconds(5), seconds(15), hours(1)}, hours(24));
  EXPECT_EQ(axis.at({}), 0);
  EXPECT_EQ(axis.at(hours(24)), 1);
  double before = 0;
  for (int minute = 0; minute <= 24 * 60; ++minute) {
    const double place = axis.at(std::chrono::minutes(minute));
    EXPECT_GE(place, before);
    before = place;
  }
}

TEST(TimeAxis, WaitingDoesNotPushWhatHappensAside) {
  const TimeAxis axis({seconds(5), seconds(15)}, hours(24));
  EXPECT_GT(axis.at(seconds(15)) - axis.at(seconds(5)), 0.1);
}

TEST(TimeAxis, OutsideIsAtTheEnds) {
  const TimeAxis axis({-seconds(1), hours(2)}, hours(1));
  EXPECT_EQ(axis.at(-seconds(1)), 0);
  EXPECT_EQ(axis.at(hours(2)), 1);
}

}  // namespace
}  // namespace heald::simulation
