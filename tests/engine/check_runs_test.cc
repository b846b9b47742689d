#include "engine/check_runs.h"

#include <gtest/gtest.h>

namespace heald::engine {
namespace {

CheckRuns runsOf(int checks) {
  CheckRuns runs;
  (void)runs.take(std::vector<int>(static_cast<std::size_t>(checks), -1));
  return runs;
}

TEST(CheckRuns, OneThatFollowsHasAHigherNumberAndIsScheduledIfAnybodyWantsItSo) {
  CheckRuns runs = runsOf(2);
  const std::uint64_t first = runs.start(0, false);
  EXPECT_EQ(runs.scheduled(), 0) << "it was asked for";
  EXPECT_EQ(runs.follow(0, true), first + 1);
  EXPECT_EQ(runs.follow(0, false), first + 1);
  const CheckRuns::Ended ended = runs.end(first);
  EXPECT_EQ(ended.check, 0);
  EXPECT_FALSE(ended.scheduled);
  EXPECT_EQ(ended.next, true);
  EXPECT_FALSE(runs.running(0));
  EXPECT_EQ(runs.end(first).check, -1) << "it is late";
}

TEST(CheckRuns, AfterAnotherListARunIsOfTheSameCheckOrIsEnded) {
  CheckRuns runs = runsOf(3);
  const std::uint64_t a = runs.start(0, true);
  const std::uint64_t b = runs.start(1, true);
  runs.start(2, false);
  EXPECT_EQ(runs.take({-1, 1, 2}), std::vector{a});
  EXPECT_EQ(runs.scheduled(), 1);
  EXPECT_FALSE(runs.running(0));
  EXPECT_EQ(runs.take({1}), std::vector<std::uint64_t>{3});
  EXPECT_EQ(runs.end(b).check, 0) << "its index is another one";
  EXPECT_EQ(runs.end(a).check, -1);
}

TEST(CheckRuns, NothingFollowsAfterAStop) {
  CheckRuns runs = runsOf(1);
  const std::uint64_t run = runs.start(0, true);
  runs.follow(0, true);
  runs.stop();
  EXPECT_EQ(runs.end(run).next, std::nullopt);
}

TEST(CheckRunsDeathTest, ACheckRunsOnceAtATime) {
  CheckRuns runs = runsOf(1);
  EXPECT_DEATH(runs.follow(0, true), "follows");
  runs.start(0, true);
  EXPECT_DEATH(runs.start(0, true), "once at a time");
}

}  // namespace
}  // namespace heald::engine
