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

using Native = std::vector<Histogram::NativeBucket>;

Native nativeOf(std::initializer_list<double> values) {
  Histogram histogram(checkBuckets());
  for (const double each : values) {
    histogram.observe(core::Duration(static_cast<std::int64_t>(each * 1e9)));
  }
  return histogram.native();
}

TEST(Histogram, ANativeBucketEndsWithItsBoundAsPrometheusHasIt) {
  EXPECT_EQ(nativeOf({1}), (Native{{0, 1}}));
  EXPECT_EQ(nativeOf({1.000001}), (Native{{1, 1}}));
  EXPECT_EQ(nativeOf({2, 2, 4}), (Native{{8, 2}, {16, 1}}));
  EXPECT_EQ(nativeOf({0.5, 0.25}), (Native{{-16, 1}, {-8, 1}}));
  EXPECT_EQ(nativeOf({1.09}), (Native{{1, 1}}));
  EXPECT_EQ(nativeOf({1.1}), (Native{{2, 1}}));
}

TEST(Histogram, NativeBucketsAreBoundedAtBothEnds) {
  Histogram histogram(checkBuckets());
  histogram.observe(core::Duration(0));
  histogram.observe(core::Duration(900));
  histogram.observe(hours(24 * 365));
  EXPECT_EQ(histogram.nativeZeros(), 2u);
  EXPECT_EQ(histogram.native(), (Native{{144, 1}}));
}

TEST(Histogram, AddsUpAndComesBackWithNativeBucketsThatHoldTheCount) {
  Histogram one(checkBuckets());
  one.observe(seconds(1));
  Histogram other(checkBuckets());
  other.observe(seconds(1));
  other.observe(seconds(2));
  other.observe(core::Duration(0));
  one.add(other);
  EXPECT_EQ(one.native(), (Native{{0, 2}, {8, 1}}));
  EXPECT_EQ(one.nativeZeros(), 1u);
  EXPECT_EQ(one.count(), 4u);
  Histogram back(checkBuckets());
  back.restore(6, 2);  // at most 1 s
  back.restore(11, 1);
  EXPECT_EQ(back.count(), 3u);
  EXPECT_EQ(back.native(), (Native{{0, 2}, {56, 1}}));
}

TEST(Histogram, TheBoundsAreThoseThatDashboardsAreMadeFor) {
  using Bounds = std::vector<double>;
  EXPECT_EQ(checkBuckets(), (Bounds{0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60}));
  EXPECT_EQ(healingBuckets(), (Bounds{0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1800}));
  EXPECT_EQ(waitBuckets(), (Bounds{0.001, 0.01, 0.1, 1, 5, 10, 60, 300, 600}));
}

}  // namespace
}  // namespace heald::engine
