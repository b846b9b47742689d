// What is told of alerts that fire, of their targets, and of what holds them back.
#include "engine/alert_standing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/advice.h"
#include "support/alerts.h"

namespace heald::engine {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::alert;
using test::endsWell;
using test::forAlerts;
using test::forTargets;
using test::resolved;
using test::send;
using test::World;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> standings(const World& world) {
  std::vector<std::string> lines;
  for (const AlertStanding& one : alertStandings(world.snapshot(), world.now())) {
    lines.push_back(one.message);
  }
  return lines;
}

Setup retrying(Setup setup) {
  setup.remedies[0].alert.retry = true;
  return setup;
}

TEST(AlertStanding, WhatFiresAndWaitsIsInTheStateOfTheWhole) {
  World world(retrying(forAlerts()));
  EXPECT_EQ(overallStatus(world.snapshot(), world.now()), Overall::kHealthy);
  send(world, {alert("a")});
  world.runFor(seconds(7));
  ASSERT_EQ(world.starts.size(), 2u) << "two attempts have failed, a third waits";
  EXPECT_EQ(overallStatus(world.snapshot(), world.now()), Overall::kDegraded);
  EXPECT_THAT(standings(world),
              ElementsAre("alert Down fires; remedy restart: held back by backoff, another 8s"));
  const RemedyView remedy = world.remedy("restart");
  EXPECT_EQ(remedy.phase, Phase::kWaiting);
  EXPECT_EQ(remedy.firing, 1u);
  const auto found = issues(world.snapshot(), world.now());
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].reason, "backoff");
  EXPECT_EQ(found[1].reason, "alert_firing");
  send(world, {resolved("a")});
  EXPECT_EQ(overallStatus(world.snapshot(), world.now()), Overall::kHealthy);
  EXPECT_THAT(standings(world), ElementsAre("remedy restart: no alert fires; held back by backoff, "
                                            "another 8s"));
}

TEST(AlertStanding, TheWorstTargetComesFirst) {
  World world(retrying(forTargets()));
  world.remedies["restart"] = [](const StartAction& start) {
    const bool well = start.labels[1].second == "runs";
    return World::Act{well ? ActionOutcome::kOk : ActionOutcome::kFailed};
  };
  send(world, {alert("quiet"), alert("runs"), alert("waits"), alert("stopped")});
  world.runFor(seconds(1));
  send(world, {resolved("quiet")});
  world.send(EnterDormant{"main@stopped", "a test", "alice"});
  EXPECT_THAT(standings(world),
              ElementsAre("alert Down fires; remedy restart for stopped: held back by dormant",
                          "alert Down fires; remedy restart for waits: held back by backoff, "
                          "another 4s",
                          "alert Down fires; remedy restart for runs: attempt 1 is under way "
                          "(verifying)",
                          "remedy restart for quiet: no alert fires; held back by backoff, another "
                          "4s"));
  EXPECT_EQ(overallStatus(world.snapshot(), world.now()), Overall::kDormant);
}

TEST(AlertStanding, ARemedyWithTargetsIsNotIdleWhileOneOfThemWaits) {
  World world(retrying(forTargets()));
  send(world, {alert("a"), alert("b")});
  world.runFor(seconds(1));
  send(world, {resolved("b")});
  EXPECT_EQ(world.remedy("restart").phase, Phase::kWaiting);
  EXPECT_EQ(world.remedy("restart").last_denied_by, core::Guard::kBackoff);
  send(world, {resolved("a")});
  EXPECT_EQ(world.remedy("restart").phase, Phase::kIdle);
}

TEST(AlertStanding, AnAlertThatHadItsOnlyAttemptIsTold) {
  World world(forTargets());
  send(world, {alert("a")});
  world.runFor(seconds(30));
  EXPECT_THAT(standings(world), ElementsAre(HasSubstr("no further attempt is due after the last "
                                                      "one (error:")));
  EXPECT_EQ(overallStatus(world.snapshot(), world.now()), Overall::kDegraded);
}

TEST(AlertStanding, APauseHoldsBackWhatFires) {
  World world(retrying(forTargets()));
  world.send(PauseRemedy{"restart", minutes(10), "moving the disk", "alice"});
  send(world, {alert("a"), alert("a2")});
  const auto found = alertStandings(world.snapshot(), world.now());
  ASSERT_EQ(found.size(), 2u);
  EXPECT_TRUE(found[0].heldBack());
  EXPECT_EQ(found[0].word, "paused");
  EXPECT_THAT(found[0].message, HasSubstr("remedy restart for a: paused, another 10m"));
}

TEST(AlertStanding, OfManyTargetsTenAreIssues) {
  World world(retrying(forTargets()));
  std::vector<Alert> alerts;
  for (int i = 0; i < 30; ++i) {
    alerts.push_back(alert("i" + std::to_string(i)));
  }
  send(world, alerts);
  world.runFor(seconds(1));
  std::vector<std::string> told;
  for (const Issue& issue : issues(world.snapshot(), world.now())) {
    if (issue.reason == "alert_firing") {
      told.push_back(issue.message);
    }
  }
  ASSERT_EQ(told.size(), 11u);
  EXPECT_EQ(told.back(), "alerts fire for 20 more targets");
}

TEST(AlertStanding, AlertsThatAreRejectedAreInTheHistoryOnceAnHour) {
  engine::Setup setup = forAlerts();
  setup.remedies[0].alert.arguments = {{"instance", core::LabelPattern("[0-9]+")}};
  World world(setup);
  for (int i = 0; i < 13; ++i) {
    send(world, {alert("a"), alert("b")});
    world.runFor(minutes(5));
  }
  std::vector<HistoryEntry> rejected;
  for (const HistoryEntry& entry : world.history) {
    if (entry.kind == HistoryKind::kAlert) {
      rejected.push_back(entry);
    }
  }
  ASSERT_EQ(rejected.size(), 2u) << "over an hour";
  EXPECT_EQ(rejected[0].event, "rejected");
  EXPECT_EQ(rejected[0].remedy, "restart");
  EXPECT_EQ(rejected[0].actor, "alertmanager");
  EXPECT_EQ(rejected[0].message, "label \"instance\" does not match its pattern");
}

}  // namespace
}  // namespace heald::engine
