#include <gtest/gtest.h>

#include "support/alerts.h"
#include "support/setups.h"
#include "support/world.h"

namespace heald::engine {
namespace {

using core::CheckStatus;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::manyRemedies;
using test::oneRemedy;
using test::startsInSeconds;
using test::World;

engine::Setup without(engine::Setup setup, std::size_t index) {
  const auto at = static_cast<std::ptrdiff_t>(index);
  setup.checks.erase(setup.checks.begin() + at);
  setup.remedies.erase(setup.remedies.begin() + at);
  setup.governors.erase(setup.governors.begin() + at);
  return setup;
}

// The action takes so long, and then ends well.
World::ActScript takes(core::Duration duration) {
  return [duration](const StartAction&) { return World::Act{ActionOutcome::kOk, "", duration}; };
}

std::uint64_t failures(const RemedyTotals& totals, FailureReason reason) {
  return totals.failures[static_cast<std::size_t>(reason)];
}

TEST(Reload, OfTheSameConfigurationChangesNoMomentOfAnAttempt) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  for (int i = 0; i < 400; ++i) {
    world.runFor(seconds(5));
    world.reload(oneRemedy());
  }
  world.runUntil(hours(24));
  EXPECT_EQ(startsInSeconds(world),
            (std::vector<long>{0, 5, 15, 75, 135, 215, 375, 695, 1295, 1895}));
  EXPECT_EQ(world.remedy("restart").totals.attempts, 10u);
}

TEST(Reload, KeepsTheStatesOfGovernorsByNameWhenTheirOrderChanges) {
  const engine::Setup two = manyRemedies(2);
  World world(two);
  world.setCheck("c0", CheckStatus::kCritical);
  world.runUntil(seconds(20));
  const GovernorView before = world.governor("r0");
  ASSERT_EQ(before.state.consecutive_failures, 3);
  engine::Setup swapped = two;
  std::swap(swapped.checks[0], swapped.checks[1]);
  std::swap(swapped.remedies[0], swapped.remedies[1]);
  std::swap(swapped.governors[0], swapped.governors[1]);
  world.reload(swapped);
  EXPECT_EQ(world.governor("r0").state, before.state);
  EXPECT_EQ(world.governor("r0").counters.suppressed, before.counters.suppressed);
  EXPECT_EQ(world.snapshot().governors[0].name, "r1");
  EXPECT_EQ(world.snapshot().governors[0].remedies, std::vector<std::string>{"r1"});
  EXPECT_EQ(world.remedy("r0").totals.attempts, 3u);
  world.runUntil(hours(24));
  EXPECT_TRUE(world.governor("r0").state.dormant());
  EXPECT_EQ(world.remedy("r0").totals.attempts, 10u);
  EXPECT_EQ(world.remedy("r1").totals.attempts, 0u);
}

TEST(Reload, AGovernorThatIsGoneIsInNoViewAndIsStillDormantWhenItComesBack) {
  const engine::Setup two = manyRemedies(2);
  World world(two);
  world.send(EnterDormant{"r0", "a test", "somebody"});
  world.reload(without(two, 0));
  EXPECT_EQ(world.snapshot().governors.size(), 1u);
  EXPECT_FALSE(world.send(Resume{"r0", "a test", "somebody"}).reply->ok());
  EXPECT_FALSE(world.send(Resume{"", "everything", "somebody"}).reply->ok());
  world.reload(two);
  EXPECT_TRUE(world.governor("r0").state.dormant());
  world.setCheck("c0", CheckStatus::kCritical);
  world.runFor(hours(1));
  EXPECT_TRUE(world.starts.empty());
}

TEST(Reload, AGovernorThatWasAwayDuringARestartIsStillDormant) {
  const engine::Setup two = manyRemedies(2);
  World world(two);
  world.send(EnterDormant{"r0", "a test", "somebody"});
  world.setup = without(two, 0);
  world.crash();
  EXPECT_EQ(world.snapshot().governors.size(), 1u);
  world.reload(two);
  EXPECT_TRUE(world.governor("r0").state.dormant());
}

TEST(Reload, AnAttemptThatRunsGoesOnAndIsVerified) {
  engine::Setup setup = manyRemedies(2);
  setup.remedies[1].verify = {seconds(1), seconds(30)};
  World world(setup);
  world.setCheck("c1", CheckStatus::kCritical);
  world.remedies["r1"] = takes(minutes(2));
  world.runUntil(seconds(30));
  ASSERT_EQ(world.remedy("r1").phase, Phase::kActing);
  world.reload(without(setup, 0));
  EXPECT_EQ(world.remedy("r1").phase, Phase::kActing);
  EXPECT_TRUE(world.cancelled.empty());
  world.setCheck("c1", CheckStatus::kOk);
  world.runUntil(minutes(3));
  EXPECT_EQ(world.remedy("r1").totals.successes, 1u);
  EXPECT_EQ(world.starts.size(), 1u);
  EXPECT_TRUE(world.governor("r1").state.in_flight.empty());
}

TEST(Reload, AnAttemptInEveryPhaseGoesOnToOneResult) {
  for (int second = 0; second < 40; ++second) {
    engine::Setup setup = oneRemedy();
    setup.remedies[0].verify = {seconds(5), seconds(15)};
    World world(setup);
    world.check_takes = seconds(2);
    world.setCheck("service", CheckStatus::kCritical);
    world.remedies["restart"] = takes(seconds(10));
    world.runUntil(seconds(second));
    world.reload(setup);
    world.runUntil(hours(24));
    const RemedyTotals totals = world.remedy("restart").totals;
    EXPECT_EQ(totals.attempts, 10u) << "reloaded at " << second;
    EXPECT_EQ(failures(totals, FailureReason::kVerification), 10u) << "reloaded at " << second;
    EXPECT_TRUE(world.governor("main").state.dormant());
  }
}

TEST(Reload, AnAttemptOfARemedyThatIsGoneIsEndedAndCountedAsInterrupted) {
  const engine::Setup two = manyRemedies(2);
  World world(two);
  world.setCheck("c0", CheckStatus::kCritical);
  world.remedies["r0"] = takes(minutes(2));
  world.runUntil(seconds(30));
  world.reload(without(two, 0));
  EXPECT_EQ(world.cancelled.size(), 1u);
  EXPECT_EQ(world.snapshot().attempts_in_progress, 0);
  world.reload(two);
  EXPECT_EQ(world.governor("r0").state.consecutive_failures, 1);
  EXPECT_EQ(failures(world.remedy("r0").totals, FailureReason::kInterrupted), 1u);
  world.runUntil(minutes(10));  // the late result of the first action changes nothing
  EXPECT_EQ(world.governor("r0").state.totals.attempts, world.remedy("r0").totals.attempts);
}

TEST(Reload, IsInForceAlsoWhenTheStoreCannotTakeWhatItEnds) {
  const engine::Setup two = manyRemedies(2);
  World world(two);
  world.setCheck("c0", CheckStatus::kCritical);
  world.remedies["r0"] = takes(minutes(2));
  world.runUntil(seconds(30));
  ASSERT_EQ(world.remedy("r0").phase, Phase::kActing);
  world.store_error = "the disk is full";
  const Output out = world.reload(without(two, 0));
  EXPECT_TRUE(out.reply->ok()) << "who gave the order may now use what the configuration has";
  ASSERT_EQ(world.snapshot().checks.size(), 1u);
  EXPECT_FALSE(world.snapshot().store_up);
  world.store_error.clear();
  world.runFor(minutes(1));
  world.crash();
  world.reload(two);
  EXPECT_TRUE(world.governor("r0").state.in_flight.empty());
  EXPECT_EQ(world.governor("r0").state.totals.failures, 1u) << "counted when the store was back";
}

TEST(Reload, ThatTakesOutWhoWasInTheWayLetsAnAlertHaveItsTurn) {
  engine::Setup setup = manyRemedies(2);
  setup.healing.max_concurrent = 1;
  setup.remedies[1].check.clear();
  setup.remedies[1].alert.matchers = {{"alertname", "Down"}};
  World world(setup);
  world.setCheck("c0", CheckStatus::kCritical);
  world.remedies["r0"] = takes(hours(2));
  world.runUntil(seconds(30));
  world.send(AlertsReceived{{{"print", core::WallTime(seconds(1)), true, {{"alertname", "Down"}}}},
                            "alertmanager"});
  ASSERT_EQ(world.remedy("r1").phase, Phase::kQueued);
  setup.remedies.erase(setup.remedies.begin());
  world.reload(setup);
  world.runFor(seconds(1));
  EXPECT_EQ(world.remedy("r1").totals.attempts, 1u);
}

TEST(Reload, ARemedyThatChangesItsGovernorDoesNotTakeItsAttemptAlong) {
  engine::Setup setup = manyRemedies(2);
  World world(setup);
  world.setCheck("c0", CheckStatus::kCritical);
  world.remedies["r0"] = takes(minutes(2));
  world.runUntil(seconds(30));
  setup.remedies[0].governor = "r1";
  world.reload(setup);
  EXPECT_EQ(world.cancelled.size(), 1u);
  EXPECT_EQ(world.governor("r0").state.consecutive_failures, 1);
  EXPECT_EQ(world.governor("r1").state.totals.attempts, 0u);
}

TEST(Reload, ChecksKeepTheirHealthAndCountsAndNewOnesRunSoon) {
  const engine::Setup two = manyRemedies(2);
  World world(without(two, 1));
  world.setCheck("c0", CheckStatus::kCritical);
  world.runUntil(minutes(1));
  const CheckView before = world.check("c0");
  world.reload(two);
  EXPECT_EQ(world.check("c0").health, Health::kUnhealthy);
  EXPECT_EQ(world.check("c0").executions, before.executions);
  EXPECT_EQ(world.check("c1").health, Health::kUnknown);
  world.runFor(seconds(5));
  EXPECT_EQ(world.check("c1").health, Health::kHealthy);
}

TEST(Reload, ACheckOfAnotherKindIsAnotherCheck) {
  engine::Setup setup = oneRemedy();
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(minutes(1));
  setup.checks[0].kind = "tcp";
  world.reload(setup);
  EXPECT_EQ(world.check("service").health, Health::kUnknown);
  EXPECT_EQ(world.snapshot().check_durations.count("exec"), 0u);
}

TEST(Reload, ARunOfACheckThatIsGoneIsEndedAndItsResultIsDropped) {
  const engine::Setup two = manyRemedies(2);
  World world(two);
  world.check_takes = seconds(4);
  world.setCheck("c0", CheckStatus::kCritical);
  world.runUntil(seconds(1));
  world.reload(without(two, 0));
  EXPECT_EQ(world.cancelled_checks.size(), 1u);
  world.runUntil(minutes(1));
  EXPECT_EQ(world.check("c1").health, Health::kHealthy);
  EXPECT_TRUE(world.starts.empty());
}

TEST(Reload, ALowerLimitHoldsFromTheNextFailure) {
  engine::Setup setup = oneRemedy();
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(minutes(3));
  ASSERT_EQ(world.governor("main").state.consecutive_failures, 5);
  setup.governors[0].policy.max_consecutive_failures = 3;
  world.reload(setup);
  world.runUntil(hours(24));
  EXPECT_EQ(world.remedy("restart").totals.attempts, 6u);
  EXPECT_TRUE(world.governor("main").state.dormant());
}

TEST(Reload, FlagsOfTheNewConfigurationHoldAtOnceAndOverridesStay) {
  engine::Setup setup = oneRemedy();
  World world(setup);
  world.send(SetFlag{core::Feature::kPreventiveHealing, false, "a test", "somebody"});
  setup.features.setConfiguration(core::Feature::kAutoHealing, false);
  world.reload(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(hours(1));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_FALSE(world.snapshot().features.enabled(core::Feature::kPreventiveHealing));
  world.reload(oneRemedy());
  world.runFor(minutes(1));
  EXPECT_FALSE(world.starts.empty());
}

TEST(Reload, GivesTheTasksTheirNewPeriodAndKeepsTheirCounts) {
  engine::Setup setup = oneRemedy();
  World world(setup);
  world.runUntil(minutes(16));
  setup.detection.interval = minutes(1);
  setup.task_limit = 3;
  world.reload(setup);
  world.runFor(minutes(10));
  const TaskView detection = world.snapshot().tasks.at(0);
  EXPECT_EQ(detection.period, core::Duration(minutes(1)));
  EXPECT_EQ(detection.executions, 4u + 10u);
  EXPECT_EQ(world.snapshot().tasks.size(), 3u);
  EXPECT_FALSE(world.send(RegisterTask{"one-more", TaskKind::kInterval, minutes(1)}).reply->ok());
}

TEST(Reload, IsRefusedOnceHealdStops) {
  World world(oneRemedy());
  world.send(Stop{});
  EXPECT_FALSE(world.reload(oneRemedy()).reply->ok());
}

TEST(Reload, AViewTellsTheConfigurationOfNow) {
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

TEST(Reload, WhatOnlyWaitsIsNotKept) {
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

TEST(Reload, AnAttemptUnderAnotherGovernorDoesNotGoOn) {
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

TEST(Reload, ARemedyThatWasAwayCountsOnFromWhereItWas) {
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

TEST(Reload, APreventiveRunIsCountedAsOneWhenItEnds) {
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

TEST(Reload, TheWindowOfAVerificationEndsWhenItWouldHave) {
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

TEST(Reload, AResultThatWaitsForTheStoreIsTheSameAfterIt) {
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

TEST(Reload, AnExitCodeThatWaitsForTheStoreIsToldAfterIt) {
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

TEST(Reload, APermanentErrorThatWaitsForTheStoreIsStillOne) {
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

TEST(Reload, AnEpisodeThatWasSetAsideIsTriedAgain) {
  World world(test::forAlerts());
  world.send(EnterDormant{"main", "a test", "somebody"});
  test::send(world, {test::alert("a")});
  world.send(Resume{"main", "a test", "somebody"});
  world.runFor(seconds(1));
  ASSERT_TRUE(world.starts.empty());
  world.reload(test::forAlerts());
  EXPECT_EQ(test::startsFor(world), "a");
}

TEST(Reload, WhatWasInTheWayIsAskedAnew) {
  engine::Setup setup = oneRemedy();
  setup.governors[0].policy.backoff = {minutes(10), minutes(10)};
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(seconds(12));
  ASSERT_TRUE(world.remedy("restart").last_denied_by);
  world.reload(setup);
  EXPECT_FALSE(world.remedy("restart").last_denied_by);
}

TEST(Reload, AnAttemptForACheckDoesNotGoOnAsOneForAlerts) {
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

TEST(Reload, ALookThatIsUnderWayIsTakenAgain) {
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

TEST(Reload, TheWindowOfAnAlertEndsWhenItWouldHave) {
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

TEST(Reload, ATargetThatIsGoneLeavesTheFiguresOfItsRemedy) {
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

TEST(Reload, AReloadEndsOnlyRunsThatRun) {
  World world(manyRemedies(2));
  world.runUntil(seconds(20));
  world.reload(manyRemedies(1));
  EXPECT_TRUE(world.cancelled_checks.empty());
  world.check_takes = seconds(3);
  world.reload(manyRemedies(2));
  world.runFor(seconds(4));
  ASSERT_TRUE(world.check("c1").running || world.check("c0").running ||
              world.check("c1").executions > 0);
}

TEST(Reload, TheStormBrakeCountsAfterAReloadAsBefore) {
  engine::Setup setup = manyRemedies(4);
  World world(setup);
  for (const char* check : {"c0", "c1", "c2"}) {
    world.setCheck(check, CheckStatus::kCritical);
  }
  world.runUntil(seconds(10));
  ASSERT_TRUE(world.snapshot().storm_brake);
  world.reload(setup);
  EXPECT_TRUE(world.snapshot().storm_brake) << "before any check has run again";
  for (const char* check : {"c0", "c1", "c2"}) {
    world.setCheck(check, CheckStatus::kOk);
  }
  world.runUntil(seconds(30));
  EXPECT_FALSE(world.snapshot().storm_brake);
}

}  // namespace
}  // namespace heald::engine
