#include "engine/background_tasks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include "core/plain_text.h"
#include "support/alerts.h"
#include "support/setups.h"
#include "support/world.h"

namespace heald::engine {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::oneRemedy;
using test::World;

RegisterTask interval(const std::string& id, core::Duration period, bool replace = true) {
  return {id, TaskKind::kInterval, period, true, replace};
}

TaskView task(const World& world, const std::string& id) {
  for (const TaskView& view : world.snapshot().tasks) {
    if (view.id == id) {
      return view;
    }
  }
  ADD_FAILURE() << "no task " << id;
  return {};
}

TEST(BackgroundTasks, TheThreeFixedOnesAreThereWithTheDesignsPeriods) {
  World world(test::oneRemedy());
  const auto tasks = world.snapshot().tasks;
  ASSERT_EQ(tasks.size(), 3u);
  EXPECT_EQ(tasks[0].id, "auto-detection-monitoring");
  EXPECT_EQ(tasks[0].period, minutes(5));
  EXPECT_EQ(tasks[1].id, "self-healing-preventive");
  EXPECT_EQ(tasks[1].period, minutes(10));
  EXPECT_EQ(tasks[2].id, "process-monitoring");
}

TEST(BackgroundTasks, EachFixedTaskObeysItsFeatureFlag) {
  World world(test::oneRemedy());
  for (const auto& [feature, id] : {std::pair(core::Feature::kAutoDetection, kDetectionTask),
                                    std::pair(core::Feature::kPreventiveHealing, kPreventiveTask),
                                    std::pair(core::Feature::kProcessMonitoring, kProcessTask)}) {
    world.send(SetFlag{feature, false, "test", "test"});
    EXPECT_FALSE(task(world, id).enabled);
    const auto before = task(world, id).executions;
    world.runFor(hours(1));
    EXPECT_EQ(task(world, id).executions, before);
    world.send(SetFlag{feature, true, "test", "test"});
    world.runFor(hours(1));
    EXPECT_GT(task(world, id).executions, before);
  }
}

TEST(BackgroundTasks, AnIntervalRunsEveryPeriodAndKeepsItsStatistics) {
  World world(test::oneRemedy());
  ASSERT_TRUE(world.send(interval("report", minutes(1))).reply->ok());
  world.runUntil(minutes(10));
  EXPECT_EQ(task(world, "report").executions, 10u);
  EXPECT_EQ(task(world, "report").failures, 0u);
  EXPECT_EQ(task(world, "report").uptime, minutes(10));
  EXPECT_TRUE(task(world, "report").last_run);
}

TEST(BackgroundTasks, ATimeoutRunsOnceAndIsGone) {
  World world(test::oneRemedy());
  ASSERT_TRUE(
      world.send(RegisterTask{"once", TaskKind::kTimeout, seconds(30), true, true}).reply->ok());
  EXPECT_EQ(world.snapshot().tasks.size(), 4u);
  world.runUntil(hours(1));
  EXPECT_EQ(std::count_if(world.task_runs.begin(), world.task_runs.end(),
                          [](const auto& run) { return run.first == "once"; }),
            1);
  EXPECT_EQ(world.snapshot().tasks.size(), 3u);
}

TEST(BackgroundTasks, TheEleventhIsRefusedAndNothingIsEvicted) {
  World world(test::oneRemedy());
  for (int i = 4; i <= 10; ++i) {
    ASSERT_TRUE(world.send(interval("t" + std::to_string(i), minutes(1))).reply->ok());
  }
  const auto refused = world.send(interval("t11", minutes(1)));
  ASSERT_FALSE(refused.reply->ok());
  EXPECT_EQ(refused.reply->error().code, ErrorCode::kLimit);
  EXPECT_NE(refused.reply->error().message.find("t11"), std::string::npos);
  EXPECT_NE(refused.reply->error().message.find("10"), std::string::npos);
  EXPECT_EQ(world.snapshot().tasks.size(), 10u);
  EXPECT_EQ(world.snapshot().task_rejections[static_cast<std::size_t>(RejectReason::kLimit)], 1u);
  EXPECT_TRUE(world.send(interval("t10", minutes(2))).reply->ok()) << "replacing needs no room";
  ASSERT_TRUE(world.send(RemoveTask{"t4"}).reply->ok());
  EXPECT_TRUE(world.send(interval("t11", minutes(1))).reply->ok());
}

TEST(BackgroundTasks, RegisteringAgainReplacesAndNeverDuplicates) {
  World world(test::oneRemedy());
  ASSERT_TRUE(world.send(interval("report", minutes(1))).reply->ok());
  world.runUntil(minutes(3));
  ASSERT_TRUE(world.send(interval("report", minutes(10))).reply->ok());
  EXPECT_EQ(world.snapshot().tasks.size(), 4u);
  EXPECT_EQ(task(world, "report").period, minutes(10));
  EXPECT_EQ(task(world, "report").executions, 3u) << "a counter never goes down";
  EXPECT_EQ(world.snapshot().task_replacements, 1u);
  world.runUntil(minutes(12));
  EXPECT_EQ(task(world, "report").executions, 3u);
  world.runUntil(minutes(13));
  EXPECT_EQ(task(world, "report").executions, 4u);
}

TEST(BackgroundTasks, AReplacementWaitsForTheRunningJob) {
  World world(test::oneRemedy());
  world.task_takes["report"] = seconds(20);
  ASSERT_TRUE(world.send(interval("report", minutes(1))).reply->ok());
  world.runUntil(seconds(61));
  const auto out = world.send(interval("report", minutes(5)));
  ASSERT_TRUE(out.reply->ok());
  EXPECT_TRUE(out.reply->value().waits);
  EXPECT_EQ(task(world, "report").period, minutes(1));
  world.runUntil(seconds(81));
  EXPECT_EQ(task(world, "report").period, minutes(5));
  EXPECT_EQ(world.ready,
            (std::vector<std::pair<std::uint64_t, bool>>{{out.reply->value().install, false}}));
}

TEST(BackgroundTasks, OfTwoReplacementsThatWaitTheLaterWinsAndTheEarlierIsTold) {
  World world(test::oneRemedy());
  world.task_takes["report"] = seconds(20);
  ASSERT_TRUE(world.send(interval("report", minutes(1))).reply->ok());
  world.runUntil(seconds(61));
  const auto first = world.send(interval("report", minutes(5)));
  const auto second = world.send(interval("report", minutes(7)));
  world.runUntil(seconds(90));
  EXPECT_EQ(task(world, "report").period, minutes(7));
  ASSERT_EQ(world.ready.size(), 2u);
  EXPECT_EQ(world.ready[0], std::pair(first.reply->value().install, true));
  EXPECT_EQ(world.ready[1], std::pair(second.reply->value().install, false));
}

TEST(BackgroundTasks, WithReplaceOffASecondRegistrationIsRefused) {
  World world(test::oneRemedy());
  ASSERT_TRUE(world.send(interval("report", minutes(1))).reply->ok());
  const auto refused = world.send(interval("report", minutes(2), false));
  ASSERT_FALSE(refused.reply->ok());
  EXPECT_EQ(refused.reply->error().code, ErrorCode::kConflict);
  EXPECT_EQ(task(world, "report").period, minutes(1));
}

TEST(BackgroundTasks, ARunThatOutlastsItsPeriodIsAnOverrunAndNeverRunsTwiceAtOnce) {
  World world(test::oneRemedy());
  world.task_takes["report"] = seconds(150);
  ASSERT_TRUE(world.send(interval("report", minutes(1))).reply->ok());
  world.runUntil(minutes(9));
  EXPECT_EQ(task(world, "report").executions, 2u);
  EXPECT_EQ(task(world, "report").overruns, 6u);
}

TEST(BackgroundTasks, ATimeoutThatOutlastsItsPeriodSkipsNoRun) {
  World world(test::oneRemedy());
  world.task_takes["once"] = seconds(150);
  world.send(RegisterTask{"once", TaskKind::kTimeout, minutes(1), true, true});
  world.runUntil(minutes(3));
  ASSERT_TRUE(task(world, "once").running);
  EXPECT_EQ(task(world, "once").overruns, 0u);
  world.runUntil(minutes(4));
  EXPECT_EQ(world.snapshot().tasks.size(), 3u);
}

TEST(BackgroundTasks, ATaskThatIsRegisteredAsDisabledIsListedAndDoesNotRun) {
  World world(test::oneRemedy());
  ASSERT_TRUE(
      world.send(RegisterTask{"idle", TaskKind::kInterval, seconds(1), false, true}).reply->ok());
  world.runUntil(minutes(1));
  EXPECT_FALSE(task(world, "idle").enabled);
  EXPECT_EQ(task(world, "idle").executions, 0u);
}

TEST(BackgroundTasks, BadRegistrationsAreErrorsThatSayWhatIsNeeded) {
  World world(test::oneRemedy());
  for (const RegisterTask& bad :
       {interval("", minutes(1)), interval("x", seconds(0)), interval("x", seconds(-1)),
        interval(std::string(64, 'x'), seconds(1))}) {
    const auto out = world.send(bad);
    ASSERT_FALSE(out.reply->ok());
    EXPECT_EQ(out.reply->error().code, ErrorCode::kInvalid);
  }
  for (const char* id : {kDetectionTask, kPreventiveTask, kProcessTask}) {
    const auto registered = world.send(interval(id, seconds(1)));
    ASSERT_FALSE(registered.reply->ok()) << "heald's own";
    EXPECT_EQ(registered.reply->error().code, ErrorCode::kConflict);
    const auto removed = world.send(RemoveTask{id});
    ASSERT_FALSE(removed.reply->ok());
    EXPECT_EQ(removed.reply->error().code, ErrorCode::kConflict);
  }
  EXPECT_EQ(world.send(RemoveTask{"nonesuch"}).reply->error().code, ErrorCode::kNotFound);
}

TEST(BackgroundTasks, ARemovedTaskFinishesItsRunAndIsGone) {
  World world(test::oneRemedy());
  world.task_takes["report"] = seconds(20);
  ASSERT_TRUE(world.send(interval("report", minutes(1))).reply->ok());
  world.runUntil(seconds(61));
  ASSERT_TRUE(world.send(RemoveTask{"report"}).reply->ok());
  world.runUntil(hours(1));
  EXPECT_EQ(world.snapshot().tasks.size(), 3u);
}

TEST(BackgroundTasks, AfterStopNothingRunsAndNothingCanBeRegistered) {
  World world(test::oneRemedy());
  ASSERT_TRUE(world.send(interval("report", minutes(1))).reply->ok());
  world.send(Stop{});
  world.runUntil(hours(1));
  EXPECT_EQ(task(world, "report").executions, 0u);
  const auto refused = world.send(interval("late", minutes(1)));
  EXPECT_EQ(refused.reply->error().code, ErrorCode::kShutdown);
}

TEST(BackgroundTasks, AnIdHasAtMost63Bytes) {
  World world(test::oneRemedy());
  EXPECT_TRUE(world.send(interval(std::string(63, 'x'), minutes(1))).reply->ok());
}

TEST(BackgroundTasks, WithReplaceOffAFirstRegistrationIsTaken) {
  World world(test::oneRemedy());
  const auto out = world.send(interval("report", minutes(1), false));
  ASSERT_TRUE(out.reply->ok());
  EXPECT_FALSE(out.reply->value().waits);
}

TEST(BackgroundTasks, AReplacementKeepsToAGridThatBeginsWithIt) {
  World world(test::oneRemedy());
  world.task_takes["report"] = seconds(20);
  world.send(interval("report", minutes(1)));
  world.runUntil(seconds(61));
  world.send(RegisterTask{"report", TaskKind::kTimeout, minutes(5), true, true});
  EXPECT_EQ(task(world, "report").kind, TaskKind::kInterval) << "until the old one has ended";
  world.runUntil(seconds(81));
  EXPECT_EQ(task(world, "report").kind, TaskKind::kTimeout);
  EXPECT_EQ(task(world, "report").uptime, seconds(1));
  world.runUntil(minutes(20));
  std::vector<core::Duration> runs;
  for (const auto& [id, at] : world.task_runs) {
    if (id == "report") {
      runs.push_back(at);
    }
  }
  EXPECT_EQ(runs, (std::vector<core::Duration>{seconds(60), seconds(80) + minutes(5)}));
  EXPECT_EQ(world.ready.size(), 1u) << "it comes into force once";
}

TEST(BackgroundTasks, AReplacementIsToldOnceHoweverOftenItRuns) {
  World world(test::oneRemedy());
  world.task_takes["report"] = seconds(20);
  world.send(interval("report", minutes(1)));
  world.runUntil(seconds(61));
  world.send(interval("report", minutes(2)));
  world.runUntil(minutes(30));
  EXPECT_EQ(world.ready.size(), 1u);
  EXPECT_EQ(task(world, "report").executions, 15u);
}

TEST(BackgroundTasks, OneThatIsRemovedWhileItRunsIsGoneForEverybodyElse) {
  World world(test::oneRemedy());
  world.task_takes["report"] = seconds(20);
  world.send(interval("report", minutes(1)));
  world.runUntil(seconds(61));
  ASSERT_TRUE(world.send(RemoveTask{"report"}).reply->ok());
  EXPECT_FALSE(task(world, "report").enabled);
  EXPECT_EQ(world.send(RemoveTask{"report"}).reply->error().code, ErrorCode::kNotFound);
  const auto again = world.send(interval("report", minutes(3), false));
  ASSERT_TRUE(again.reply->ok()) << "its id is free";
  EXPECT_TRUE(again.reply->value().waits);
  EXPECT_EQ(world.snapshot().task_replacements, 0u);
  world.runUntil(minutes(10));
  EXPECT_TRUE(task(world, "report").enabled);
  EXPECT_EQ(task(world, "report").period, minutes(3));
  EXPECT_EQ(task(world, "report").executions, 3u);
}

TEST(BackgroundTasks, AReplacementThatWaitsIsToldWhenItsTaskIsRemovedOrHealdStops) {
  for (const Event& end : {Event(RemoveTask{"report"}), Event(Stop{})}) {
    World world(test::oneRemedy());
    world.task_takes["report"] = seconds(20);
    world.send(interval("report", minutes(1)));
    world.runUntil(seconds(61));
    const auto waits = world.send(interval("report", minutes(2)));
    world.send(end);
    const std::vector<std::pair<std::uint64_t, bool>> superseded = {
        {waits.reply->value().install, true}};
    EXPECT_EQ(world.ready, superseded);
    world.runUntil(hours(1));
    EXPECT_EQ(world.ready, superseded) << "once";
  }
}

TEST(BackgroundTasks, OneThatIsRemovedWhileItRunsIsDueNoMore) {
  BackgroundTasks tasks(10, [](const std::string&) { return true; });
  const core::Now start{core::BootTime(hours(1)), core::WallTime(hours(1))};
  const auto added = tasks.add(interval("report", minutes(1)), start.boot);
  ASSERT_TRUE(added);
  EXPECT_FALSE(tasks.running());
  ASSERT_EQ(tasks.takeDue(start.boot + minutes(1)).size(), 1u);
  ASSERT_TRUE(tasks.add(interval("another", hours(1)), start.boot));
  EXPECT_TRUE(tasks.running());
  EXPECT_EQ(tasks.nextDue(), start.boot + minutes(2));
  EXPECT_TRUE(tasks.remove("report"));
  EXPECT_EQ(tasks.nextDue(), start.boot + hours(1));
}

TEST(BackgroundTasks, ARunThatFailedIsCountedAsOne) {
  BackgroundTasks tasks(10, [](const std::string&) { return true; });
  const core::Now start{core::BootTime(hours(1)), core::WallTime(hours(1))};
  const auto added = tasks.add(interval("report", minutes(1)), start.boot);
  for (const bool ok : {false, true, false}) {
    tasks.takeDue(start.boot + hours(1));
    tasks.finished({"report", added->install, ok, seconds(7)}, start);
    tasks.reschedule("report", ok ? minutes(1) : minutes(2), start.boot);
  }
  EXPECT_EQ(tasks.views(start.boot)[0].executions, 3u);
  EXPECT_EQ(tasks.views(start.boot)[0].failures, 2u);
  EXPECT_EQ(tasks.views(start.boot)[0].last_duration, seconds(7));
}

TEST(BackgroundTasks, ARunEndsOnce) {
  BackgroundTasks tasks(10, [](const std::string&) { return true; });
  const core::Now start{core::BootTime(hours(1)), core::WallTime(hours(1))};
  const auto added = tasks.add(interval("report", minutes(1)), start.boot);
  EXPECT_FALSE(tasks.views(start.boot)[0].running);
  tasks.takeDue(start.boot + minutes(1));
  EXPECT_TRUE(tasks.views(start.boot)[0].running);
  for (int i = 0; i < 2; ++i) {
    tasks.finished({"report", added->install, false, seconds(7)}, start);
    EXPECT_EQ(tasks.views(start.boot)[0].executions, 1u);
    EXPECT_EQ(tasks.views(start.boot)[0].failures, 1u);
  }
  EXPECT_FALSE(tasks.finished({"nonesuch", added->install, true, seconds(7)}, start));
}

TEST(BackgroundTasks, HealdsOwnNeverFail) {
  World world(test::oneRemedy());
  world.runUntil(hours(1));
  for (const TaskView& view : world.snapshot().tasks) {
    EXPECT_GT(view.executions, 0u) << view.id;
    EXPECT_EQ(view.failures, 0u) << view.id;
  }
}

TEST(BackgroundTasks, ARefusalNamesWhatIsThere) {
  BackgroundTasks tasks(2, [](const std::string&) { return true; });
  ASSERT_TRUE(tasks.add(interval("a", minutes(1)), {}));
  ASSERT_TRUE(tasks.add(interval("b", minutes(1)), {}));
  EXPECT_EQ(tasks.remove("x").error().message, "no background task \"x\" (there are: a, b)");
  EXPECT_EQ(tasks.add(interval("c", minutes(1)), {}).error().message,
            "background task \"c\" refused: all 2 places are taken by a, b");
  EXPECT_EQ(tasks.add(interval("c", seconds(0)), {}).error().message,
            "a background task needs an id of 1 to 63 bytes and a period above zero");
}

TEST(BackgroundTasks, WithReplaceOffOneThatRunsIsNotReplacedEither) {
  BackgroundTasks tasks(10, [](const std::string&) { return true; });
  ASSERT_TRUE(tasks.add(interval("report", minutes(1)), {}));
  tasks.takeDue(core::BootTime(minutes(1)));
  const auto refused = tasks.add(interval("report", minutes(2), false), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_EQ(tasks.replacements(), 0u);
  ASSERT_TRUE(tasks.add(interval("report", minutes(2)), {}));
  EXPECT_EQ(tasks.replacements(), 1u);
}

TEST(BackgroundTasks, OneThatIsRemovedOrStoppedSkipsNothing) {
  BackgroundTasks tasks(10, [](const std::string&) { return true; });
  ASSERT_TRUE(tasks.add(interval("report", minutes(1)), {}));
  ASSERT_TRUE(tasks.add(interval("other", minutes(5)), {}));
  ASSERT_EQ(tasks.takeDue(core::BootTime(minutes(1))).size(), 1u);
  ASSERT_TRUE(tasks.remove("report"));
  EXPECT_TRUE(tasks.takeDue(core::BootTime(minutes(3))).empty());
  EXPECT_EQ(tasks.views({})[0].overruns, 0u);
  tasks.stop();
  EXPECT_TRUE(tasks.takeDue(core::BootTime(minutes(9))).empty());
  EXPECT_EQ(tasks.nextDue(), std::nullopt);
}

TEST(BackgroundTasks, ThePeriodThatItHasAlreadyMovesNoRun) {
  BackgroundTasks tasks(10, [](const std::string&) { return true; });
  ASSERT_TRUE(tasks.add(interval("report", minutes(5)), {}));
  tasks.reschedule("report", minutes(5), core::BootTime(minutes(3)));
  EXPECT_EQ(tasks.nextDue(), core::BootTime(minutes(5)));
  tasks.reschedule("report", minutes(4), core::BootTime(minutes(3)));
  EXPECT_EQ(tasks.nextDue(), core::BootTime(minutes(7)));
}

TEST(BackgroundTasks, ATaskOfAnotherProgramMindsNoFlag) {
  World world(oneRemedy());
  for (const core::Feature feature : core::kFeatures) {
    world.send(SetFlag{feature, false, "a test", "somebody"});
  }
  world.send(RegisterTask{"report", TaskKind::kInterval, minutes(1), true, true});
  world.runFor(minutes(3));
  EXPECT_EQ(world.task_runs.size(), 3u);
}

TEST(BackgroundTasks, ProcessesAreLookedAtFromTheFirstMomentOn) {
  World world(oneRemedy());
  world.runFor(minutes(2));
  const std::vector<std::pair<std::string, core::Duration>> runs = {
      {kProcessTask, seconds(0)}, {kProcessTask, minutes(1)}, {kProcessTask, minutes(2)}};
  EXPECT_EQ(world.task_runs, runs);
}

}  // namespace
}  // namespace heald::engine
