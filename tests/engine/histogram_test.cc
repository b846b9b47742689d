#include "engine/histogram.h"

#include <gtest/gtest.h>

namespace heald::engine {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

const core::WallTime kEnded{seconds(1'700'000'000)};

TEST(Histogram, CountsIntoTheBucketWhoseBoundIsNotExceeded) {
  Histogram histogram(healingBuckets());
  histogram.observe(seconds(1));
  histogram.observe(hours(1));
  EXPECT_EQ(histogram.counts(), (std::vector<std::uint64_t>{0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1}));
  EXPECT_EQ(histogram.count(), 2u);
  EXPECT_EQ(histogram.sumSeconds(), 3601);
}

TEST(Histogram, KeepsTheLastNamedAttemptOfEachBucket) {
  Histogram histogram(healingBuckets());
  histogram.observe(seconds(1));
  EXPECT_EQ(histogram.exemplar(2), std::nullopt);
  histogram.observe(seconds(1), 7, kEnded);
  histogram.observe(seconds(1), 8, kEnded);
  histogram.observe(hours(1), 9, kEnded);
  ASSERT_TRUE(histogram.exemplar(2));
  EXPECT_EQ(histogram.exemplar(2)->attempt, 8u);
  EXPECT_EQ(histogram.exemplar(2)->seconds, 1);
  EXPECT_EQ(histogram.exemplar(2)->at, kEnded);
  EXPECT_EQ(histogram.exemplar(3), std::nullopt);
  EXPECT_EQ(histogram.exemplar(11)->attempt, 9u);
  EXPECT_EQ(histogram.exemplar(12), std::nullopt);
}

TEST(Histogram, TheBoundsAreThoseThatDashboardsAreMadeFor) {
  using Bounds = std::vector<double>;
  EXPECT_EQ(checkBuckets(), (Bounds{0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60}));
  EXPECT_EQ(healingBuckets(), (Bounds{0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1800}));
  EXPECT_EQ(waitBuckets(), (Bounds{0.001, 0.01, 0.1, 1, 5, 10, 60, 300, 600}));
}

}  // namespace
}  // namespace heald::engine
