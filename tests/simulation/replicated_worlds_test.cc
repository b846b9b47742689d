// Several replicas in random worlds. Their store is the product's own on a simulated etcd, and
// every one of them always tries to act, as if each lease were wrong. heald-soak --replicas does
// the same for longer.
#include <gtest/gtest.h>

#include "simulation/random_world.h"
#include "support/thinned.h"

namespace heald::simulation {
namespace {

// `share` of `kShares` of ten million steps, so that they run beside each other.
constexpr int kShares = 4;
class ReplicatedWorlds : public testing::TestWithParam<int> {};

TEST_P(ReplicatedWorlds, KeepEveryStatementForTheCluster) {
  constexpr std::uint64_t kSteps = 10'000'000 / kShares / test::kThinned;
  WorldResult sum;
  for (std::uint64_t i = 0; sum.steps < kSteps; ++i) {
    WorldOptions world;
    world.seed = 1 + i * kShares + static_cast<std::uint64_t>(GetParam());
    world.replicas = true;
    const WorldResult result = runWorld(world);
    ASSERT_EQ(result.violation, "")
        << "replay: " HEALD_BINARY_DIR "/heald-soak --seed " << world.seed << " --replicas --trace";
    sum.add(result);
  }
  // That the worlds are worth it.
  EXPECT_GT(sum.starts, kSteps / 1000);
  EXPECT_GT(sum.takeovers, kSteps / 1000);
  EXPECT_GT(sum.refused_replicas, kSteps / 1000);
  EXPECT_GT(sum.failed_commits, kSteps / 1000);
  RecordProperty("steps", std::to_string(sum.steps));
  RecordProperty("takeovers", std::to_string(sum.takeovers));
}

INSTANTIATE_TEST_SUITE_P(Shares, ReplicatedWorlds, testing::Range(0, kShares));

std::string violationOf(std::uint64_t seed) {
  WorldOptions world;
  world.seed = seed;
  world.replicas = true;
  return runWorld(world).violation;
}

// A replica wrote the state anew, with the time that was left of a pause. On another machine, whose
// wall clock was set forward after that, it was over earlier than the row before had said.
TEST(ReplicatedWorld, APauseThatIsWrittenAnewEndsByItsNewRow) {
  EXPECT_EQ(violationOf(4336), "");
}

// Likewise, with a wall clock that had been set back before: it may last longer than it was given.
TEST(ReplicatedWorld, APauseThatIsWrittenAnewMayLastLonger) {
  EXPECT_EQ(violationOf(7331), "");
}

}  // namespace
}  // namespace heald::simulation
