// What is wanted, denied and waited for: the moments and the words.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/plain_text.h"
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

TEST(HealingEdges, AFailedVerificationTellsWhatTheCheckSaid) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.messages["service"] = "no answer";
  world.remedies["restart"] = test::endsWell();
  world.runFor(seconds(1));
  EXPECT_EQ(world.remedy("restart").last_result,
            "verification: the check is not healthy again: no answer");
}

// What a command printed, with what steers a terminal and more lines than one.
const char* const kPrinted = "\n  cannot bind \u202eport 4080\x1b[2J  \nsecond line\n";
const char* const kFirstLine = "cannot bind  port 4080 [2J";

TEST(HealingEdges, WhatAFailedActionPrintedFirstIsRememberedAndLogged) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, kPrinted};
  };
  world.runFor(seconds(1));
  EXPECT_EQ(world.remedy("restart").last_output, kFirstLine);
  EXPECT_EQ(world.remedy("restart").last_result.find("cannot bind"), std::string::npos)
      << "that is shown to everybody";
  const auto failed = std::find_if(world.notes.begin(), world.notes.end(), [](const Note& note) {
    return note.message == "attempt failed";
  });
  ASSERT_NE(failed, world.notes.end());
  EXPECT_EQ(failed->fields.back(), (std::pair<std::string, std::string>("output", kFirstLine)));
}

TEST(HealingEdges, WhatAnActionPrintedIsForgottenWhenItIsNotWhatFailed) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, kPrinted};
  };
  world.runFor(seconds(1));
  ASSERT_NE(world.remedy("restart").last_output, "");
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kOk, "done"};
  };
  world.runFor(minutes(2));
  EXPECT_EQ(world.remedy("restart").last_result.rfind("verification: ", 0), 0u);
  EXPECT_EQ(world.remedy("restart").last_output, "");
}

TEST(HealingEdges, WhatWasPrintedIsBounded) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, std::string(64 * 1024, 'x')};
  };
  world.runFor(seconds(1));
  EXPECT_EQ(world.remedy("restart").last_output.size(), core::kMessageBytes);
}

TEST(HealingEdges, WhyACheckIsUnknownIsLoggedOnceAndInTheHistory) {
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

TEST(HealingEdges, ACheckThatAnswersIsNotUnknownBeforeItsStreakIsComplete) {
  engine::Setup setup = oneRemedy();
  setup.checks[0].healthy_after = 3;
  World world(setup);
  world.runFor(minutes(10));
  EXPECT_FALSE(world.noted("check result unknown"));
}

TEST(HealingEdges, AStopMakesNoCheckUnknown) {
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

TEST(HealingEdges, AnActionKnowsItsCheckAndItsDurationItsAttempt) {
  World world(test::manyRemedies(2));
  std::vector<std::string> checks;
  world.remedies["r0"] = world.remedies["r1"] = [&](const StartAction& start) {
    checks.push_back(start.check);
    EXPECT_EQ(start.step, 0);
    return World::Act{};
  };
  world.setCheck("c0", CheckStatus::kCritical);
  world.runFor(seconds(1));
  world.setCheck("c1", CheckStatus::kCritical);
  world.send(RunCheckNow{"c1", "somebody"});
  world.runFor(seconds(1));
  EXPECT_EQ(checks, (std::vector<std::string>{"c0", "c1"}));
  const auto longest = world.remedy("r1").duration.exemplar(0);
  ASSERT_TRUE(longest);
  EXPECT_EQ(longest->attempt, 1u) << "of its governor, not of all";
}

TEST(HealingEdges, AWaitThatAHumanEndsIsOverAtOnce) {
  engine::Setup setup = test::manyRemedies(2);
  setup.governors[1].policy.backoff = {minutes(10), minutes(10)};
  setup.governors[1].policy.breaker.failure_threshold = 1;
  World world(setup);
  world.setCheck("c1", CheckStatus::kCritical);
  world.runFor(seconds(5));
  ASSERT_EQ(world.remedy("r1").phase, Phase::kWaiting);
  world.send(EnterDormant{"r1", "a test", "alice"});
  world.send(Resume{"r1", "a test", "alice"});
  world.runFor(seconds(1));
  EXPECT_EQ(world.remedy("r0").detected, 0u);
}

TEST(HealingEdges, HowLongChecksTakeIsKeptByKind) {
  World world(oneRemedy());
  world.check_takes = seconds(2);
  world.runFor(seconds(8));
  const auto durations = world.snapshot().check_durations;
  ASSERT_TRUE(durations.contains("exec"));
  EXPECT_EQ(durations.at("exec").count(), 2u);
  EXPECT_DOUBLE_EQ(durations.at("exec").sumSeconds(), 4.0);
}

TEST(HealingEdges, ARemedyThatNeedsTheLabelsOfAnAlertIsNotRunByHand) {
  World world(test::forTargets());
  const Output out = world.send(RunRemedyNow{"restart", "alice"});
  ASSERT_TRUE(out.reply && !out.reply->ok());
  EXPECT_EQ(out.reply->error().code, ErrorCode::kConflict);
  EXPECT_EQ(out.reply->error().message,
            "remedy \"restart\" needs the labels of an alert: send it one");
  world.send(PauseRemedy{"restart", minutes(5), "moving", "alice"});
  const Output paused = world.send(RunRemedyNow{"restart", "alice"});
  ASSERT_TRUE(paused.reply && !paused.reply->ok());
  EXPECT_EQ(paused.reply->error().code, ErrorCode::kConflict);
}

TEST(HealingEdges, WhatATargetsLastAttemptCameToIsToldOfTheTargetAsWell) {
  World world(test::forTargets());
  test::send(world, {test::alert("a")});
  world.runFor(seconds(1));
  ASSERT_EQ(world.snapshot().targets.size(), 1u);
  EXPECT_EQ(world.snapshot().targets[0].last_result.rfind("error: ", 0), 0u);
}

// Notes that say why nothing starts, with what they are about.
TEST(HealingEdges, AWaitThatEndsByItselfIsNotedAsNoTrouble) {
  const auto noteOf = [](const World& world, const std::string& message) {
    for (const Note& note : world.notes) {
      if (note.message == message) {
        return note;
      }
    }
    ADD_FAILURE() << "not noted: " << message;
    return Note{Note::Level::kError, "", {}};
  };
  using NotedFields = decltype(Note::fields);
  World checked(oneRemedy());
  checked.setCheck("service", CheckStatus::kCritical);
  checked.runFor(seconds(12));
  ASSERT_EQ(checked.remedy("restart").phase, Phase::kWaiting);
  checked.setCheck("service", CheckStatus::kOk);
  checked.send(RunCheckNow{"service", "alice"});
  checked.runFor(seconds(1));
  const Note healthy = noteOf(checked, "attempt skipped: the check recovered by itself");
  EXPECT_EQ(healthy.level, Note::Level::kInfo);
  EXPECT_EQ(healthy.fields, (NotedFields{{"remedy", "restart"}, {"check", "service"}}));

  engine::Setup setup = test::forAlerts();
  setup.remedies[0].alert.retry = true;
  World heard(setup);
  test::send(heard, {test::alert("a")});
  heard.runFor(seconds(1));
  ASSERT_EQ(heard.remedy("restart").phase, Phase::kWaiting);
  test::send(heard, {test::resolved("a")});
  const Note resolved = noteOf(heard, "attempt skipped: the alert is resolved");
  EXPECT_EQ(resolved.level, Note::Level::kInfo);
  EXPECT_EQ(resolved.fields, (NotedFields{{"remedy", "restart"}, {"governor", "main"}}));

  engine::Setup observing = oneRemedy();
  observing.healing.observe = true;
  World observed(observing);
  observed.setCheck("service", CheckStatus::kCritical);
  observed.runFor(seconds(1));
  const Note would = noteOf(observed, "observe mode: an attempt would start now");
  EXPECT_EQ(would.level, Note::Level::kInfo);
  EXPECT_EQ(would.fields, (NotedFields{{"remedy", "restart"}, {"governor", "main"}}));
}

TEST(HealingEdges, TheAttemptAfterAnInterruptedOneIsAnyOther) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, "", hours(1)};
  };
  world.runFor(seconds(1));
  world.crash();
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, "", seconds(1)};
  };
  world.runFor(seconds(30));
  ASSERT_EQ(world.starts.size(), 3u);
  EXPECT_EQ(world.remedy("restart").duration.count(), 2u);
}

TEST(HealingEdges, WhatAnExhaustedBudgetForbidsIsNotCountedAsObserved) {
  engine::Setup setup = oneRemedy();
  setup.governors[0].policy.budgets = {{1, hours(1)}};
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(seconds(1));
  ASSERT_EQ(world.starts.size(), 1u);
  setup.healing.observe = true;
  world.reload(setup);
  world.runFor(minutes(5));
  EXPECT_EQ(world.remedy("restart").would_attempt, 0u);
  EXPECT_EQ(world.remedy("restart").last_denied_by, core::Guard::kBudget);
}

TEST(HealingEdges, ALabelThatCannotNameATargetAsksForNothing) {
  World world(test::forTargets());
  for (const char* value : {"", "-rf", "a\nb"}) {
    test::send(world, {test::alert(value)});
  }
  world.runFor(minutes(1));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_TRUE(world.snapshot().targets.empty());
  EXPECT_TRUE(world.noted("alerts ignored: labels rejected"));
}

}  // namespace
}  // namespace heald::engine
