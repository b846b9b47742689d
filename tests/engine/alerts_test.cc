#include <gtest/gtest.h>

#include <algorithm>

#include "core/plain_text.h"
#include "engine/background_tasks.h"
#include "engine/episodes.h"
#include "engine/explanation.h"
#include "support/alerts.h"

namespace heald::engine {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::alert;
using test::dropped;
using test::endsWell;
using test::forAlerts;
using test::forTargets;
using test::send;
using test::World;

TEST(Alerts, AnAlertThatIsRepeatedAsksForOneAttempt) {
  World world(forAlerts());
  world.remedies["restart"] = endsWell();
  for (int i = 0; i < 100; ++i) {
    send(world, {alert("a")});
    world.runFor(minutes(5));
  }
  ASSERT_EQ(world.starts.size(), 1u);
  EXPECT_EQ(world.starts[0].labels, alert("a").labels);
  EXPECT_EQ(dropped(world, DropReason::kDuplicate), 99u);
  // It never ended: the attempt has failed.
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 1);
}

TEST(Alerts, LabelsThatClashAreNotPassedOnButCountedLoggedAndInTheHistory) {
  World world(forTargets());
  world.remedies["restart"] = endsWell();
  Alert hostile = alert("db1");
  hostile.labels.insert(hostile.labels.begin(), {{"INSTANCE", "evil"}, {"Instance", "evil"}});
  send(world, {hostile});
  world.runFor(seconds(1));
  ASSERT_EQ(world.starts.size(), 1u);
  for (const auto& [name, value] : world.starts[0].variables) EXPECT_NE(value, "evil") << name;
  EXPECT_EQ(world.snapshot().labels_refused, 2u);
  const auto told = std::find_if(world.history.begin(), world.history.end(),
                                 [](const auto& entry) { return entry.event == "labels_refused"; });
  ASSERT_NE(told, world.history.end());
  EXPECT_EQ(told->message, "names differ in case only: INSTANCE, Instance");
  EXPECT_EQ(told->target, "db1");
  EXPECT_TRUE(std::any_of(world.notes.begin(), world.notes.end(), [](const Note& note) {
    return note.message == "labels of an alert not passed on: names differ in case only";
  }));
}

TEST(Alerts, WhatIsResolvedWithinTheWindowIsHealed) {
  World world(forAlerts());
  world.remedies["restart"] = endsWell();
  send(world, {alert("a")});
  world.runFor(minutes(9));
  EXPECT_EQ(world.remedy("restart").phase, Phase::kVerifying);
  send(world, {alert("a", 1, false)});
  EXPECT_EQ(world.remedy("restart").totals.successes, 1u);
  EXPECT_TRUE(world.governor("main").state.in_flight.empty());
}

TEST(Alerts, WhatIsResolvedWhileTheActionRunsIsHealedWhenItEndsWell) {
  World world(forAlerts());
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kOk, "", minutes(1)};
  };
  send(world, {alert("a")});
  world.runFor(seconds(30));
  send(world, {alert("a", 1, false)});
  world.runFor(minutes(1));
  EXPECT_EQ(world.remedy("restart").totals.successes, 1u);
}

TEST(Alerts, WhatStillFiresAfterTheWindowHasFailed) {
  World world(forAlerts());
  world.remedies["restart"] = endsWell();
  send(world, {alert("a")});
  world.runFor(minutes(10));
  const RemedyTotals totals = world.remedy("restart").totals;
  EXPECT_EQ(totals.failures[static_cast<std::size_t>(FailureReason::kVerification)], 1u);
}

TEST(Alerts, WithoutAWindowTheActionsOwnEndDecides) {
  engine::Setup setup = forAlerts();
  setup.remedies[0].verify = {seconds(0), seconds(0)};
  World world(setup);
  world.remedies["restart"] = endsWell();
  send(world, {alert("a")});
  world.runFor(seconds(1));
  EXPECT_EQ(world.remedy("restart").totals.successes, 1u);
}

TEST(Alerts, ANewStartIsANewEpisode) {
  World world(forAlerts());
  world.remedies["restart"] = endsWell();
  for (int i = 1; i <= 3; ++i) {
    send(world, {alert("a", i)});
    world.runFor(minutes(1));
    send(world, {alert("a", i, false)});
    world.runFor(minutes(1));
  }
  EXPECT_EQ(world.starts.size(), 3u);
  EXPECT_EQ(world.remedy("restart").totals.successes, 3u);
}

TEST(Alerts, ALateRepetitionOfAResolvedOneAsksForNothing) {
  World world(forAlerts());
  world.remedies["restart"] = endsWell();
  send(world, {alert("a")});
  send(world, {alert("a", 1, false)});
  world.runFor(minutes(1));
  send(world, {alert("a")});
  send(world, {alert("b", 1, false)});  // the end is heard of before the beginning
  send(world, {alert("b")});
  world.runFor(hours(1));
  EXPECT_EQ(world.starts.size(), 1u);
}

TEST(Alerts, AGroupIsOneAttemptForEachEpisodeOneAfterTheOther) {
  World world(forAlerts());
  world.remedies["restart"] = endsWell();
  send(world, {alert("a"), alert("b"), alert("c")});
  EXPECT_EQ(world.starts.size(), 1u);
  for (const char* name : {"a", "b", "c"}) {
    world.runFor(seconds(10));
    EXPECT_EQ(world.starts.back().labels, alert(name).labels);
    send(world, {alert(name, 1, false)});
    world.runFor(seconds(10));
  }
  EXPECT_EQ(world.starts.size(), 3u);
  EXPECT_EQ(world.remedy("restart").totals.successes, 3u);
}

TEST(Alerts, WhatIsResolvedBeforeItsTurnGetsNoAttempt) {
  World world(forAlerts());
  world.remedies["restart"] = endsWell();
  send(world, {alert("a"), alert("b")});
  send(world, {alert("b", 1, false)});
  send(world, {alert("a", 1, false)});
  world.runFor(hours(1));
  EXPECT_EQ(world.starts.size(), 1u);
}

TEST(Alerts, AnEpisodeThatWaitsForTheBackoffIsForgottenWhenItIsResolved) {
  World world(forAlerts());
  send(world, {alert("a")});
  world.runFor(seconds(1));
  send(world, {alert("b")});
  EXPECT_EQ(world.remedy("restart").phase, Phase::kWaiting);
  send(world, {alert("b", 1, false)});
  EXPECT_EQ(world.remedy("restart").phase, Phase::kIdle);
  world.runFor(hours(1));
  EXPECT_EQ(world.starts.size(), 1u);
}

TEST(Alerts, EndlessEpisodesOfAFailingRemedyStopAtTheBoundOfItsGovernor) {
  World world(forAlerts());
  for (int i = 1; i < 500; ++i) {
    send(world, {alert("a", i)});
    world.runFor(seconds(30));
    send(world, {alert("a", i, false)});
    world.runFor(seconds(30));
  }
  EXPECT_LE(world.starts.size(), 10u);
}

TEST(Alerts, WithRetryAnEpisodeIsTriedAgainUnderItsGovernor) {
  engine::Setup setup = forAlerts();
  setup.remedies[0].alert.retry = true;
  setup.remedies[0].steps = {0, 3};
  World world(setup);
  send(world, {alert("a")});
  world.runUntil(hours(2));
  EXPECT_EQ(test::startsInSeconds(world),
            (std::vector<long>{0, 5, 15, 75, 135, 215, 375, 695, 1295, 1895}));
  EXPECT_EQ(world.starts[2].step, 0);
  EXPECT_EQ(world.starts[3].step, 1);
}

TEST(Alerts, EmptyListsAndAlertsThatNothingMatchesStartNothing) {
  World world(forAlerts());
  EXPECT_TRUE(send(world, {}).reply->ok());
  Alert other = alert("a");
  other.labels[0].second = "Other";
  Alert unlabelled = alert("b");
  unlabelled.labels.clear();
  EXPECT_TRUE(send(world, {other, unlabelled}).reply->ok());
  world.runFor(hours(1));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_EQ(dropped(world, DropReason::kUnmatched), 2u);
}

TEST(Alerts, ARemedyWithoutMatchersOrWithAnEmptyOneIsAskedForByNone) {
  engine::Setup setup = forAlerts();
  setup.remedies[0].alert.matchers = {{"alertname", "Down"}, {"missing", ""}};
  World world(setup);
  send(world, {alert("a")});
  EXPECT_TRUE(world.starts.empty());
}

TEST(Alerts, LabelsThatDoNotMatchTheirPatternAskForNothing) {
  engine::Setup setup = forAlerts();
  setup.remedies[0].alert.arguments = {{"instance", core::LabelPattern("[a-z0-9.:-]+")}};
  World world(setup);
  for (const char* hostile : {"-oProxyCommand=x", "$(reboot)", "a b", "a\nb", ""}) {
    send(world, {alert(hostile)});
  }
  send(world, {alert(std::string(65'536, 'a'))});
  send(world, {alert(std::string("a\0b", 3))});
  world.runFor(minutes(1));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_EQ(rejected(world, AlertRejection::kLabels), 7u);
  EXPECT_TRUE(world.noted("alerts ignored: labels rejected"));
  send(world, {alert("db-1:9100")});
  EXPECT_EQ(world.starts.size(), 1u);
}

TEST(Alerts, WhatIsTooMuchForOneNotificationIsCountedAndToldOnceAnHour) {
  World world(forAlerts());
  for (int i = 0; i < 3; ++i) {
    const Output out = world.send(AlertsReceived{{alert("a")}, "alertmanager", 5});
    EXPECT_NE((*out.reply)->message.find("of 6 alerts"), std::string::npos);
    EXPECT_NE((*out.reply)->message.find("5 left out: too many at once"), std::string::npos);
  }
  EXPECT_EQ(rejected(world, AlertRejection::kTooMany), 15u);
  EXPECT_EQ(world.snapshot().events[static_cast<std::size_t>(EventSource::kAlertmanager)], 18u);
  const auto told = [&] {
    world.runFor(seconds(2));  // until it is written
    return std::count_if(world.history.begin(), world.history.end(),
                         [](const auto& entry) { return entry.event == "rejected"; });
  };
  EXPECT_EQ(told(), 1);
  world.runFor(hours(1));
  world.send(AlertsReceived{{}, "alertmanager", 5});
  EXPECT_EQ(told(), 2);
}

TEST(Alerts, EveryTargetHasAGovernorStateOfItsOwn) {
  World world(forTargets());
  world.setup.remedies[0].alert.retry = true;
  world.reload(world.setup);
  world.remedies["restart"] = [](const StartAction& start) {
    const bool well = start.labels.at(1).second == "good";
    return World::Act{well ? ActionOutcome::kOk : ActionOutcome::kFailed};
  };
  send(world, {alert("bad"), alert("good")});
  EXPECT_EQ(world.starts.size(), 2u);
  send(world, {alert("good", 1, false)});
  world.runUntil(hours(1));
  EXPECT_TRUE(world.governor("main@bad").state.dormant());
  EXPECT_FALSE(world.governor("main@good").state.dormant());
  EXPECT_EQ(world.governor("main@good").state.totals.successes, 1u);
  EXPECT_EQ(world.remedy("restart").totals.attempts, 11u);
  EXPECT_EQ(world.governor("main").state.totals.attempts, 0u);
  EXPECT_FALSE(world.governor("main@bad").exposed);
  EXPECT_EQ(world.governor("main@bad").target, "bad");
}

TEST(Alerts, TargetsAreBoundedAndOneAtRestMakesRoom) {
  engine::Setup setup = forTargets();
  setup.remedies[0].alert.max_targets = 2;
  setup.governors[0].policy.budgets.clear();
  World world(setup);
  world.remedies["restart"] = endsWell();
  send(world, {alert("a"), alert("b"), alert("c")});
  EXPECT_EQ(world.starts.size(), 2u);
  EXPECT_EQ(rejected(world, AlertRejection::kTargets), 1u);
  send(world, {alert("a", 1, false)});
  world.runFor(hours(1));
  send(world, {alert("c")});
  EXPECT_EQ(world.starts.size(), 3u);
  EXPECT_EQ(world.snapshot().targets.size(), 2u);
}

// Once no target ever made room again: starts were forgotten only at the next attempt.
TEST(Alerts, ATargetThatWasHealedMakesRoomWhenNoBudgetCountsItsStartAnyMore) {
  engine::Setup setup = forTargets();
  setup.remedies[0].alert.max_targets = 2;
  World world(setup);
  world.remedies["restart"] = endsWell();
  send(world, {alert("a"), alert("b")});
  send(world, {alert("a", 1, false), alert("b", 1, false)});
  world.runUntil(hours(24) - seconds(1));
  send(world, {alert("c")});
  EXPECT_EQ(world.starts.size(), 2u);
  EXPECT_EQ(rejected(world, AlertRejection::kTargets), 1u);
  world.runUntil(hours(24));
  send(world, {alert("c"), alert("d"), alert("e")});
  EXPECT_EQ(world.starts.size(), 4u);
  EXPECT_EQ(rejected(world, AlertRejection::kTargets), 2u);
  EXPECT_EQ(world.snapshot().targets.size(), 2u);
}

TEST(Alerts, OnlyListedTargetsAreTakenWhereTheConfigurationListsThem) {
  engine::Setup setup = forTargets();
  setup.remedies[0].alert.targets = {"a"};
  World world(setup);
  send(world, {alert("a"), alert("b")});
  EXPECT_EQ(world.starts.size(), 1u);
  EXPECT_TRUE(world.governor("main@a").exposed);
}

TEST(Alerts, AHumanReachesAllTargetsByTheNameOfTheirGovernor) {
  World world(forTargets());
  send(world, {alert("a"), alert("b")});
  EXPECT_TRUE(world.send(EnterDormant{"main", "a test", "somebody"}).reply->ok());
  EXPECT_TRUE(world.governor("main@a").state.dormant());
  send(world, {alert("c")});  // a new one obeys its parent
  world.runFor(hours(1));
  EXPECT_EQ(world.starts.size(), 2u);
  const GovernorExplanation why =
      explainGovernor(world.snapshot(), world.governor("main@c"), world.now());
  EXPECT_EQ(why.governor.verdict.denied_by, core::Guard::kDormant);
  EXPECT_EQ(why.remedies.size(), 1u);
  EXPECT_TRUE(world.send(Resume{"main", "a test", "somebody"}).reply->ok());
  EXPECT_FALSE(world.governor("main").state.dormant());
  EXPECT_FALSE(world.governor("main@b").state.dormant());
  send(world, {alert("c")});
  EXPECT_EQ(world.starts.size(), 3u);
  EXPECT_TRUE(world.send(EnterDormant{"main@a", "a test", "somebody"}).reply->ok());
  EXPECT_FALSE(world.governor("main@b").state.dormant());
}

TEST(Alerts, WhatWasRecordedIsActedUponAfterARestart) {
  World world(forTargets());
  world.send(SetFlag{core::Feature::kAutoHealing, false, "a test", "somebody"});
  send(world, {alert("a")});
  world.crash();
  world.send(SetFlag{core::Feature::kAutoHealing, true, "a test", "somebody"});
  world.crash();
  world.runFor(seconds(1));
  ASSERT_EQ(world.starts.size(), 1u);
  EXPECT_EQ(world.starts[0].labels, alert("a").labels);
}

TEST(Alerts, AnAttemptThatACrashInterruptedIsCountedOnceAndNotRunAgain) {
  for (const bool resolved : {false, true}) {
    World world(forTargets());
    world.remedies["restart"] = [](const StartAction&) {
      return World::Act{ActionOutcome::kOk, "", minutes(1)};
    };
    send(world, {alert("a")});
    world.crash();
    if (resolved) {
      send(world, {alert("a", 1, false)});
    }
    world.runFor(hours(2));
    send(world, {alert("a")});
    world.runFor(hours(2));
    EXPECT_EQ(world.starts.size(), 1u);
    const RemedyTotals totals = world.remedy("restart").totals;
    EXPECT_EQ(totals.successes, resolved ? 1u : 0u);
    EXPECT_EQ(totals.failures[static_cast<std::size_t>(FailureReason::kInterrupted)],
              resolved ? 0u : 1u);
    EXPECT_TRUE(world.governor("main@a").state.in_flight.empty());
  }
}

TEST(Alerts, AfterARestartTheTargetOfAnAttemptHasItsPlaceBeforeThoseThatOnlyTheGovernorKnows) {
  engine::Setup setup = forTargets();
  setup.remedies[0].alert.max_targets = 2;
  setup.remedies.push_back(setup.remedies[0]);
  setup.remedies[1].name = "reboot";
  setup.remedies[1].alert.matchers = {{"alertname", "Slow"}};
  setup.remedies[1].alert.max_targets = 10;
  World world(setup);
  for (const char* instance : {"a", "b"}) {
    Alert slow = alert(instance);
    slow.labels[0].second = "Slow";
    send(world, {slow});
  }
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kOk, "", hours(1)};
  };
  send(world, {alert("c")});
  world.runFor(seconds(10));
  ASSERT_EQ(world.governor("main@c").state.in_flight.size(), 1u);
  send(world, {alert("c", 1, false)});
  world.crash();
  world.runFor(minutes(1));
  EXPECT_EQ(world.governor("main@c").state.totals.successes, 1u);
  EXPECT_EQ(world.governor("main@c").state.totals.failures, 0u);
}

TEST(Alerts, NothingIsRecordedWhileTheStoreTakesNothing) {
  World world(forAlerts());
  world.store_error = "disk full";
  const Output out = send(world, {alert("a")});
  ASSERT_FALSE(out.reply->ok());
  EXPECT_EQ(out.reply->error().code, ErrorCode::kUnavailable);
  world.store_error.clear();
  world.runFor(seconds(5));
  EXPECT_TRUE(world.starts.empty());
  send(world, {alert("a")});  // as Alertmanager does
  EXPECT_EQ(world.starts.size(), 1u);
}

TEST(Alerts, WhatWasRecordedBeforeTheStoreFailedStartsWhenItIsBack) {
  World world(forAlerts());
  world.send(EnterDormant{"main", "a test", "somebody"});
  send(world, {alert("a")});
  world.store_error = "disk full";
  world.send(Resume{"main", "a test", "somebody"});
  world.store_error.clear();
  world.runFor(seconds(5));
  world.send(Resume{"main", "a test", "somebody"});
  send(world, {alert("a")});
  EXPECT_EQ(world.starts.size(), 1u);
}

TEST(Alerts, TooManyAreRefusedWholeSoThatTheyAreSentAgain) {
  World world(forAlerts());
  std::vector<Alert> many;
  for (std::size_t i = 0; i < Episodes::kLimit; ++i) {
    many.push_back(alert("i" + std::to_string(i)));
  }
  EXPECT_TRUE(send(world, many).reply->ok());
  const Output out = send(world, {alert("i1", 1, false), alert("one more"), alert("another")});
  EXPECT_FALSE(out.reply->ok());
  EXPECT_EQ(dropped(world, DropReason::kQueueFull), 3u);
  EXPECT_TRUE(send(world, {alert("i1", 1, false)}).reply->ok());
  EXPECT_TRUE(send(world, {alert("one more")}).reply->ok());
}

TEST(Alerts, WhatIsNotHeardOfForADayIsForgotten) {
  World world(forAlerts());
  world.remedies["restart"] = endsWell();
  send(world, {alert("a"), alert("b")});
  world.runFor(hours(25));
  EXPECT_EQ(dropped(world, DropReason::kExpired), 2u);
}

TEST(Alerts, AStepOfTheWallClockMakesNobodyForget) {
  World world(forAlerts());
  world.remedies["restart"] = endsWell();
  send(world, {alert("a")});
  world.runFor(minutes(1));
  world.stepWall(hours(25));
  world.runFor(minutes(2));
  send(world, {alert("a")});
  world.runFor(hours(1));
  EXPECT_EQ(world.starts.size(), 1u);
}

// Both ended the daemon once.
TEST(Alerts, WhatIsForgottenWhileItWaitsStartsNothing) {
  World world(forAlerts());
  world.remedies["restart"] = [](const StartAction&) { return World::Act{}; };
  send(world, {alert("a"), alert("b")});
  world.runFor(seconds(1));
  ASSERT_EQ(world.starts.size(), 1u);
  EXPECT_EQ(world.remedy("restart").phase, Phase::kWaiting);
  world.sleepFor(hours(25));
  world.runFor(hours(1));
  EXPECT_EQ(world.starts.size(), 1u);
  EXPECT_EQ(world.remedy("restart").phase, Phase::kIdle);
}

// Forgotten is not resolved, and nobody knows that it still fires.
TEST(Alerts, WhatIsForgottenWhileItIsActedUponIsNotSaidToBeHealedNorToFire) {
  for (const seconds action : {seconds(0), seconds(60)}) {
    World world(forAlerts());
    world.remedies["restart"] = [action](const StartAction&) {
      return World::Act{ActionOutcome::kOk, "", action};
    };
    send(world, {alert("a")});
    world.runFor(seconds(1));
    world.sleepFor(hours(25));
    world.runFor(hours(1));
    const RemedyView remedy = world.remedy("restart");
    EXPECT_EQ(remedy.totals.successes, 0u);
    EXPECT_EQ(remedy.last_result,
              "verification: the alert was forgotten: whether it fires 10m after the action ended "
              "is not known");
  }
}

TEST(Alerts, AHumanMayRunTheRemedyOfAnAlertThatIsForgotten) {
  World world(forAlerts());
  world.remedies["restart"] = endsWell();
  send(world, {alert("a")});
  world.runFor(hours(30));
  ASSERT_EQ(world.starts.size(), 1u);
  world.send(RunRemedyNow{"restart", "a test"});
  world.runFor(seconds(1));
  ASSERT_EQ(world.starts.size(), 2u);
  EXPECT_TRUE(world.starts[1].labels.empty());
}

TEST(Alerts, QuietForLongEnoughClearsTheCountsOfTheirGovernor) {
  World world(forAlerts());
  send(world, {alert("a")});
  world.runFor(seconds(1));
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 1);
  send(world, {alert("a", 1, false)});
  world.runFor(minutes(10) - seconds(1));
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 1);
  world.runFor(seconds(2));
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 0);
}

TEST(Alerts, InObserveModeAnEpisodeIsCountedOnceAndNothingIsDone) {
  engine::Setup setup = forAlerts();
  setup.healing.observe = true;
  World world(setup);
  for (int i = 0; i < 5; ++i) {
    send(world, {alert("a")});
    world.runFor(minutes(1));
  }
  EXPECT_EQ(world.remedy("restart").would_attempt, 1u);
  EXPECT_TRUE(world.starts.empty());
}

TEST(Alerts, AReloadKeepsEpisodesAndTheAttemptOfATarget) {
  World world(forTargets());
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kOk, "", minutes(1)};
  };
  send(world, {alert("a")});
  world.runFor(seconds(1));
  world.reload(forTargets());
  EXPECT_TRUE(world.cancelled.empty());
  world.runFor(minutes(2));
  EXPECT_EQ(world.snapshot().targets.at(0).phase, Phase::kVerifying);
  world.reload(forTargets());
  send(world, {alert("a")});
  send(world, {alert("a", 1, false)});
  world.runFor(minutes(1));
  EXPECT_EQ(world.starts.size(), 1u);
  EXPECT_EQ(world.remedy("restart").totals.successes, 1u);
  world.reload(forAlerts());  // no targets any more
  EXPECT_TRUE(world.snapshot().targets.empty());
}

// "restart" for Down and "reboot" for Slow, with targets, under one governor.
engine::Setup twoForTargets() {
  engine::Setup setup = forTargets();
  setup.remedies.push_back(setup.remedies[0]);
  setup.remedies[1].name = "reboot";
  setup.remedies[1].alert.matchers = {{"alertname", "Slow"}};
  return setup;
}

Alert slow(const std::string& instance, int start = 1, bool firing = true) {
  Alert slow = alert(instance, start, firing);
  slow.labels[0].second = "Slow";
  return slow;
}

TEST(Alerts, AGovernorThatAnotherRemedyUsesIsNotRetiredWithATarget) {
  engine::Setup setup = twoForTargets();
  setup.remedies[0].alert.max_targets = 1;
  World world(setup);
  world.remedies["reboot"] = endsWell();
  world.send(SetFlag{core::Feature::kAutoHealing, false, "a test", "somebody"});
  send(world, {alert("x"), slow("x")});
  send(world, {alert("x", 1, false)});
  send(world, {alert("y")});  // in the place of "restart" for x
  EXPECT_EQ(world.governor("main@x").remedies, std::vector<std::string>{"reboot"});
  EXPECT_EQ(world.governor("main@y").remedies, std::vector<std::string>{"restart"});
  EXPECT_EQ(world.governor("main").remedies, (std::vector<std::string>{"restart", "reboot"}));
  world.send(SetFlag{core::Feature::kAutoHealing, true, "a test", "somebody"});
  send(world, {slow("x")});
  EXPECT_EQ(world.governor("main@x").state.in_flight.size(), 1u);
  EXPECT_TRUE(world.send(EnterDormant{"main@x", "a test", "somebody"}).reply->ok());
  EXPECT_TRUE(world.send(Resume{"main@x", "a test", "somebody"}).reply->ok());
  // The last one takes it along.
  send(world, {slow("x", 1, false), alert("y", 1, false)});
  world.runFor(hours(25));
  setup.remedies[1].alert.max_targets = 1;
  world.reload(setup);
  send(world, {slow("z")});
  EXPECT_FALSE(world.send(EnterDormant{"main@x", "a test", "somebody"}).reply->ok());
}

std::string permitUnder(World& world, const std::string& governor) {
  const Output out = world.send(RequestPermit{governor, hours(1), "nightly", "cron"});
  return out.reply->ok() && (*out.reply)->permit ? (*out.reply)->permit->id : "";
}

// The timer of the quiet found a permit in flight, and nobody set it again.
TEST(Alerts, QuietClearsTheCountsAlsoWhenAPermitWasInFlightAtItsEnd) {
  World world(forAlerts());
  send(world, {alert("a")});
  world.runFor(seconds(1));
  send(world, {alert("a", 1, false)});
  world.runUntil(minutes(9));
  const std::string permit = permitUnder(world, "main");
  ASSERT_NE(permit, "");
  world.runUntil(minutes(20));
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 1);
  world.send(ReportPermit{permit, false, "boom", "boom", "cron"});
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 2);
  // It counts for as long as any failure does.
  world.runUntil(minutes(30) - seconds(1));
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 2);
  world.runUntil(minutes(30) + seconds(1));
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 0);
}

TEST(Alerts, APermitThatFailsLongAfterTheLastAlertIsForgottenAsWell) {
  World world(forAlerts());
  world.runUntil(hours(1));
  world.send(ReportPermit{permitUnder(world, "main"), false, "boom", "boom", "cron"});
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 1);
  world.runFor(minutes(10) + seconds(1));
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 0);
}

TEST(Alerts, AnAlertThatIsForgottenIsTheBeginningOfQuiet) {
  World world(forAlerts());
  send(world, {alert("a")});
  world.runUntil(hours(24));
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 1);
  world.runFor(minutes(12));
  EXPECT_EQ(dropped(world, DropReason::kExpired), 1u);
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 0);
}

TEST(Alerts, AnEpisodeThatWasDeniedIsSetAsideUntilItIsHeardOfAgain) {
  World world(test::forAlerts());
  world.remedies["restart"] = test::endsWell();
  world.send(EnterDormant{"main", "a test", "somebody"});
  test::send(world, {test::alert("a")});
  world.send(Resume{"main", "a test", "somebody"});
  EXPECT_EQ(world.remedy("restart").waiting, 0u);
  test::send(world, {test::alert("b")});
  EXPECT_EQ(test::startsFor(world), "b");
}

TEST(Alerts, WhatATargetsLastAttemptCameToIsToldOfTheTargetAsWell) {
  World world(test::forTargets());
  test::send(world, {test::alert("a")});
  world.runFor(seconds(1));
  ASSERT_EQ(world.snapshot().targets.size(), 1u);
  EXPECT_EQ(world.snapshot().targets[0].last_result.rfind("error: ", 0), 0u);
}

TEST(Alerts, ALabelThatCannotNameATargetAsksForNothing) {
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
