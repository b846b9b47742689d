// Detection by itself, at the moments at which one more or less makes the difference.
#include <gtest/gtest.h>

#include "engine/detection.h"
#include "engine/pauses.h"
#include "engine/permits.h"
#include "support/setups.h"
#include "support/world.h"

namespace heald::engine {
namespace {

using core::CheckStatus;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using test::oneRemedy;
using test::World;

core::Now at(core::Duration now) {
  return {core::BootTime(now), core::WallTime(std::chrono::hours(490'000) + now)};
}

// One check under the test's hand.
struct Bench {
  explicit Bench(CheckSpec spec) : detection({}, {std::move(spec)}) {}

  Detection::Finding result(CheckStatus status, core::Duration now) {
    std::vector<Action> actions;
    const std::uint64_t run = detection.requestByHuman(0, actions);
    return detection.finish({0, run, status, "", seconds(1)}, at(now), actions);
  }

  Detection detection;
};

CheckSpec checkSpec() {
  CheckSpec spec;
  spec.name = "service";
  spec.kind = "exec";
  spec.interval = seconds(10);
  spec.timeout = seconds(5);
  spec.follows_cycle = false;
  return spec;
}

TEST(DetectionEdges, AGapOfTwoIntervalsAndATimeoutIsNone) {
  Bench bench(checkSpec());
  bench.result(CheckStatus::kOk, seconds(100));
  EXPECT_EQ(bench.detection.healedSince(0, {}), core::BootTime(seconds(100)));
  bench.result(CheckStatus::kOk, seconds(125));
  EXPECT_EQ(bench.detection.healedSince(0, {}), core::BootTime(seconds(100)));
  bench.result(CheckStatus::kOk, seconds(150) + nanoseconds(1));
  EXPECT_EQ(bench.detection.healedSince(0, {}), core::BootTime(seconds(150) + nanoseconds(1)));
  bench.result(CheckStatus::kUnknown, seconds(151));
  EXPECT_FALSE(bench.detection.healedSince(0, {}));
  EXPECT_EQ(bench.detection.health(0), Health::kHealthy) << "not knowing changes no health";
  bench.result(CheckStatus::kOk, seconds(152));
  EXPECT_EQ(bench.detection.healedSince(0, {}), core::BootTime(seconds(152)));
}

TEST(DetectionEdges, StreaksAreOnEndAndNotInAll) {
  CheckSpec spec = checkSpec();
  spec.unhealthy_after = 2;
  spec.healthy_after = 2;
  Bench bench(spec);
  core::Duration now = seconds(100);
  const auto health = [&](CheckStatus status) {
    bench.result(status, now += seconds(1));
    return bench.detection.health(0);
  };
  EXPECT_EQ(health(CheckStatus::kOk), Health::kUnknown);
  EXPECT_EQ(health(CheckStatus::kCritical), Health::kUnknown);
  EXPECT_EQ(health(CheckStatus::kOk), Health::kUnknown);
  EXPECT_EQ(health(CheckStatus::kOk), Health::kHealthy);
  EXPECT_EQ(health(CheckStatus::kCritical), Health::kHealthy);
  EXPECT_EQ(health(CheckStatus::kUnknown), Health::kHealthy);
  EXPECT_EQ(health(CheckStatus::kCritical), Health::kHealthy) << "an unknown ends the streak";
  EXPECT_EQ(bench.detection.unhealthyCount(), 0);
  EXPECT_EQ(health(CheckStatus::kCritical), Health::kUnhealthy);
  EXPECT_EQ(bench.detection.unhealthyCount(), 1);
  EXPECT_EQ(health(CheckStatus::kCritical), Health::kUnhealthy);
  EXPECT_EQ(bench.detection.unhealthyCount(), 1) << "counted once";
  EXPECT_EQ(health(CheckStatus::kOk), Health::kUnhealthy);
  EXPECT_EQ(health(CheckStatus::kOk), Health::kHealthy);
  EXPECT_EQ(bench.detection.unhealthyCount(), 0);
}

TEST(DetectionEdges, OnlyAnUnhealthyResultOfAnUnhealthyCheckRaises) {
  CheckSpec spec = checkSpec();
  spec.unhealthy_after = 2;
  Bench bench(spec);
  EXPECT_FALSE(bench.result(CheckStatus::kCritical, seconds(1)).raises);
  const auto second = bench.result(CheckStatus::kCritical, seconds(2));
  EXPECT_TRUE(second.raises);
  EXPECT_EQ(second.was, Health::kUnknown);
  EXPECT_EQ(second.is, Health::kUnhealthy);
  const auto third = bench.result(CheckStatus::kCritical, seconds(3));
  EXPECT_TRUE(third.raises);
  EXPECT_EQ(third.was, third.is);
  EXPECT_FALSE(bench.result(CheckStatus::kUnknown, seconds(4)).raises);
  const auto healthy = bench.result(CheckStatus::kOk, seconds(5));
  EXPECT_EQ(healthy.was, Health::kUnhealthy);
  EXPECT_EQ(healthy.is, Health::kHealthy);
  EXPECT_FALSE(healthy.raises);
  EXPECT_EQ(bench.result(CheckStatus::kOk, seconds(6)).was, Health::kHealthy);
}

TEST(DetectionEdges, ARunOnDemandRaisesNothing) {
  Bench bench(checkSpec());
  std::vector<Action> actions;
  const std::uint64_t run = bench.detection.request(0, actions);
  const auto found =
      bench.detection.finish({0, run, CheckStatus::kCritical, "", {}}, at(seconds(1)), actions);
  EXPECT_FALSE(found.raises);
  EXPECT_EQ(found.is, Health::kUnhealthy);
  const auto late =
      bench.detection.finish({0, run, CheckStatus::kOk, "", {}}, at(seconds(2)), actions);
  EXPECT_EQ(late.check, -1) << "it has ended already";
}

TEST(DetectionEdges, ACycleThatFindsTheLastOneNotStartedCountsItAsMissed) {
  engine::Setup setup = oneRemedy();
  setup.remedies.clear();
  setup.detection.max_concurrent = 1;
  setup.checks.push_back(setup.checks[0]);
  setup.checks[1].name = "other";
  for (CheckSpec& check : setup.checks) {
    check.follows_cycle = true;
  }
  World world(setup);
  world.check_takes = minutes(6);
  world.runUntil(minutes(5) + seconds(1));
  EXPECT_EQ(world.check("other").missed, 1u);
  EXPECT_EQ(world.check("other").executions, 0u);
}

TEST(DetectionEdges, AResultFindsItsCheckAfterAReloadThatMovedIt) {
  engine::Setup setup = test::manyRemedies(2);
  World world(setup);
  world.check_takes = seconds(2);
  world.runUntil(seconds(1));
  ASSERT_TRUE(world.check("c0").running);
  std::swap(setup.checks[0], setup.checks[1]);
  world.setCheck("c0", CheckStatus::kCritical);
  world.reload(setup);
  world.runUntil(seconds(10));
  EXPECT_GE(world.check("c0").executions, 1u);
  EXPECT_EQ(world.check("c0").health, Health::kUnhealthy);
  EXPECT_EQ(world.check("c1").health, Health::kHealthy);
}

TEST(DetectionEdges, TheLooksOfAVerificationAreATenthOfItsWindowApart) {
  const auto looksOf = [](seconds within) {
    engine::Setup setup = oneRemedy();
    setup.checks[0].interval = std::chrono::hours(5);
    setup.remedies[0].verify = {core::Duration{}, within};
    World world(setup);
    world.setCheck("service", CheckStatus::kCritical);
    world.remedies["restart"] = [](const StartAction&) { return World::Act{ActionOutcome::kOk}; };
    world.runUntil(within - std::chrono::milliseconds(1));
    std::vector<core::Duration> looks;
    for (const auto& [name, when] : world.check_runs) {
      looks.push_back(when);
    }
    // The run that raised, the one before the attempt, and the looks.
    return std::vector<core::Duration>(looks.begin() + 2, looks.end());
  };
  const auto ten = looksOf(seconds(10));
  ASSERT_EQ(ten.size(), 10u);
  EXPECT_EQ(ten[1] - ten[0], seconds(1));
  const auto long_window = looksOf(seconds(200));
  ASSERT_EQ(long_window.size(), 40u);
  EXPECT_EQ(long_window[1] - long_window[0], seconds(5)) << "never longer";
}

TEST(PauseEdges, TheShortestAndTheLongestAreTaken) {
  World world(oneRemedy());
  const auto taken = [&](core::Duration lasts) {
    const Output out = world.send(PauseRemedy{"restart", lasts, "work", ""});
    return out.reply && out.reply->ok();
  };
  EXPECT_TRUE(taken(seconds(1)));
  EXPECT_FALSE(taken(seconds(1) - nanoseconds(1)));
  EXPECT_TRUE(taken(Pauses::kLongest));
  EXPECT_FALSE(taken(Pauses::kLongest + nanoseconds(1)));
}

TEST(PauseEdges, AtItsEndItIsOver) {
  Pauses pauses;
  pauses.load("restart", {core::BootTime(seconds(10)), {}, "work", ""});
  EXPECT_NE(pauses.of("restart", core::BootTime(seconds(10) - nanoseconds(1))), nullptr);
  EXPECT_EQ(pauses.of("restart", core::BootTime(seconds(10))), nullptr);
  EXPECT_EQ(pauses.of("other", core::BootTime{}), nullptr);
  pauses.load("", {core::BootTime(seconds(20)), {}, "all", ""});
  ASSERT_NE(pauses.of("restart", core::BootTime{}), nullptr);
  EXPECT_EQ(pauses.of("restart", core::BootTime{})->reason, "all") << "whichever ends later";
  EXPECT_EQ(pauses.nextEnd(), core::BootTime(seconds(10)));
  pauses.forgetEnded(at(seconds(10)));
  EXPECT_TRUE(pauses.proposed());
  EXPECT_FALSE(pauses.knows("restart"));
  EXPECT_TRUE(pauses.knows(""));
  pauses.undo();
  EXPECT_TRUE(pauses.knows("restart"));
  EXPECT_FALSE(pauses.proposed());
}

TEST(PermitEdges, TheShortestAndTheLongestDeadlineAreTaken) {
  World world(oneRemedy());
  const auto invalid = [&](core::Duration deadline) {
    const Output out = world.send(RequestPermit{"main", deadline, "", ""});
    return out.reply && !out.reply->ok() && out.reply->error().code == ErrorCode::kInvalid;
  };
  EXPECT_TRUE(invalid(Permits::kShortest - nanoseconds(1)));
  EXPECT_FALSE(invalid(Permits::kShortest));
  EXPECT_FALSE(invalid(Permits::kLongest));
  EXPECT_TRUE(invalid(Permits::kLongest + nanoseconds(1)));
}

TEST(PermitEdges, AtItsDeadlineAReportIsTooLate) {
  for (const bool late : {false, true}) {
    World world(oneRemedy());
    const Output given = world.send(RequestPermit{"main", minutes(1), "", ""});
    ASSERT_TRUE(given.reply && given.reply->ok() && (*given.reply)->permit);
    world.sleepFor(minutes(1) - (late ? nanoseconds(0) : nanoseconds(1)));
    const Output out = world.send(ReportPermit{(*given.reply)->permit->id, true, "", "", ""});
    EXPECT_EQ(out.reply && out.reply->ok(), !late);
  }
}

}  // namespace
}  // namespace heald::engine
