// How an attempt for an alert is verified: by what is told, and by asking Alertmanager.
#include <gtest/gtest.h>

#include "support/alerts.h"

namespace heald::engine {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::alert;
using test::endsWell;
using test::forAlerts;
using test::resolved;
using test::send;
using test::World;

engine::Setup asking() {
  engine::Setup setup = forAlerts();
  setup.alertmanager.asked = true;
  return setup;
}

std::uint64_t failures(const World& world) {
  return world.remedy("restart")
      .totals.failures[static_cast<std::size_t>(FailureReason::kVerification)];
}

// The five ways in which an alert is told with another start.
TEST(AlertVerification, AnotherStartWithoutAResolutionInBetweenIsNoSecondAttempt) {
  World world(forAlerts());
  world.remedies["restart"] = endsWell();
  for (const int start : {100, 200, 50, 300}) {
    send(world, {alert("a", start)});
    world.runFor(minutes(1));
  }
  EXPECT_EQ(world.starts.size(), 1u);
  send(world, {resolved("a", 300)});
  EXPECT_EQ(world.remedy("restart").totals.successes, 1u);
  send(world, {alert("a", 400)});
  EXPECT_EQ(world.starts.size(), 2u);
}

TEST(AlertVerification, ReplicasAreOneAttemptWhereTheirLabelIsIgnored) {
  for (const bool ignored : {true, false}) {
    engine::Setup setup = forAlerts();
    if (ignored) setup.alertmanager.ignore_labels = {"replica"};
    World world(setup);
    world.remedies["restart"] = endsWell();
    for (const char* replica : {"a", "b"}) {
      Alert one = alert("x");
      one.fingerprint = replica;
      one.labels.emplace_back("replica", replica);
      send(world, {one});
      world.runFor(minutes(1));
      one.firing = false;
      if (!ignored) send(world, {one});
    }
    EXPECT_EQ(world.starts.size(), ignored ? 1u : 2u);
  }
}

TEST(AlertVerification, LabelsThatAReloadIgnoresJoinTheirEpisodes) {
  World world(forAlerts());
  world.remedies["restart"] = endsWell(minutes(5));
  std::vector<Alert> replicas = {alert("x"), alert("x")};
  for (std::size_t i = 0; i < 2; ++i) {
    replicas[i].fingerprint = i == 0 ? "a" : "b";
    replicas[i].labels.emplace_back("replica", replicas[i].fingerprint);
  }
  send(world, replicas);
  ASSERT_EQ(world.starts.size(), 1u);
  world.setup.alertmanager.ignore_labels = {"replica"};
  world.reload(world.setup);
  world.runFor(minutes(6));
  EXPECT_EQ(world.starts.size(), 1u) << "the other one is the same alert now";
  EXPECT_EQ(world.remedy("restart").phase, Phase::kVerifying);
  replicas[1].firing = false;
  send(world, {replicas[1]});
  EXPECT_EQ(world.remedy("restart").totals.successes, 1u);
  world.crash();
  world.runFor(hours(1));
  EXPECT_EQ(world.starts.size(), 1u);
}

TEST(AlertVerification, AnotherEpisodeThatBeginsWhileTheActionRunsLeavesTheAttemptItsSuccess) {
  for (const bool crash : {false, true}) {
    World world(forAlerts());
    world.remedies["restart"] = endsWell(minutes(2));
    send(world, {alert("a", 100)});
    world.runFor(minutes(1));
    send(world, {resolved("a", 100)});
    send(world, {alert("a", 200)});
    if (crash) world.crash();
    world.runFor(minutes(1) + seconds(30));
    EXPECT_EQ(world.remedy("restart").totals.successes, 1u) << crash;
    EXPECT_EQ(world.starts.size(), 2u) << "and the new one has its own";
  }
}

TEST(AlertVerification, AnAlertThatIsGoneWithoutAWordIsASuccess) {
  World world(asking());
  world.remedies["restart"] = endsWell();
  world.alertmanager_says = AlertAnswer::kFires;
  send(world, {alert("a")});
  world.runFor(minutes(2) + seconds(30));
  EXPECT_EQ(world.asked.size(), 2u) << "once a minute, of ten";
  EXPECT_EQ(world.asked.at(0).fingerprint, "a-print");
  world.alertmanager_says = AlertAnswer::kGone;
  world.runFor(minutes(1));
  EXPECT_EQ(world.remedy("restart").totals.successes, 1u);
  EXPECT_EQ(world.remedy("restart").firing, 0u);
  EXPECT_TRUE(std::any_of(world.history.begin(), world.history.end(),
                          [](const auto& entry) { return entry.event == "resolved"; }));
  send(world, {alert("a")});
  EXPECT_EQ(world.starts.size(), 1u) << "that was told late";
}

TEST(AlertVerification, OneThatStillFiresAtTheEndHasFailed) {
  World world(asking());
  world.remedies["restart"] = endsWell();
  world.alertmanager_says = AlertAnswer::kFires;
  send(world, {alert("a")});
  world.runFor(minutes(10) + seconds(10));
  EXPECT_EQ(failures(world), 1u);
  EXPECT_EQ(world.asked.size(), 10u);
  EXPECT_NE(world.remedy("restart").last_result.find("the alert still fires 10m"),
            std::string::npos);
}

TEST(AlertVerification, AnAlertmanagerThatDoesNotAnswerSaysNothing) {
  World world(asking());
  world.remedies["restart"] = endsWell();
  send(world, {alert("a")});
  world.runFor(minutes(5));
  EXPECT_EQ(failures(world), 0u);
  send(world, {alert("b")});
  world.runFor(minutes(6));
  EXPECT_EQ(failures(world), 1u);
  EXPECT_NE(world.remedy("restart").last_result.find("could not be asked: connection refused"),
            std::string::npos);
}

TEST(AlertVerification, WhatIsToldWhileItIsAskedCountsAndTheAnswerIsDropped) {
  World world(asking());
  world.remedies["restart"] = endsWell();
  world.alertmanager_says = AlertAnswer::kGone;
  send(world, {alert("a")});
  world.runFor(minutes(1));
  ASSERT_EQ(world.asked.size(), 1u);
  send(world, {resolved("a")});
  EXPECT_EQ(world.remedy("restart").totals.successes, 1u);
  send(world, {alert("b")});
  world.runFor(seconds(30));
  EXPECT_EQ(world.remedy("restart").totals.successes, 1u) << "the answer was not about b";
}

TEST(AlertVerification, AnAttemptThatACrashInterruptedIsAskedFor) {
  for (const AlertAnswer answer : {AlertAnswer::kGone, AlertAnswer::kFires}) {
    World world(asking());
    world.remedies["restart"] = endsWell(minutes(5));
    send(world, {alert("a")});
    world.runFor(minutes(1));
    world.alertmanager_says = answer;
    world.crash();
    world.runFor(seconds(5));
    EXPECT_EQ(world.asked.size(), 1u);
    const bool gone = answer == AlertAnswer::kGone;
    EXPECT_EQ(world.remedy("restart").totals.successes, gone ? 1u : 0u);
    EXPECT_EQ(world.governor("main").state.in_flight.size(), 0u);
    EXPECT_EQ(world.remedy("restart").firing, gone ? 0u : 1u);
  }
}

// It had failed at once.
TEST(AlertVerification, AReloadWhileAnAnswerIsAwaitedLeavesTheAttemptItsTime) {
  World world(asking());
  world.remedies["restart"] = endsWell();
  send(world, {alert("a")});
  world.runFor(minutes(1));
  ASSERT_EQ(world.asked.size(), 1u);
  world.setup.alertmanager.asked = false;
  world.reload(world.setup);
  world.runFor(minutes(8));
  EXPECT_EQ(failures(world), 0u);
  world.runFor(minutes(2));
  EXPECT_EQ(failures(world), 1u);
}

TEST(AlertVerification, AReloadThatTakesTheAddressAwayGoesOnWithoutAsking) {
  World world(asking());
  world.remedies["restart"] = endsWell();
  world.alertmanager_says = AlertAnswer::kFires;
  send(world, {alert("a")});
  world.runFor(minutes(3));
  world.setup.alertmanager.asked = false;
  world.reload(world.setup);
  const std::size_t asked = world.asked.size();
  world.runFor(minutes(8));
  EXPECT_EQ(world.asked.size(), asked);
  EXPECT_EQ(failures(world), 1u);
}

}  // namespace
}  // namespace heald::engine
