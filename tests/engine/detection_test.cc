#include "engine/detection.h"

#include <gtest/gtest.h>

#include <map>

#include "support/setups.h"
#include "support/world.h"

namespace heald::engine {
namespace {

using core::CheckStatus;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using test::World;

engine::Setup checksOnly(int count, core::Duration interval) {
  engine::Setup setup = test::manyRemedies(count);
  setup.remedies.clear();
  setup.governors.clear();
  for (CheckSpec& check : setup.checks) {
    check.interval = interval;
  }
  return setup;
}

std::map<std::string, int> runsByCheck(const World& world) {
  std::map<std::string, int> runs;
  for (const auto& [name, at] : world.check_runs) {
    ++runs[name];
  }
  return runs;
}

TEST(Detection, RunsEveryCheckOnItsOwnInterval) {
  engine::Setup setup = checksOnly(2, seconds(10));
  setup.checks[1].interval = seconds(30);
  World world(setup);
  world.runUntil(minutes(10));
  EXPECT_NEAR(runsByCheck(world)["c0"], 60, 1);
  EXPECT_NEAR(runsByCheck(world)["c1"], 20, 1);
}

TEST(Detection, ACheckWithoutAnIntervalRunsWithEachCycle) {
  engine::Setup setup = checksOnly(1, seconds(10));
  setup.checks[0].follows_cycle = true;
  World world(setup);
  world.runUntil(minutes(21));
  ASSERT_EQ(world.check_runs.size(), 5u);
  EXPECT_EQ(world.check_runs[0].second, seconds(0));
  EXPECT_EQ(world.check_runs[4].second, minutes(20));
  EXPECT_EQ(world.snapshot().cycles, 5u);
}

TEST(Detection, TheFirstRunsAreSpread) {
  World world(checksOnly(100, seconds(10)));
  world.runUntil(milliseconds(4999));
  std::map<core::Duration, int> at_once;
  for (const auto& [name, at] : world.check_runs) {
    ++at_once[at];
  }
  EXPECT_EQ(world.check_runs.size(), 100u) << "each once, soon after the start";
  for (const auto& [at, count] : at_once) {
    EXPECT_LE(count, 10);
  }
}

TEST(Detection, KeepsToItsGridSoThatAThousandChecksMissNothing) {
  World world(checksOnly(1000, seconds(1)));
  world.check_takes = milliseconds(5);
  world.runUntil(seconds(60));
  for (const CheckView& check : world.snapshot().checks) {
    EXPECT_NEAR(static_cast<double>(check.executions), 60, 1) << check.name;
    EXPECT_EQ(check.missed, 0u) << check.name;
  }
}

TEST(Detection, NoMoreThanMaxConcurrentRunAtOneTime) {
  engine::Setup setup = checksOnly(50, seconds(100));
  setup.detection.max_concurrent = 3;
  World world(setup);
  world.check_takes = seconds(2);
  int most = 0;
  for (int ms = 0; ms < 60'000; ms += 100) {
    world.runUntil(milliseconds(ms));
    int running = 0;
    for (const CheckView& check : world.snapshot().checks) {
      running += check.running ? 1 : 0;
    }
    most = std::max(most, running);
  }
  EXPECT_EQ(most, 3);
  EXPECT_EQ(runsByCheck(world).size(), 50u) << "each had its turn";
}

TEST(Detection, ARunThatOutlastsItsIntervalIsCountedAsMissedAndNotCaughtUp) {
  World world(checksOnly(1, seconds(1)));
  world.check_takes = milliseconds(3500);
  world.runUntil(seconds(40));
  const CheckView check = world.check("c0");
  EXPECT_NEAR(static_cast<double>(check.executions), 10, 1);
  EXPECT_NEAR(static_cast<double>(check.missed), 30, 2);
}

TEST(Detection, ALongGapCausesNoBurst) {
  World world(checksOnly(1, seconds(1)));
  world.runUntil(seconds(5));
  const auto before = world.check_runs.size();
  world.sleepFor(hours(2));  // suspend: the clock went on, nothing ran
  world.runFor(seconds(3));
  EXPECT_LE(world.check_runs.size() - before, 5u);
}

TEST(Detection, NeedsUnhealthyAfterAndHealthyAfterResultsOnEnd) {
  engine::Setup setup = checksOnly(1, seconds(1));
  setup.checks[0].unhealthy_after = 3;
  setup.checks[0].healthy_after = 2;
  using enum CheckStatus;
  const std::vector<std::pair<CheckStatus, Health>> story = {
      {kOk, Health::kUnknown},         {kOk, Health::kHealthy},
      {kCritical, Health::kHealthy},   {kCritical, Health::kHealthy},
      {kOk, Health::kHealthy},         {kCritical, Health::kHealthy},
      {kWarning, Health::kHealthy},    {kUnknown, Health::kHealthy},
      {kCritical, Health::kHealthy},   {kCritical, Health::kHealthy},
      {kCritical, Health::kUnhealthy}, {kUnknown, Health::kUnhealthy},
      {kOk, Health::kUnhealthy},       {kUnknown, Health::kUnhealthy},
      {kOk, Health::kUnhealthy},       {kOk, Health::kHealthy},
  };
  World world(setup);
  std::size_t run = 0;
  world.checks["c0"] = [&] { return story[run++].first; };
  for (std::size_t i = 0; i < story.size(); ++i) {
    world.runUntil(seconds(i));
    EXPECT_EQ(world.check("c0").health, story[i].second) << "after result " << i + 1;
  }
}

TEST(Detection, WithItsFlagOffNothingRunsAndItBeginsAnewWhenOnAgain) {
  World world(checksOnly(3, seconds(1)));
  world.runUntil(seconds(10));
  world.send(SetFlag{core::Feature::kAutoDetection, false, "test", "test"});
  const auto before = world.check_runs.size();
  world.runUntil(minutes(10));
  EXPECT_EQ(world.check_runs.size(), before);
  world.send(SetFlag{core::Feature::kAutoDetection, true, "test", "test"});
  world.runFor(seconds(10));
  EXPECT_NEAR(static_cast<double>(world.check_runs.size() - before), 30, 4);
  EXPECT_EQ(world.check("c0").missed, 0u) << "what was switched off was not missed";
}

TEST(Detection, AHumanMayRunACheckAtAnyTime) {
  World world(checksOnly(1, hours(1)));
  world.runUntil(seconds(10));
  EXPECT_EQ(world.send(RunCheckNow{"c1", "test"}).reply->error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(world.send(RunCheckNow{"c0", "test"}).reply->ok());
  world.runUntil(seconds(11));
  EXPECT_EQ(world.check_runs.size(), 2u);
}

TEST(Detection, ALateResultOfAnotherRunIsDropped) {
  World world(checksOnly(1, hours(1)));
  world.runUntil(seconds(1));
  world.send(CheckFinished{0, 99, CheckStatus::kCritical, "late", {}});
  world.send(CheckFinished{7, 1, CheckStatus::kCritical, "no such check", {}});
  EXPECT_EQ(world.check("c0").status, CheckStatus::kOk);
  EXPECT_EQ(world.check("c0").executions, 1u);
}

TEST(Detection, AChildOfAnUnhealthyCheckIsSeenAndNotHealed) {
  engine::Setup setup = test::manyRemedies(3);
  setup.checks[1].depends_on = {"c0"};
  setup.checks[2].depends_on = {"c1"};
  World world(setup);
  world.setCheck("c0", CheckStatus::kCritical);
  world.setCheck("c2", CheckStatus::kCritical);
  world.runUntil(minutes(2));
  ASSERT_FALSE(world.starts.empty());
  for (const auto& start : world.starts) {
    EXPECT_EQ(start.remedy, "r0") << "c2 depends on c0 through c1";
  }
  EXPECT_EQ(world.check("c2").health, Health::kUnhealthy);
  EXPECT_EQ(world.remedy("r2").blocked_by, "c0");
  world.setCheck("c0", CheckStatus::kOk);
  world.runFor(minutes(1));
  EXPECT_EQ(world.starts.back().remedy, "r2");
  EXPECT_EQ(world.remedy("r2").blocked_by, "");
}

TEST(Detection, WhenItIsOnAgainEveryCheckBeginsAnewAndNothingWasMissed) {
  engine::Setup setup = test::manyRemedies(2);
  for (CheckSpec& check : setup.checks) check.interval = minutes(1);
  for (const bool restarted : {false, true}) {
    World world(setup);
    world.runUntil(minutes(1));
    world.send(SetFlag{core::Feature::kAutoDetection, false, "a test", "somebody"});
    if (restarted) world.crash();
    world.runUntil(minutes(10) + seconds(30));
    world.check_runs.clear();
    world.send(SetFlag{core::Feature::kAutoDetection, true, "a test", "somebody"});
    world.runFor(seconds(10));
    const std::vector<std::pair<std::string, core::Duration>> runs = {
        {"c0", minutes(10) + seconds(30)}, {"c1", minutes(10) + seconds(32) + milliseconds(500)}};
    EXPECT_EQ(world.check_runs, runs) << restarted;
    EXPECT_EQ(world.check("c0").missed, 0u);
    EXPECT_EQ(world.check("c1").missed, 0u);
  }
}

}  // namespace
}  // namespace heald::engine
