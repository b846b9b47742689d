// Alerts of one remedy: whose turn it is, what a resolved one ends, and what is heard again.
#include <gtest/gtest.h>

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
using test::resolved;
using test::send;
using test::startsFor;
using test::World;

// "restart" for alerts, and "other" for a check that is not healthy; one attempt at a time.
engine::Setup oneAtATime() {
  engine::Setup setup = forAlerts();
  engine::Setup other = test::oneRemedy();
  setup.checks = other.checks;
  setup.remedies.push_back(other.remedies[0]);
  setup.remedies[1].name = "other";
  setup.remedies[1].governor = "other";
  setup.governors.push_back({"other", {}});
  setup.healing.max_concurrent = 1;
  return setup;
}

// Its attempt runs for so long, and then fails.
void occupy(World& world, core::Duration takes) {
  world.setCheck("service", core::CheckStatus::kCritical);
  world.remedies["other"] = [takes](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, "", takes};
  };
  world.runFor(seconds(1));
  ASSERT_EQ(world.remedy("other").phase, Phase::kActing);
}

engine::Setup withBackoff(core::Duration backoff) {
  engine::Setup setup = forAlerts();
  setup.governors[0].policy.backoff = {backoff, backoff};
  return setup;
}

TEST(AlertTurns, AnAlertAsksForNoRemedyThatTakesNone) {
  World world(oneAtATime());
  send(world, {alert("a")});
  world.runFor(seconds(1));
  ASSERT_EQ(world.starts.size(), 1u);
  EXPECT_EQ(world.starts[0].remedy, "restart");
  EXPECT_EQ(world.remedy("other").detected, 0u);
  EXPECT_EQ(world.remedy("restart").detected, 1u);
}

TEST(AlertTurns, ANotificationIsCountedByItsAlerts) {
  World world(forAlerts());
  send(world, {alert("a"), alert("b")});
  send(world, {alert("a")});
  const auto events = world.snapshot().events;
  EXPECT_EQ(events[static_cast<std::size_t>(EventSource::kAlertmanager)], 3u);
  EXPECT_EQ(dropped(world, DropReason::kDuplicate), 1u);
  EXPECT_EQ(world.remedy("restart").detected, 2u);
  EXPECT_FALSE(world.noted("alerts ignored: labels rejected"));
}

TEST(AlertTurns, ALateRepetitionIsAnsweredAsKnown) {
  World world(forAlerts());
  send(world, {alert("a")});
  const Output ended = send(world, {resolved("a")});
  EXPECT_EQ((*ended.reply)->message.rfind("recorded 1 of 1 alerts; 0 known already", 0), 0u);
  for (const Alert& late : {alert("a"), resolved("a"), resolved("b")}) {
    const Output out = send(world, {late});
    ASSERT_TRUE(out.reply->ok());
    EXPECT_EQ((*out.reply)->message.rfind("recorded 0 of 1 alerts; 1 known already", 0), 0u);
  }
}

TEST(AlertTurns, TheEndOfAnotherAlertHealsNothing) {
  World world(forAlerts());
  world.remedies["restart"] = endsWell();
  send(world, {alert("a"), alert("b")});
  world.runFor(seconds(1));
  send(world, {resolved("b")});
  EXPECT_EQ(world.remedy("restart").phase, Phase::kVerifying);
  EXPECT_EQ(world.remedy("restart").totals.successes, 0u);
}

TEST(AlertTurns, WhatIsResolvedWhileTheActionRunsHasFailedWhenItEndsBadly) {
  World world(forAlerts());
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, "", minutes(1)};
  };
  send(world, {alert("a")});
  send(world, {resolved("a")});
  EXPECT_EQ(world.remedy("restart").phase, Phase::kActing);
  world.runFor(minutes(2));
  EXPECT_EQ(world.remedy("restart").totals.successes, 0u);
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 1);
}

TEST(AlertTurns, WhenTheOneThatWaitsIsResolvedTheNextTakesItsTurn) {
  World world(withBackoff(minutes(1)));
  send(world, {alert("a")});
  world.runFor(seconds(1));
  send(world, {alert("b"), alert("c")});
  send(world, {resolved("c")});
  EXPECT_FALSE(world.noted("attempt skipped: the alert is resolved")) << "b waits";
  send(world, {alert("d")});
  send(world, {resolved("b")});
  EXPECT_TRUE(world.noted("attempt skipped: the alert is resolved"));
  EXPECT_EQ(world.remedy("restart").phase, Phase::kWaiting) << "for d";
  world.runFor(minutes(2));
  EXPECT_EQ(startsFor(world), "a d");
}

TEST(AlertTurns, TheNextEpisodeBeginsWithTheFirstStep) {
  engine::Setup setup = forAlerts();
  setup.remedies[0].steps = {0, 1};
  setup.remedies[0].alert.retry = true;
  World world(setup);
  send(world, {alert("a")});
  world.runFor(seconds(10));
  ASSERT_EQ(world.starts.size(), 2u);
  EXPECT_EQ(world.starts[1].step, 1);
  send(world, {resolved("a")});
  send(world, {alert("b")});
  world.runFor(minutes(1));
  ASSERT_GE(world.starts.size(), 3u);
  EXPECT_EQ(world.starts[2].labels, alert("b").labels);
  EXPECT_EQ(world.starts[2].step, 0);
}

TEST(AlertTurns, TheWaitOfAnEpisodeIsCountedFromItsNotification) {
  World world(withBackoff(seconds(5)));
  send(world, {alert("a")});
  world.runFor(seconds(1));
  send(world, {alert("b")});
  world.runFor(seconds(10));
  ASSERT_EQ(startsFor(world), "a b");
  EXPECT_EQ(world.snapshot().event_wait.count(), 2u);
  EXPECT_DOUBLE_EQ(world.snapshot().event_wait.sumSeconds(), 4.0);
}

TEST(AlertTurns, WhatIsQueuedAndResolvedIsNotStarted) {
  World world(oneAtATime());
  occupy(world, minutes(1));
  send(world, {alert("a")});
  ASSERT_EQ(world.remedy("restart").phase, Phase::kQueued);
  send(world, {resolved("a")});
  EXPECT_EQ(world.remedy("restart").phase, Phase::kIdle);
  EXPECT_TRUE(world.noted("attempt skipped: the alert is resolved"));
  world.setCheck("service", core::CheckStatus::kOk);
  world.runFor(minutes(5));
  EXPECT_EQ(startsFor(world), "");
}

TEST(AlertTurns, WhatIsForgottenWhileItIsQueuedIsNotStarted) {
  World world(oneAtATime());
  occupy(world, hours(26));
  send(world, {alert("a")});
  ASSERT_EQ(world.remedy("restart").phase, Phase::kQueued);
  world.runFor(hours(30));
  EXPECT_EQ(startsFor(world), "");
  EXPECT_EQ(dropped(world, DropReason::kExpired), 1u);
}

TEST(AlertTurns, WhenTheOneThatWaitsIsForgottenTheNextTakesItsTurn) {
  World world(withBackoff(hours(30)));
  send(world, {alert("a")});
  world.runFor(seconds(1));
  send(world, {alert("b"), alert("c")});
  world.runFor(hours(20));
  send(world, {alert("c")});
  world.runFor(hours(11));
  EXPECT_EQ(startsFor(world), "a c");
}

TEST(AlertTurns, AHumanIsToldWhenAnAttemptOfAForgottenAlertStillRuns) {
  World world(forAlerts());
  world.remedies["restart"] = endsWell(hours(30));
  send(world, {alert("a")});
  world.runFor(hours(25));
  ASSERT_EQ(dropped(world, DropReason::kExpired), 1u);
  const Output out = world.send(RunRemedyNow{"restart", "somebody"});
  ASSERT_FALSE(out.reply->ok());
  EXPECT_EQ(world.remedy("restart").phase, Phase::kActing);
  EXPECT_EQ(world.remedy("restart").attempt, 1u);
}

TEST(AlertTurns, WhatAHumanRunsWaitsForTheBackoffAndItsActionDecides) {
  World world(withBackoff(seconds(30)));
  send(world, {alert("a")});
  world.runFor(seconds(1));
  send(world, {resolved("a")});
  world.remedies["restart"] = endsWell();
  world.send(RunRemedyNow{"restart", "somebody"});
  EXPECT_EQ(world.remedy("restart").phase, Phase::kWaiting);
  world.store_error = "disk full";
  world.runFor(seconds(5));
  world.send(EnterDormant{"main", "refused", "somebody"});
  world.store_error.clear();
  world.runFor(seconds(5));
  EXPECT_EQ(world.remedy("restart").phase, Phase::kWaiting)
      << "a store that is back changes no wait";
  world.runFor(seconds(25));
  EXPECT_EQ(test::startsInSeconds(world), (std::vector<long>{0, 30}));
  EXPECT_TRUE(world.starts[1].labels.empty());
  EXPECT_EQ(world.remedy("restart").totals.successes, 1u);
}

TEST(AlertTurns, WhatAHumanRunsIsNotTriedAgainByItself) {
  engine::Setup setup = forAlerts();
  setup.remedies[0].alert.retry = true;
  World world(setup);
  world.send(RunRemedyNow{"restart", "somebody"});
  world.runFor(hours(1));
  EXPECT_EQ(world.starts.size(), 1u);
  EXPECT_EQ(world.governor("main").state.totals.failures, 1u);
}

TEST(AlertTurns, AResultThatWaitsForTheStoreStaysWhatItIs) {
  engine::Setup setup = forAlerts();
  setup.remedies[0].verify = {seconds(0), seconds(0)};
  World world(setup);
  world.remedies["restart"] = endsWell(seconds(10));
  send(world, {alert("a")});
  world.store_error = "disk full";
  world.runFor(minutes(1));
  EXPECT_EQ(world.remedy("restart").phase, Phase::kReporting);
  world.store_error.clear();
  world.runFor(minutes(1));
  EXPECT_EQ(world.remedy("restart").totals.successes, 1u);
}

TEST(AlertTurns, CountsAreNotClearedWhileTheStoreTakesNothing) {
  World world(forAlerts());
  send(world, {alert("a")});
  world.runFor(seconds(1));
  send(world, {resolved("a")});
  world.runFor(minutes(5));
  world.store_error = "disk full";
  world.send(EnterDormant{"main", "refused", "somebody"});
  world.runFor(minutes(10));
  EXPECT_FALSE(world.noted("healthy for long enough"));
  world.store_error.clear();
  world.runFor(seconds(5));
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 0);
}

TEST(AlertTurns, AFailureForAnAlertThatIsResolvedIsNotRetried) {
  engine::Setup setup = forAlerts();
  setup.remedies[0].alert.retry = true;
  World world(setup);
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, "", minutes(1)};
  };
  send(world, {alert("a")});
  world.runFor(seconds(30));
  send(world, {resolved("a")});
  world.runFor(hours(1));
  EXPECT_EQ(world.starts.size(), 1u);
  EXPECT_EQ(world.governor("main").state.totals.failures, 1u);
}

TEST(AlertTurns, ASuccessForAnAlertThatStillFiresIsNotRetried) {
  engine::Setup setup = forAlerts();
  setup.remedies[0].alert.retry = true;
  setup.remedies[0].verify = {seconds(0), seconds(0)};
  World world(setup);
  world.remedies["restart"] = endsWell();
  send(world, {alert("a")});
  world.runFor(hours(1));
  EXPECT_EQ(world.starts.size(), 1u);
}

TEST(AlertTurns, TheEndOfAnotherAttemptMovesNoWindow) {
  engine::Setup setup = test::forTargetsOfTwo();
  for (RemedySpec& remedy : setup.remedies) {
    remedy.alert.target.clear();
    remedy.governor = "main";
  }
  setup.governors.pop_back();
  setup.governors[0].policy.max_in_flight = 2;
  World world(setup);
  world.remedies["restart"] = endsWell();
  world.remedies["clean"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, "", minutes(1)};
  };
  send(world, {alert("a"), test::full("b")});
  world.runUntil(minutes(2));
  ASSERT_EQ(world.remedy("restart").phase, Phase::kVerifying);
  ASSERT_EQ(world.governor("main").state.totals.failures, 1u);
  world.runUntil(minutes(10) + seconds(1));
  EXPECT_EQ(world.governor("main").state.totals.failures, 2u);
}

}  // namespace
}  // namespace heald::engine
