// What a reload takes over of a remedy, word by word.
#include <gtest/gtest.h>

#include "support/alerts.h"

namespace heald::engine {
namespace {

using core::CheckStatus;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::oneRemedy;
using test::World;

TEST(ReloadEdges, AViewTellsTheConfigurationOfNow) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].preventive = true;
  World world(setup);
  EXPECT_EQ(world.remedy("restart").check, "service");
  EXPECT_EQ(world.remedy("restart").governor, "main");
  EXPECT_TRUE(world.remedy("restart").preventive);
  EXPECT_FALSE(world.remedy("restart").observe);
  setup.checks[0].name = "another";
  setup.governors[0].name = "second";
  setup.remedies[0].check = "another";
  setup.remedies[0].governor = "second";
  setup.remedies[0].preventive = false;
  setup.healing.observe = true;
  world.reload(setup);
  EXPECT_EQ(world.remedy("restart").check, "another");
  EXPECT_EQ(world.remedy("restart").governor, "second");
  EXPECT_FALSE(world.remedy("restart").preventive);
  EXPECT_TRUE(world.remedy("restart").observe);
  world.setCheck("another", CheckStatus::kCritical);
  world.runFor(minutes(1));
  EXPECT_TRUE(world.starts.empty()) << "it only observes now";
  world.reload(oneRemedy());
  EXPECT_FALSE(world.remedy("restart").observe);
}

TEST(ReloadEdges, WhatOnlyWaitsIsNotKept) {
  engine::Setup setup = oneRemedy();
  setup.governors[0].policy.backoff = {minutes(1), minutes(1)};
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(seconds(12));
  ASSERT_EQ(world.remedy("restart").phase, Phase::kWaiting);
  world.reload(setup);
  EXPECT_EQ(world.remedy("restart").phase, Phase::kIdle);
  EXPECT_EQ(world.remedy("restart").attempt, 0u);
  world.runFor(minutes(1));
  EXPECT_EQ(test::startsInSeconds(world), (std::vector<long>{0, 60})) << "its check has raised";
}

TEST(ReloadEdges, AnAttemptUnderAnotherGovernorDoesNotGoOn) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = test::endsWell(minutes(1));
  world.runFor(seconds(1));
  ASSERT_EQ(world.remedy("restart").phase, Phase::kActing);
  engine::Setup next = oneRemedy();
  next.remedies[0].governor = "second";
  next.governors.push_back({"second", {}});
  world.setCheck("service", CheckStatus::kOk);
  world.reload(next);
  EXPECT_EQ(world.remedy("restart").phase, Phase::kIdle);
  EXPECT_EQ(world.cancelled.size(), 1u);
  world.runFor(minutes(5));
  EXPECT_EQ(world.governor("main").state.totals.failures, 1u);
  EXPECT_TRUE(world.governor("main").state.in_flight.empty());
  EXPECT_EQ(world.governor("second").state.totals.attempts, 0u);
  const RemedyTotals totals = world.remedy("restart").totals;
  EXPECT_EQ(totals.failures[static_cast<std::size_t>(FailureReason::kInterrupted)], 1u);
}

TEST(ReloadEdges, ARemedyThatWasAwayCountsOnFromWhereItWas) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(seconds(1));
  engine::Setup without = oneRemedy();
  without.remedies.clear();
  world.reload(without);
  world.runFor(minutes(1));
  world.reload(oneRemedy());
  EXPECT_EQ(world.remedy("restart").totals.attempts, 1u);
  world.runFor(seconds(1));
  ASSERT_EQ(world.remedy("restart").totals.attempts, 2u);
  world.reload(oneRemedy());
  EXPECT_EQ(world.remedy("restart").totals.attempts, 2u);
  EXPECT_EQ(world.remedy("restart").totals.failures[0], 2u);
}

TEST(ReloadEdges, APreventiveRunIsCountedAsOneWhenItEnds) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].preventive = true;
  World world(setup);
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, "", minutes(1)};
  };
  world.runUntil(minutes(10) + seconds(1));
  ASSERT_EQ(world.remedy("restart").phase, Phase::kActing);
  world.reload(setup);
  world.runFor(minutes(2));
  EXPECT_EQ(world.snapshot().preventive_runs, 1u);
  EXPECT_EQ(world.snapshot().preventive_failures, 1u);
}

TEST(ReloadEdges, TheWindowOfAVerificationEndsWhenItWouldHave) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].verify = {seconds(10), seconds(30)};
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = test::endsWell();
  world.runFor(seconds(5));
  ASSERT_EQ(world.remedy("restart").phase, Phase::kSettling);
  world.reload(setup);
  EXPECT_EQ(world.remedy("restart").phase, Phase::kSettling);
  world.runUntil(seconds(29));
  EXPECT_EQ(world.governor("main").state.totals.failures, 0u);
  world.runUntil(seconds(31));
  EXPECT_EQ(world.governor("main").state.totals.failures, 1u);
  EXPECT_EQ(world.remedy("restart").last_result.rfind("verification: ", 0), 0u);
}

TEST(ReloadEdges, AResultThatWaitsForTheStoreIsTheSameAfterIt) {
  for (const ActionOutcome outcome : {ActionOutcome::kFailed, ActionOutcome::kTimeout}) {
    World world(oneRemedy());
    world.setCheck("service", CheckStatus::kCritical);
    world.remedies["restart"] = [outcome](const StartAction&) {
      return World::Act{outcome, "invalid output", seconds(10)};
    };
    world.runFor(seconds(5));
    world.store_error = "disk full";
    world.runFor(seconds(20));
    ASSERT_EQ(world.remedy("restart").phase, Phase::kReporting);
    world.reload(oneRemedy());
    world.store_error.clear();
    world.runFor(seconds(2));
    const bool timeout = outcome == ActionOutcome::kTimeout;
    const RemedyTotals totals = world.remedy("restart").totals;
    EXPECT_EQ(totals.failures[static_cast<std::size_t>(FailureReason::kTimeout)],
              timeout ? 1u : 0u);
    EXPECT_EQ(totals.failures[static_cast<std::size_t>(FailureReason::kError)], timeout ? 0u : 1u);
    const auto ended =
        std::find_if(world.history.begin(), world.history.end(), [](const HistoryEntry& entry) {
          return entry.kind == HistoryKind::kAttempt && entry.event == "failed";
        });
    ASSERT_NE(ended, world.history.end());
    EXPECT_EQ(ended->message, "exit code 1");
    EXPECT_EQ(ended->output, "invalid output");
  }
}

TEST(ReloadEdges, AnExitCodeThatWaitsForTheStoreIsToldAfterIt) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = test::endsWell(hours(1));
  world.runFor(seconds(1));
  world.store_error = "disk full";
  ActionFinished finished{1, ActionOutcome::kFailed, "exit code 3", ""};
  finished.exit_code = 3;
  world.send(finished);
  ASSERT_EQ(world.remedy("restart").phase, Phase::kReporting);
  world.reload(oneRemedy());
  world.store_error.clear();
  world.runFor(seconds(2));
  const auto ended = std::find_if(world.history.begin(), world.history.end(),
                                  [](const HistoryEntry& e) { return e.event == "failed"; });
  ASSERT_NE(ended, world.history.end());
  const std::pair<std::string, HistoryValue> exit_code{"exitCode", std::int64_t{3}};
  EXPECT_NE(std::find(ended->details.begin(), ended->details.end(), exit_code),
            ended->details.end());
}

TEST(ReloadEdges, APermanentErrorThatWaitsForTheStoreIsStillOne) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, "401 Unauthorized", seconds(10)};
  };
  world.runFor(seconds(5));
  world.store_error = "disk full";
  world.runFor(seconds(20));
  world.reload(oneRemedy());
  world.store_error.clear();
  world.runFor(seconds(2));
  EXPECT_EQ(world.governor("main").state.breaker.state, core::BreakerState::kPermanentOpen);
  EXPECT_TRUE(world.governor("main").state.dormant());
}

TEST(ReloadEdges, AnEpisodeThatWasSetAsideIsTriedAgain) {
  World world(test::forAlerts());
  world.send(EnterDormant{"main", "a test", "somebody"});
  test::send(world, {test::alert("a")});
  world.send(Resume{"main", "a test", "somebody"});
  world.runFor(seconds(1));
  ASSERT_TRUE(world.starts.empty());
  world.reload(test::forAlerts());
  EXPECT_EQ(test::startsFor(world), "a");
}

TEST(ReloadEdges, WhatWasInTheWayIsAskedAnew) {
  engine::Setup setup = oneRemedy();
  setup.governors[0].policy.backoff = {minutes(10), minutes(10)};
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(seconds(12));
  ASSERT_TRUE(world.remedy("restart").last_denied_by);
  world.reload(setup);
  EXPECT_FALSE(world.remedy("restart").last_denied_by);
}

TEST(ReloadEdges, AnAttemptForACheckDoesNotGoOnAsOneForAlerts) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = test::endsWell(minutes(1));
  world.runFor(seconds(1));
  ASSERT_EQ(world.remedy("restart").phase, Phase::kActing);
  world.reload(test::forAlerts());
  EXPECT_EQ(world.remedy("restart").phase, Phase::kIdle);
  EXPECT_EQ(world.cancelled.size(), 1u);
  const RemedyTotals totals = world.remedy("restart").totals;
  EXPECT_EQ(totals.failures[static_cast<std::size_t>(FailureReason::kInterrupted)], 1u);
}

TEST(ReloadEdges, ALookThatIsUnderWayIsTakenAgain) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].verify = {seconds(0), minutes(1)};
  World world(setup);
  world.check_takes = seconds(2);
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = test::endsWell();
  world.runUntil(seconds(5));
  ASSERT_EQ(world.remedy("restart").phase, Phase::kVerifying);
  world.reload(setup);
  EXPECT_EQ(world.remedy("restart").phase, Phase::kSettling);
  world.setCheck("service", CheckStatus::kOk);
  world.runFor(minutes(1));
  EXPECT_EQ(world.remedy("restart").totals.successes, 1u);
}

TEST(ReloadEdges, TheWindowOfAnAlertEndsWhenItWouldHave) {
  World world(test::forAlerts());  // ten minutes
  world.remedies["restart"] = test::endsWell();
  test::send(world, {test::alert("a")});
  world.runUntil(minutes(1));
  ASSERT_EQ(world.remedy("restart").phase, Phase::kVerifying);
  world.reload(test::forAlerts());
  EXPECT_EQ(world.remedy("restart").phase, Phase::kVerifying);
  world.runUntil(minutes(10) - seconds(1));
  EXPECT_EQ(world.governor("main").state.totals.failures, 0u);
  world.runUntil(minutes(10) + seconds(1));
  EXPECT_EQ(world.governor("main").state.totals.failures, 1u);
}

TEST(ReloadEdges, ATargetThatIsGoneLeavesTheFiguresOfItsRemedy) {
  engine::Setup setup = test::forTargets();
  setup.remedies[0].alert.targets = {"a", "b"};
  World world(setup);
  test::send(world, {test::alert("b")});
  world.runFor(seconds(1));
  ASSERT_EQ(world.remedy("restart").totals.attempts, 1u);
  setup.remedies[0].alert.targets = {"a"};
  world.reload(setup);
  EXPECT_EQ(world.remedy("restart").totals.attempts, 1u);
  EXPECT_EQ(world.remedy("restart").detected, 1u);
}

}  // namespace
}  // namespace heald::engine
