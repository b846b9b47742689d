// The engine among everything that can go wrong, held against docs/governor.md by a referee that
// believes nothing it is told. heald-soak does the same for longer.
#include "simulation/random_world.h"

#include <gtest/gtest.h>

#include "support/thinned.h"

namespace heald::simulation {
namespace {

// A violation with the command that shows it.
std::string told(const WorldOptions& world, const WorldResult& result) {
  std::string without;
  const WorldOptions least = shrunk(world);
  for (std::size_t i = 0; i < kTroubleCount; ++i) {
    if (!least.without[i]) continue;
    without += (without.empty() ? " --without " : ",");
    without += toString(static_cast<Trouble>(i));
  }
  return result.violation + "\nreplay: " HEALD_BINARY_DIR "/heald-soak --seed " +
         std::to_string(world.seed) + without + " --trace";
}

// `share` of `kShares` of ten million steps, so that they run beside each other.
constexpr int kShares = 4;
class RandomWorlds : public testing::TestWithParam<int> {};

TEST_P(RandomWorlds, KeepEveryStatement) {
  constexpr std::uint64_t kSteps = 10'000'000 / kShares / test::kThinned;
  WorldResult sum;
  for (std::uint64_t i = 0; sum.steps < kSteps; ++i) {
    WorldOptions world;
    world.seed = 1 + i * kShares + static_cast<std::uint64_t>(GetParam());
    const WorldResult result = runWorld(world);
    ASSERT_EQ(result.violation, "") << told(world, result);
    sum.add(result);
  }
  // That the worlds are worth it.
  EXPECT_GT(sum.starts, kSteps / 1000);
  EXPECT_GT(sum.dormancies, kSteps / 10'000);
  EXPECT_GT(sum.crashes, kSteps / 10'000);
  EXPECT_GT(sum.failed_commits, kSteps / 10'000);
  RecordProperty("steps", std::to_string(sum.steps));
}

INSTANTIATE_TEST_SUITE_P(Shares, RandomWorlds, testing::Range(0, kShares));

TEST(RandomWorld, IsMadeOfItsSeedAlone) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    WorldOptions world;
    world.seed = seed;
    world.replicas = seed % 2 == 0;
    std::string one, other;
    world.trace = [&](const std::string& line) { one += line + "\n"; };
    const WorldResult first = runWorld(world);
    world.trace = [&](const std::string& line) { other += line + "\n"; };
    const WorldResult second = runWorld(world);
    EXPECT_EQ(one, other);
    EXPECT_EQ(first.starts, second.starts);
    EXPECT_FALSE(one.empty());
  }
}

std::string violationOf(std::uint64_t seed) {
  WorldOptions world;
  world.seed = seed;
  return runWorld(world).violation;
}

// Between the look before an attempt and the attempt another run of the check said "unknown".
TEST(RandomWorld, ALookThatALaterOneContradictsStartsNothing) {
  EXPECT_EQ(violationOf(15527), "");
}

// After a suspend, an alert of yesterday was acted upon and forgotten before its verification
// ended.
TEST(RandomWorld, AnAlertThatIsForgottenIsNotSaidToFire) {
  EXPECT_EQ(violationOf(16746), "");
}

// A permit failed at the moment at which its governor's checks had been healthy for long enough.
TEST(RandomWorld, AFailureThatIsClearedAtOnceIsAFreshStartToo) {
  EXPECT_EQ(violationOf(9943), "");
}

// A reload took out a remedy that had printed a permanent-open condition, and was being verified.
TEST(RandomWorld, WhatAReloadInterruptsIsNotJudgedByWhatItPrinted) {
  EXPECT_EQ(violationOf(4028), "");
}

// The disk kept heald waiting between the look of the last moment and the attempt.
TEST(RandomWorld, ALookBeforeASlowCommitIsNotTakenForOneImmediatelyBefore) {
  EXPECT_EQ(violationOf(12404), "");
}

// After a commit in doubt and a reload the machine went down; the commit was on disk. The start
// after it has another bound, as the reload had.
TEST(RandomWorld, AStartWithAnotherConfigurationHasItsBound) {
  EXPECT_EQ(violationOf(40867), "");
}

// Two attempts of one governor ended with one commit: one failed, one succeeded, and the referee
// took the one for the other.
TEST(RandomWorld, WhichOfTwoAttemptsHasFailedIsToldByWhatWasSeen) {
  EXPECT_EQ(violationOf(130012), "");
}

// One attempt succeeded and another failed with one commit: the success was a fresh start all the
// same.
TEST(RandomWorld, ASuccessThatAFailureFollowsAtOnceIsAFreshStart) {
  EXPECT_EQ(violationOf(1020298), "");
}

// With one commit a permit expired, an attempt took its place, and another attempt ended.
TEST(RandomWorld, AnAttemptMayStartBetweenTwoEndsOfOneCommit) {
  EXPECT_EQ(violationOf(1046477), "");
}

// Two attempts ended with one commit, and by the same look either of them might have failed.
TEST(RandomWorld, WhichOfTwoAttemptsHasFailedIsToldByTheHistoryWhereBothMayHave) {
  EXPECT_EQ(violationOf(1091629), "");
}

// A reset let a queued attempt start, with a commit of its own: the human did nothing twice.
TEST(RandomWorld, WhatAHumanDoesIsDoneByTheFirstCommitOfTheStep) {
  EXPECT_EQ(violationOf(5549), "");
}

// The tester tested: each of these faults around the engine is found, and soon.
class Planted : public testing::TestWithParam<InjectedFault> {};

TEST_P(Planted, IsFound) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    WorldOptions world;
    world.seed = seed;
    world.fault = GetParam();
    world.replicas = world.fault == InjectedFault::kLosesTheFence;
    const WorldResult result = runWorld(world);
    if (result.violation.empty()) continue;
    const WorldOptions least = shrunk(world);
    EXPECT_NE(runWorld(least).violation, "") << "a shrunk world shows it too";
    RecordProperty("found", result.violation);
    return;
  }
  FAIL() << "300 worlds, and nothing was noticed";
}

INSTANTIATE_TEST_SUITE_P(
    Faults, Planted,
    testing::Values(InjectedFault::kLosesCommits, InjectedFault::kStartsBeforeCommit,
                    InjectedFault::kForgetsTickets, InjectedFault::kForgetsDormancy,
                    InjectedFault::kWaitsOnTheWallClock, InjectedFault::kLosesTheFence));

}  // namespace
}  // namespace heald::simulation
