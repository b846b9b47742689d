#include "engine/detection.h"

#include <gtest/gtest.h>

#include <map>

#include <algorithm>
#include "core/plain_text.h"
#include "engine/background_tasks.h"
#include "engine/pauses.h"
#include "engine/permits.h"
#include "support/alerts.h"
#include "support/setups.h"
#include "support/world.h"

namespace heald::engine {
namespace {

using core::CheckStatus;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using test::oneRemedy;
using test::rareChecks;
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

core::Now detectedAt(core::Duration now) {
  return {core::BootTime(now), core::WallTime(std::chrono::hours(490'000) + now)};
}

// One check under the test's hand.
struct Bench {
  explicit Bench(CheckSpec spec) : detection({}, {std::move(spec)}) {}

  Detection::Finding result(CheckStatus status, core::Duration now) {
    std::vector<Action> actions;
    const std::uint64_t run = detection.requestByHuman(0, actions);
    return detection.finish({0, run, status, "", seconds(1)}, detectedAt(now), actions);
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

TEST(Detection, AGapOfTwoIntervalsAndATimeoutIsNone) {
  Bench bench(checkSpec());
  bench.result(CheckStatus::kOk, seconds(100));
  EXPECT_EQ(bench.detection.checks().healedSince(0, {}), core::BootTime(seconds(100)));
  bench.result(CheckStatus::kOk, seconds(125));
  EXPECT_EQ(bench.detection.checks().healedSince(0, {}), core::BootTime(seconds(100)));
  bench.result(CheckStatus::kOk, seconds(150) + nanoseconds(1));
  EXPECT_EQ(bench.detection.checks().healedSince(0, {}),
            core::BootTime(seconds(150) + nanoseconds(1)));
  bench.result(CheckStatus::kUnknown, seconds(151));
  EXPECT_FALSE(bench.detection.checks().healedSince(0, {}));
  EXPECT_EQ(bench.detection.checks().health(0), Health::kHealthy)
      << "not knowing changes no health";
  bench.result(CheckStatus::kOk, seconds(152));
  EXPECT_EQ(bench.detection.checks().healedSince(0, {}), core::BootTime(seconds(152)));
}

TEST(Detection, StreaksAreOnEndAndNotInAll) {
  CheckSpec spec = checkSpec();
  spec.unhealthy_after = 2;
  spec.healthy_after = 2;
  Bench bench(spec);
  core::Duration now = seconds(100);
  const auto health = [&](CheckStatus status) {
    bench.result(status, now += seconds(1));
    return bench.detection.checks().health(0);
  };
  EXPECT_EQ(health(CheckStatus::kOk), Health::kUnknown);
  EXPECT_EQ(health(CheckStatus::kCritical), Health::kUnknown);
  EXPECT_EQ(health(CheckStatus::kOk), Health::kUnknown);
  EXPECT_EQ(health(CheckStatus::kOk), Health::kHealthy);
  EXPECT_EQ(health(CheckStatus::kCritical), Health::kHealthy);
  EXPECT_EQ(health(CheckStatus::kUnknown), Health::kHealthy);
  EXPECT_EQ(health(CheckStatus::kCritical), Health::kHealthy) << "an unknown ends the streak";
  EXPECT_EQ(bench.detection.checks().unhealthyCount(), 0);
  EXPECT_EQ(health(CheckStatus::kCritical), Health::kUnhealthy);
  EXPECT_EQ(bench.detection.checks().unhealthyCount(), 1);
  EXPECT_EQ(health(CheckStatus::kCritical), Health::kUnhealthy);
  EXPECT_EQ(bench.detection.checks().unhealthyCount(), 1) << "counted once";
  EXPECT_EQ(health(CheckStatus::kOk), Health::kUnhealthy);
  EXPECT_EQ(health(CheckStatus::kOk), Health::kHealthy);
  EXPECT_EQ(bench.detection.checks().unhealthyCount(), 0);
}

TEST(Detection, OnlyAnUnhealthyResultOfAnUnhealthyCheckRaises) {
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

TEST(Detection, ARunOnDemandRaisesNothing) {
  Bench bench(checkSpec());
  std::vector<Action> actions;
  const std::uint64_t run = bench.detection.request(0, actions);
  const auto found = bench.detection.finish({0, run, CheckStatus::kCritical, "", {}},
                                            detectedAt(seconds(1)), actions);
  EXPECT_FALSE(found.raises);
  EXPECT_EQ(found.is, Health::kUnhealthy);
  const auto late =
      bench.detection.finish({0, run, CheckStatus::kOk, "", {}}, detectedAt(seconds(2)), actions);
  EXPECT_EQ(late.check, -1) << "it has ended already";
}

TEST(Detection, ACycleThatFindsTheLastOneNotStartedCountsItAsMissed) {
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

TEST(Detection, AResultFindsItsCheckAfterAReloadThatMovedIt) {
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

TEST(Detection, ACheckThatAHumanAsksForWhileItRunsIsRunAgainAndRaises) {
  engine::Setup setup = rareChecks(1);
  World world(setup);
  world.check_takes = seconds(2);
  world.runUntil(seconds(1));
  ASSERT_TRUE(world.check("c0").running);
  world.send(RunCheckNow{"c0", ""});
  world.runUntil(seconds(2));
  world.setCheck("c0", CheckStatus::kCritical);
  world.runUntil(seconds(3));
  EXPECT_EQ(world.check_runs.size(), 2u) << "the one that ran began before the question";
  world.send(RunCheckNow{"c0", ""});
  world.runUntil(seconds(20));
  EXPECT_FALSE(world.starts.empty());
}

TEST(Detection, AfterAStopNoRunFollowsTheOneThatIsUnderWay) {
  World world(oneRemedy());
  world.check_takes = seconds(3);
  world.runUntil(seconds(1));
  ASSERT_TRUE(world.check("service").running);
  world.send(RunCheckNow{"service", "somebody"});
  world.send(Stop{});
  world.runUntil(minutes(1));
  EXPECT_FALSE(world.check("service").running);
  EXPECT_EQ(world.check_runs.size(), 1u);
}

TEST(Detection, ResultsCountedAsFailuresAreTheCriticalOnesAndWarningsApart) {
  World world(oneRemedy());
  world.runUntil(seconds(1));
  world.setCheck("service", CheckStatus::kCritical);
  world.send(EnterDormant{"", "quiet", ""});
  world.runUntil(seconds(6));
  const std::uint64_t failed = world.check("service").failures;
  EXPECT_EQ(failed, 1u);
  world.setCheck("service", CheckStatus::kWarning);
  world.runUntil(seconds(11));
  EXPECT_EQ(world.check("service").failures, failed);
  EXPECT_EQ(world.check("service").warnings, 1u);
  world.setCheck("service", CheckStatus::kOk);
  world.runUntil(seconds(16));
  EXPECT_EQ(world.check("service").failures, failed);
  EXPECT_EQ(world.check("service").warnings, 1u);
  EXPECT_EQ(world.check("service").executions, 4u);
}

TEST(Detection, TheLastCycleOfDetectionIsSeen) {
  World world(oneRemedy());
  EXPECT_EQ(world.snapshot().last_cycle, std::nullopt);
  world.runFor(minutes(6));
  EXPECT_EQ(world.snapshot().last_cycle, world.now().wall - minutes(1));
  EXPECT_EQ(world.snapshot().cycles, 2u);
}

TEST(Detection, WhyACheckIsUnknownIsLoggedOnceAndInTheHistory) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kUnknown);
  world.messages["service"] = "cannot start /usr/lib/nagios/plugins/check_x: No such file";
  world.runFor(minutes(60));
  const auto notes = [&](const std::string& message) {
    return std::count_if(world.notes.begin(), world.notes.end(),
                         [&](const Note& note) { return note.message == message; });
  };
  EXPECT_EQ(notes("check result unknown"), 1) << "from the first run on, and not at each";
  std::vector<std::string> told;
  for (const HistoryEntry& entry : world.history) {
    if (entry.kind == HistoryKind::kCheck) told.push_back(entry.event + ": " + entry.message);
  }
  EXPECT_EQ(told, std::vector<std::string>{"unknown: " + world.messages["service"]});
  world.setCheck("service", CheckStatus::kOk);
  world.runFor(minutes(10));
  EXPECT_EQ(notes("check is healthy"), 1);
  world.setCheck("service", CheckStatus::kUnknown);
  world.runFor(minutes(60));
  EXPECT_EQ(notes("check result unknown"), 2);
  EXPECT_EQ(notes("check result known again"), 0);
  world.setCheck("service", CheckStatus::kOk);
  world.runFor(minutes(10));
  EXPECT_EQ(notes("check result known again"), 1);
  EXPECT_EQ(notes("check is healthy"), 1) << "it was all the time";
}

TEST(Detection, ACheckThatAnswersIsNotUnknownBeforeItsStreakIsComplete) {
  engine::Setup setup = oneRemedy();
  setup.checks[0].healthy_after = 3;
  World world(setup);
  world.runFor(minutes(10));
  EXPECT_FALSE(world.noted("check result unknown"));
}

TEST(Detection, AStopMakesNoCheckUnknown) {
  World world(oneRemedy());
  world.runFor(minutes(1));
  const std::size_t before = world.history.size();
  world.setCheck("service", CheckStatus::kUnknown);
  (void)world.send(RunCheckNow{"service", "test"});
  (void)world.send(Stop{});
  world.runFor(seconds(30));
  for (std::size_t i = before; i < world.history.size(); ++i) {
    EXPECT_NE(world.history[i].kind, HistoryKind::kCheck) << world.history[i].event;
  }
  EXPECT_FALSE(world.noted("check result unknown"));
}

TEST(Detection, HowLongChecksTakeIsKeptByKind) {
  World world(oneRemedy());
  world.check_takes = seconds(2);
  world.runFor(seconds(8));
  const auto durations = world.snapshot().check_durations;
  ASSERT_TRUE(durations.contains("exec"));
  EXPECT_EQ(durations.at("exec").count(), 2u);
  EXPECT_DOUBLE_EQ(durations.at("exec").sumSeconds(), 4.0);
}

}  // namespace
}  // namespace heald::engine
