// What is wanted, denied and waited for: the moments and the words.
#include <gtest/gtest.h>

#include "engine/background_tasks.h"
#include "support/alerts.h"

namespace heald::engine {
namespace {

using core::CheckStatus;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using test::oneRemedy;
using test::World;

TEST(HealingEdges, WhileTheCheckIsRunOnceMoreTheRemedyIsUnderWay) {
  engine::Setup setup = oneRemedy();
  setup.checks[0].interval = hours(1);
  World world(setup);
  world.check_takes = seconds(2);
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(seconds(3));
  ASSERT_EQ(world.remedy("restart").phase, Phase::kPrechecking);
  const Output out = world.send(RunRemedyNow{"restart", "somebody"});
  ASSERT_FALSE(out.reply->ok());
  EXPECT_EQ(out.reply->error().message, "remedy \"restart\" may not start now: in_flight");
  EXPECT_EQ(test::dropped(world, DropReason::kDuplicate), 1u);
  world.runFor(seconds(2));
  EXPECT_EQ(world.starts.size(), 1u);
  EXPECT_EQ(world.check_runs.size(), 2u);
}

TEST(HealingEdges, APreventiveRunLeavesAWaitWhatItIs) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].preventive = true;
  setup.governors[0].policy.backoff = {minutes(15), minutes(15)};
  World world(setup);
  world.messages["service"] = "no answer";
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(minutes(16));
  ASSERT_EQ(test::startsInSeconds(world), (std::vector<long>{0, 900}));
  EXPECT_EQ(world.snapshot().preventive_runs, 0u);
  EXPECT_EQ(world.snapshot().preventive_failures, 0u);
}

TEST(HealingEdges, APreventiveRunInABackoffIsNotWaitedFor) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].preventive = true;
  setup.remedies[0].check.clear();
  setup.governors[0].policy.backoff = {minutes(15), minutes(15)};
  World world(setup);
  world.runUntil(minutes(26));
  EXPECT_EQ(world.remedy("restart").phase, Phase::kIdle);
  EXPECT_EQ(test::startsInSeconds(world), (std::vector<long>{600})) << "not at 25 minutes";
  world.runUntil(minutes(31));
  EXPECT_EQ(test::startsInSeconds(world), (std::vector<long>{600, 1800}));
}

TEST(HealingEdges, AnEpisodeThatWasDeniedIsSetAsideUntilItIsHeardOfAgain) {
  World world(test::forAlerts());
  world.remedies["restart"] = test::endsWell();
  world.send(EnterDormant{"main", "a test", "somebody"});
  test::send(world, {test::alert("a")});
  world.send(Resume{"main", "a test", "somebody"});
  EXPECT_EQ(world.remedy("restart").waiting, 0u);
  test::send(world, {test::alert("b")});
  EXPECT_EQ(test::startsFor(world), "b");
}

TEST(HealingEdges, TheCheckIsRunSoEarlyAsItTookTheLastTime) {
  engine::Setup setup = oneRemedy();
  setup.checks[0].interval = hours(1);
  World world(setup);
  world.check_takes = milliseconds(50);
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(seconds(1));
  ASSERT_EQ(world.starts.size(), 1u);
  const core::Duration allowed = world.starts[0].at + seconds(5);
  world.check_takes = milliseconds(20);
  world.runFor(seconds(5));
  ASSERT_EQ(world.check_runs.size(), 3u) << "and not again when the wait is over";
  EXPECT_EQ(world.check_runs[2].second, allowed - milliseconds(50));
  ASSERT_EQ(world.starts.size(), 2u);
  EXPECT_EQ(world.starts[1].at, allowed);
}

TEST(HealingEdges, ATaskOfAnotherProgramMindsNoFlag) {
  World world(oneRemedy());
  for (const core::Feature feature : core::kFeatures) {
    world.send(SetFlag{feature, false, "a test", "somebody"});
  }
  world.send(RegisterTask{"report", TaskKind::kInterval, minutes(1), true, true});
  world.runFor(minutes(3));
  EXPECT_EQ(world.task_runs.size(), 3u);
}

TEST(HealingEdges, ProcessesAreLookedAtFromTheFirstMomentOn) {
  World world(oneRemedy());
  world.runFor(minutes(2));
  const std::vector<std::pair<std::string, core::Duration>> runs = {
      {kProcessTask, seconds(0)}, {kProcessTask, minutes(1)}, {kProcessTask, minutes(2)}};
  EXPECT_EQ(world.task_runs, runs);
}

TEST(HealingEdges, APermitThatIsGivenIsNotedWithWhatItIsFor) {
  World world(oneRemedy());
  const Output out = world.send(RequestPermit{"main", minutes(1), "deploy", "alice"});
  ASSERT_TRUE(out.reply->ok() && (*out.reply)->permit);
  const auto given = std::find_if(world.notes.begin(), world.notes.end(),
                                  [](const Note& n) { return n.message == "permit given"; });
  ASSERT_NE(given, world.notes.end());
  const std::vector<std::pair<std::string, std::string>> fields = {
      {"governor", "main"},
      {"permit", (*out.reply)->permit->id},
      {"attempt", "1"},
      {"by", "alice"},
      {"reason", "deploy"}};
  EXPECT_EQ(given->fields, fields);
}

TEST(HealingEdges, APauseEndsAtItsMomentAlsoWhenNothingElseIsDue) {
  engine::Setup setup = oneRemedy();
  setup.checks[0].interval = hours(1);
  setup.process_monitoring_interval = hours(1);
  World world(setup);
  world.runFor(seconds(10));
  world.send(PauseRemedy{"restart", seconds(10), "moving", "alice"});
  world.runFor(seconds(10));
  EXPECT_TRUE(world.noted("a pause is over"));
}

TEST(HealingEdges, TheLastCycleOfDetectionIsSeen) {
  World world(oneRemedy());
  EXPECT_EQ(world.snapshot().last_cycle, std::nullopt);
  world.runFor(minutes(6));
  EXPECT_EQ(world.snapshot().last_cycle, world.now().wall - minutes(1));
  EXPECT_EQ(world.snapshot().cycles, 2u);
}

}  // namespace
}  // namespace heald::engine
