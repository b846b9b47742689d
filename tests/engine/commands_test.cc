// What humans and embedding programs are answered.
#include <gtest/gtest.h>

#include <algorithm>
#include "core/plain_text.h"
#include "core/text.h"
#include "engine/background_tasks.h"
#include "support/alerts.h"
#include "support/setups.h"
#include "support/world.h"

namespace heald::engine {
namespace {

using core::CheckStatus;
using core::Guard;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::manyRemedies;
using test::oneRemedy;
using test::suppressed;
using test::World;

std::string answerOf(const Output& out) {
  if (!out.reply) {
    return "(none)";
  }
  return out.reply->ok() ? (*out.reply)->message : out.reply->error().message;
}

TEST(Commands, ANameThatIsNotThereIsAnsweredWithThoseThatAre) {
  World world(manyRemedies(2));
  EXPECT_EQ(answerOf(world.send(RunCheckNow{"x", "somebody"})),
            "no check \"x\" (there are: c0, c1)");
  EXPECT_EQ(answerOf(world.send(RunRemedyNow{"x", "somebody"})),
            "no remedy \"x\" (there are: r0, r1)");
  EXPECT_EQ(answerOf(world.send(PauseRemedy{"x", minutes(1), "a test", "somebody"})),
            "no remedy \"x\" (there are: r0, r1)");
  EXPECT_EQ(answerOf(world.send(UnpauseRemedy{"x", "somebody"})),
            "no remedy \"x\" (there are: r0, r1)");
  EXPECT_EQ(answerOf(world.send(Resume{"x", "a test", "somebody"})),
            "no governor \"x\" (there are: r0, r1)");
  EXPECT_EQ(answerOf(world.send(RequestPermit{"x", minutes(1), "", "somebody"})),
            "no governor \"x\" (there are: r0, r1)");
  EXPECT_TRUE(world.history.empty()) << "nothing has happened";
}

TEST(Commands, NamesAreListedUpToTwenty) {
  World twenty(manyRemedies(20));
  const std::string all = answerOf(twenty.send(Resume{"x", "a test", "somebody"}));
  EXPECT_TRUE(all.ends_with(", r18, r19)")) << all;
  World more(manyRemedies(21));
  EXPECT_TRUE(answerOf(more.send(RunCheckNow{"x", "somebody"})).ends_with(", c18, c19)"));
  EXPECT_TRUE(answerOf(more.send(RunRemedyNow{"x", "somebody"})).ends_with(", r18, r19)"));
  const std::string some = answerOf(more.send(Resume{"x", "a test", "somebody"}));
  EXPECT_TRUE(some.ends_with(", r18, r19, …)")) << some;
}

TEST(Commands, AnActionOnAllNamesThoseThatItReached) {
  World world(manyRemedies(3));
  EXPECT_EQ(answerOf(world.send(Resume{"", "a test", "somebody"})), "no governor is dormant");
  EXPECT_EQ(answerOf(world.send(EnterDormant{"r1", "a test", "somebody"})),
            "enter dormant mode: r1");
  world.send(EnterDormant{"r2", "a test", "somebody"});
  EXPECT_EQ(answerOf(world.send(Resume{"", "a test", "somebody"})), "resume: r1, r2");
  EXPECT_EQ(answerOf(world.send(EnterDormant{"", "a test", "somebody"})),
            "enter dormant mode: r0, r1, r2");
  EXPECT_EQ(world.governor("r0").counters.resumes, 0u);
}

TEST(Commands, AfterAStopTheyAreRefusedAndChangeNothing) {
  World world(oneRemedy());
  world.send(Stop{});
  engine::Setup next = oneRemedy();
  next.healing.observe = true;
  const Event refused[] = {AlertsReceived{{test::alert("a")}, "alertmanager"},
                           RequestPermit{"main", minutes(1), "", "somebody"},
                           Reload{std::make_shared<const engine::Setup>(next), "somebody"}};
  for (const Event& command : refused) {
    const Output out = world.send(command);
    ASSERT_TRUE(out.reply && !out.reply->ok());
    EXPECT_EQ(out.reply->error().code, ErrorCode::kShutdown);
    EXPECT_EQ(answerOf(out), "heald is stopping");
  }
  EXPECT_FALSE(world.snapshot().observe);
  EXPECT_EQ(world.governor("main").state.totals.attempts, 0u);
}

TEST(Commands, ARemedyIsRunByHandWithItsAnswerInTheHistory) {
  World world(oneRemedy());
  world.setCheck("service", core::CheckStatus::kCritical);
  world.runFor(seconds(1));
  const std::string answer = answerOf(world.send(RunRemedyNow{"restart", "somebody"}));
  EXPECT_EQ(answer, "remedy \"restart\" may not start now: backoff, which lasts another 4s");
  world.runFor(seconds(2));
  const auto told = std::find_if(world.history.begin(), world.history.end(),
                                 [](const HistoryEntry& e) { return e.event == "run_remedy"; });
  ASSERT_NE(told, world.history.end());
  EXPECT_EQ(told->message, answer);
  EXPECT_EQ(told->actor, "somebody");
  EXPECT_EQ(told->remedy, "restart");
}

TEST(Commands, AReloadGivesEveryTaskItsPeriodAndTheListItsLimit) {
  engine::Setup setup = oneRemedy();
  World world(setup);
  setup.detection.interval = minutes(7);
  setup.healing.preventive_interval = minutes(8);
  setup.process_monitoring_interval = minutes(9);
  setup.task_limit = 4;
  EXPECT_EQ(answerOf(world.reload(setup)), "configuration reloaded");
  const auto tasks = world.snapshot().tasks;
  ASSERT_EQ(tasks.size(), 3u);
  EXPECT_EQ(tasks[0].period, minutes(7));
  EXPECT_EQ(tasks[1].period, minutes(8));
  EXPECT_EQ(tasks[2].period, minutes(9));
  EXPECT_EQ(world.snapshot().task_limit, 4);
  EXPECT_EQ(world.snapshot().detection_interval, minutes(7));
  world.send(RegisterTask{"one", TaskKind::kInterval, minutes(1), true, true});
  EXPECT_FALSE(
      world.send(RegisterTask{"two", TaskKind::kInterval, minutes(1), true, true}).reply->ok());
}

TEST(Commands, AReloadIsToldWithWhatThereIsNow) {
  World world(oneRemedy());
  world.runFor(seconds(3));
  world.history.clear();
  world.reload(manyRemedies(2));
  world.runFor(seconds(2));
  ASSERT_FALSE(world.history.empty());
  const HistoryEntry& told = world.history[0];
  EXPECT_EQ(told.kind, HistoryKind::kReload);
  EXPECT_EQ(told.event, "reloaded");
  EXPECT_EQ(told.actor, "a test");
  const decltype(told.details) details = {
      {"checks", std::int64_t{2}}, {"remedies", std::int64_t{2}}, {"governors", std::int64_t{2}}};
  EXPECT_EQ(told.details, details);
  EXPECT_TRUE(world.noted("configuration reloaded"));
}

// A pause says until when, to everybody in the same words.
TEST(Commands, APauseIsAnsweredNotedAndToldWithItsEnd) {
  World world(oneRemedy());
  const std::string until = core::toIso8601(world.now().wall + hours(1));
  EXPECT_EQ(answerOf(world.send(PauseRemedy{"restart", hours(1), "moving", "alice"})),
            "remedy \"restart\" is paused until " + until);
  ASSERT_FALSE(world.notes.empty());
  const std::vector<std::pair<std::string, std::string>> fields = {
      {"remedy", "restart"}, {"until", until}, {"reason", "moving"}, {"by", "alice"}};
  EXPECT_EQ(world.notes.back().message, "human action: pause");
  EXPECT_EQ(world.notes.back().fields, fields);
  const decltype(HistoryEntry::details) details = {{"until", until}};
  EXPECT_EQ(world.history.back().details, details);
}

TEST(Commands, WhatHasEndedByItselfIsNotPaused) {
  World world(oneRemedy());
  world.send(PauseRemedy{"restart", minutes(1), "moving", "alice"});
  world.sleepFor(minutes(1));
  EXPECT_EQ(answerOf(world.send(UnpauseRemedy{"restart", "alice"})),
            "remedy \"restart\" is not paused");
  EXPECT_EQ(answerOf(world.send(UnpauseRemedy{"", "alice"})), "nothing is paused");
}

TEST(Commands, ThePauseOfAllIsNotedAsThatWhenItIsOver) {
  World world(oneRemedy());
  world.send(PauseRemedy{"", minutes(1), "moving", "alice"});
  world.send(PauseRemedy{"restart", minutes(2), "still", "alice"});
  world.runFor(minutes(3));
  std::vector<std::vector<std::pair<std::string, std::string>>> over;
  for (const Note& note : world.notes) {
    if (note.message == "a pause is over") {
      over.push_back(note.fields);
    }
  }
  EXPECT_EQ(over, (decltype(over){{{"remedy", "all"}, {"reason", "moving"}},
                                  {{"remedy", "restart"}, {"reason", "still"}}}));
}

TEST(Commands, OfTwoPausesThatEndTogetherItsOwnIsNamed) {
  World world(oneRemedy());
  world.send(PauseRemedy{"", minutes(1), "everything", "alice"});
  world.send(PauseRemedy{"restart", minutes(1), "this one", "alice"});
  EXPECT_EQ(answerOf(world.send(RunRemedyNow{"restart", "bob"})),
            "remedy \"restart\" is paused for another 1m (this one); to end that: healdctl unpause "
            "restart");
  world.send(PauseRemedy{"", minutes(2), "everything", "alice"});
  EXPECT_EQ(answerOf(world.send(RunRemedyNow{"restart", "bob"})),
            "remedy \"restart\" is paused for another 2m (everything); to end that: healdctl "
            "unpause --all");
}

TEST(Commands, ACheckIsRunByHandWithWhoAskedInTheHistory) {
  World world(oneRemedy());
  world.runFor(seconds(3));
  world.history.clear();
  EXPECT_EQ(answerOf(world.send(RunCheckNow{"service", "alice"})), "check \"service\" is run now");
  const core::WallTime asked = world.now().wall;
  world.runFor(seconds(1));
  ASSERT_EQ(world.history.size(), 1u);
  const HistoryEntry told{.kind = HistoryKind::kHuman,
                          .event = "run_check",
                          .at = asked,
                          .check = "service",
                          .actor = "alice"};
  EXPECT_EQ(world.history[0], told);
}

TEST(Commands, AnActionOnATargetIsToldWithIt) {
  World world(test::forTargets());
  test::send(world, {test::alert("web1")});
  world.runFor(seconds(2));
  world.history.clear();
  EXPECT_EQ(answerOf(world.send(EnterDormant{"main@web1", "moving", "alice"})),
            "enter dormant mode: main@web1");
  ASSERT_EQ(world.history.size(), 2u);
  const HistoryEntry told{.kind = HistoryKind::kHuman,
                          .event = "dormant",
                          .at = world.now().wall,
                          .governor = "main@web1",
                          .target = "web1",
                          .actor = "alice",
                          .message = "moving"};
  EXPECT_EQ(world.history[0], told);
  EXPECT_FALSE(world.governor("main").state.dormant());
}

TEST(Commands, AFlagIsAnsweredAndToldByItsWord) {
  World world(oneRemedy());
  EXPECT_EQ(answerOf(world.send(SetFlag{core::Feature::kAutoDetection, false, "why", "alice"})),
            "auto_detection is off");
  const HistoryEntry told{.kind = HistoryKind::kFlag,
                          .event = "off",
                          .at = world.now().wall,
                          .actor = "alice",
                          .message = "why",
                          .details = {{"flag", std::string("auto_detection")}}};
  ASSERT_EQ(world.history.size(), 1u);
  EXPECT_EQ(world.history[0], told);
  EXPECT_EQ(answerOf(world.send(SetFlag{core::Feature::kAutoDetection, true, "why", "alice"})),
            "auto_detection is on");
  EXPECT_EQ(world.history[1].event, "on");
}

TEST(Commands, HealdsOwnTasksAreNobodyElses) {
  World world(oneRemedy());
  EXPECT_EQ(answerOf(world.send(
                RegisterTask{kPreventiveTask, TaskKind::kInterval, minutes(1), true, true})),
            "background task \"" + std::string(kPreventiveTask) + "\" is heald's own");
  EXPECT_EQ(answerOf(world.send(RemoveTask{kDetectionTask})),
            "background task \"" + std::string(kDetectionTask) +
                "\" is heald's own: switch its feature off");
  EXPECT_EQ(world.snapshot().tasks.size(), 3u);
  EXPECT_EQ(answerOf(world.send(RegisterTask{"one", TaskKind::kInterval, minutes(1), true, true})),
            "registered");
  EXPECT_EQ(answerOf(world.send(RemoveTask{"one"})), "removed");
}

TEST(Commands, ARemedyIsNamedOnceHoweverManyTargetsItHas) {
  World world(test::forTargets());
  test::send(world, {test::alert("web1"), test::alert("web2")});
  ASSERT_EQ(world.snapshot().targets.size(), 2u);
  EXPECT_EQ(answerOf(world.send(RunRemedyNow{"x", "somebody"})),
            "no remedy \"x\" (there are: restart)");
}

TEST(Commands, AFlagThatTheEnvironmentHoldsBackIsNotMoved) {
  engine::Setup setup = oneRemedy();
  setup.features.setEnvironment(core::Feature::kAutoHealing, false);
  World world(setup);
  const Output out = world.send(SetFlag{core::Feature::kAutoHealing, true, "a test", "alice"});
  ASSERT_TRUE(out.reply && !out.reply->ok());
  EXPECT_EQ(out.reply->error().code, ErrorCode::kConflict);
  EXPECT_TRUE(world.history.empty());
}

std::string refusal(World& world) {
  const Output out = world.send(RunRemedyNow{"restart", ""});
  return out.reply && !out.reply->ok() ? out.reply->error().message : "";
}

TEST(Commands, ARunByHandIsToldTheGuardOutsideThatIsInItsWay) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].preventive = true;
  World world(setup);
  world.runUntil(seconds(1));
  world.send(SetFlag{core::Feature::kPreventiveHealing, false, "", ""});
  EXPECT_EQ(refusal(world), "remedy \"restart\" may not start now: feature_flag");
  world.send(SetFlag{core::Feature::kPreventiveHealing, true, "", ""});
  world.store_error = "disk full";
  world.send(SetFlag{core::Feature::kAutoDetection, false, "", ""});  // notices it
  EXPECT_EQ(refusal(world), "remedy \"restart\" may not start now: store_unavailable");
  EXPECT_EQ(suppressed(world, "main", Guard::kStoreUnavailable), 1u);
}

TEST(Commands, ARemedyThatIsNotPreventiveDoesNotMindThatFlag) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.send(SetFlag{core::Feature::kPreventiveHealing, false, "", ""});
  world.runUntil(seconds(1));
  EXPECT_EQ(world.starts.size(), 1u);
}

TEST(Commands, ARemedyWithArgumentsIsNotRunByHand) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].check.clear();
  setup.remedies[0].alert.matchers = {{"alertname", "Down"}};
  setup.remedies[0].alert.arguments = {{"instance", core::LabelPattern("[a-z]+")}};
  World world(setup);
  const Output out = world.send(RunRemedyNow{"restart", ""});
  ASSERT_TRUE(out.reply && !out.reply->ok());
  EXPECT_EQ(out.reply->error().message,
            "remedy \"restart\" needs the labels of an alert: send it one");
}

TEST(Commands, AFlagThatAHumanMovedStaysSoAfterARestart) {
  World world(oneRemedy());
  world.send(SetFlag{core::Feature::kAutoHealing, false, "deploying", "alice"});
  world.crash();
  EXPECT_FALSE(world.snapshot().features.enabled(core::Feature::kAutoHealing));
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(minutes(1));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_GT(suppressed(world, "main", Guard::kFeatureFlag), 0u);
}

TEST(Commands, AWaitThatAHumanEndsIsOverAtOnce) {
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

TEST(Commands, ARemedyThatNeedsTheLabelsOfAnAlertIsNotRunByHand) {
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

}  // namespace
}  // namespace heald::engine
