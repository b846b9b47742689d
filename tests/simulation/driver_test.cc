#include "simulation/driver.h"

#include <gtest/gtest.h>

#include "support/setups.h"

namespace heald::simulation {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

TEST(EventQueue, GivesTheEarliestFirstAndEqualOnesInTheirOrder) {
  EventQueue queue;
  queue.add(seconds(2), engine::RemoveTask{"c"});
  queue.add(seconds(1), engine::RemoveTask{"a"});
  queue.add(seconds(1), engine::RemoveTask{"b"});
  std::string order;
  while (queue.next()) order += std::get<engine::RemoveTask>(queue.take()).id;
  EXPECT_EQ(order, "abc");
}

TEST(EventQueue, ForgetsEverythingWhenCleared) {
  EventQueue queue;
  queue.add(seconds(1), engine::Tick{});
  queue.clear();
  EXPECT_FALSE(queue.next());
}

// Every check is ok at once.
class Healthy : public SimulatedHost {
 public:
  std::string commit(const engine::Changes&) override { return ""; }
  std::string probe() override { return ""; }
  void perform(engine::Output& out) override {
    for (const engine::Action& action : out.actions) {
      if (const auto* check = std::get_if<engine::StartCheck>(&action)) {
        ++runs;
        driver.schedule(
            driver.time(),
            engine::CheckFinished{check->check, check->run, core::CheckStatus::kOk, "ok", {}});
      }
    }
  }
  Driver driver{*this};
  int runs = 0;
};

TEST(Driver, GoesFromMomentToMoment) {
  Healthy world;
  world.driver.boot(test::oneRemedy(), engine::Saved{});
  world.driver.runUntil(hours(1));
  EXPECT_EQ(world.runs, 721);  // every 5 s, both ends included
  EXPECT_EQ(world.driver.time(), hours(1));
}

TEST(Driver, AStepIsOneEventOfTheEngine) {
  Healthy world;
  world.driver.boot(test::oneRemedy(), engine::Saved{});
  while (world.driver.step(seconds(60))) {
  }
  const std::uint64_t before = world.driver.steps();
  EXPECT_TRUE(world.driver.step(seconds(120)));
  EXPECT_EQ(world.driver.steps(), before + 1);
}

TEST(Driver, TheClocksGoTheirOwnWays) {
  Healthy world;
  const core::Now start = world.driver.now();
  world.driver.stepWall(-hours(3));
  world.driver.elapse(hours(1));
  EXPECT_EQ(world.driver.now().boot - start.boot, hours(1));
  EXPECT_EQ(world.driver.now().wall - start.wall, -hours(2));
  const std::string boot = world.driver.stamp().boot_id;
  world.driver.restartMachine();
  EXPECT_NE(world.driver.stamp().boot_id, boot);
  EXPECT_LT(world.driver.now().boot, start.boot);
  EXPECT_EQ(world.driver.time(), hours(1));
}

}  // namespace
}  // namespace heald::simulation
