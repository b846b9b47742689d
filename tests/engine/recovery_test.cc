// The ends of incidents: recovery, health that lasts, and what a previous process left in flight.
#include <gtest/gtest.h>

#include <algorithm>
#include "core/plain_text.h"
#include "engine/background_tasks.h"
#include "support/alerts.h"
#include "support/setups.h"
#include "support/world.h"

namespace heald::engine {
namespace {

using core::BreakerState;
using core::CheckStatus;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::manyRemedies;
using test::oneRemedy;
using test::World;

// r0 of the check c0 and r1 of c1, under one governor, "both", with two attempts at a time.
engine::Setup oneGovernor() {
  engine::Setup setup = manyRemedies(2);
  setup.governors = {{"both", {}}};
  setup.governors[0].policy.max_in_flight = 2;
  setup.remedies[0].governor = setup.remedies[1].governor = "both";
  return setup;
}

std::uint64_t interrupted(const World& world, const std::string& remedy) {
  return world.remedy(remedy)
      .totals.failures[static_cast<std::size_t>(FailureReason::kInterrupted)];
}

TEST(Recovery, TheNextIncidentBeginsWithTheFirstStep) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].steps = {0, 1};
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(seconds(6));
  ASSERT_EQ(world.starts.size(), 2u);
  EXPECT_EQ(world.starts[1].step, 1);
  world.setCheck("service", CheckStatus::kOk);
  world.runFor(minutes(1));
  EXPECT_EQ(world.remedy("restart").incident_failures, 0);
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(seconds(6));
  ASSERT_GE(world.starts.size(), 3u);
  EXPECT_EQ(world.starts[2].step, 0);
}

TEST(Recovery, WhatStoodInTheWayIsForgottenWithTheIncident) {
  engine::Setup setup = manyRemedies(2);
  setup.checks[1].depends_on = {"c0"};
  setup.governors[0].policy.backoff = {hours(1), hours(1)};
  World world(setup);
  world.setCheck("c0", CheckStatus::kCritical);
  world.setCheck("c1", CheckStatus::kCritical);
  world.runFor(seconds(12));
  ASSERT_EQ(world.remedy("r0").last_denied_by, core::Guard::kBackoff);
  ASSERT_EQ(world.remedy("r1").blocked_by, "c0");
  world.setCheck("c1", CheckStatus::kOk);
  world.runFor(seconds(6));
  EXPECT_EQ(world.remedy("r1").blocked_by, "") << "though c0 is still unhealthy";
  world.setCheck("c0", CheckStatus::kOk);
  world.runFor(seconds(6));
  EXPECT_EQ(world.remedy("r0").last_denied_by, std::nullopt);
  EXPECT_EQ(world.remedy("r0").phase, Phase::kIdle);
  EXPECT_TRUE(world.noted("attempt skipped: the check recovered by itself"));
}

TEST(Recovery, EveryCheckOfAGovernorHasToBeKnownToBeHealthy) {
  World world(oneGovernor());
  world.setCheck("c0", CheckStatus::kCritical);
  world.runFor(seconds(1));
  ASSERT_EQ(world.governor("both").state.consecutive_failures, 1);
  world.setCheck("c0", CheckStatus::kOk);
  world.runFor(minutes(5));
  world.setCheck("c1", CheckStatus::kUnknown);
  world.runFor(minutes(20));
  EXPECT_EQ(world.check("c1").health, Health::kHealthy) << "not knowing changes nothing";
  EXPECT_EQ(world.governor("both").state.consecutive_failures, 1);
  world.setCheck("c1", CheckStatus::kOk);
  world.runFor(minutes(9));
  EXPECT_EQ(world.governor("both").state.consecutive_failures, 1);
  world.runFor(minutes(2));
  EXPECT_EQ(world.governor("both").state.consecutive_failures, 0);
}

TEST(Recovery, EveryRemedyForAlertsOfAGovernorHasToBeQuiet) {
  engine::Setup setup = test::forAlerts();
  setup.remedies.push_back(setup.remedies[0]);
  setup.remedies[1].name = "clean";
  setup.remedies[1].alert.matchers = {{"alertname", "Full"}};
  World world(setup);
  test::send(world, {test::alert("a")});
  world.runFor(minutes(1));
  test::send(world, {test::resolved("a"), test::full("b")});
  world.runFor(minutes(30));
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 2) << "b still fires";
  test::send(world, {test::full("b", false)});
  world.runFor(minutes(11));
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 0);
}

TEST(Recovery, AResultOfAnotherRunIsLateAndDropped) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = test::endsWell(hours(1));
  world.runFor(seconds(1));
  world.send(ActionFinished{99, ActionOutcome::kFailed, "late", ""});
  EXPECT_EQ(world.remedy("restart").phase, Phase::kActing);
  EXPECT_EQ(world.governor("main").state.totals.failures, 0u);
}

TEST(Recovery, AnAttemptThatWasInFlightIsOfTheRemedyThatStartedIt) {
  World world(oneGovernor());
  world.setCheck("c1", CheckStatus::kCritical);
  world.remedies["r1"] = test::endsWell(hours(1));
  world.runFor(seconds(5));
  ASSERT_EQ(world.remedy("r1").phase, Phase::kActing);
  world.crash();
  EXPECT_EQ(world.remedy("r1").attempt, 1u);
  EXPECT_EQ(world.remedy("r0").attempt, 0u);
  world.runFor(seconds(1));
  EXPECT_EQ(interrupted(world, "r1"), 1u);
  EXPECT_EQ(interrupted(world, "r0"), 0u);
}

TEST(Recovery, AnAttemptWhoseRemedyIsGoneEndsAlsoBesideOneThatGoesOn) {
  engine::Setup setup = oneGovernor();
  setup.remedies[1].verify = {hours(1), hours(1)};
  World world(setup);
  world.setCheck("c0", CheckStatus::kCritical);
  world.setCheck("c1", CheckStatus::kCritical);
  world.remedies["r0"] = test::endsWell(hours(1));
  world.remedies["r1"] = test::endsWell(hours(1));
  world.runFor(seconds(4));
  ASSERT_EQ(world.governor("both").state.in_flight.size(), 2u);
  world.setup.remedies.erase(world.setup.remedies.begin());
  world.check_takes = seconds(5);  // r1 is looked at for so long
  world.crash();
  world.runFor(seconds(1));
  ASSERT_EQ(world.governor("both").state.in_flight.size(), 1u);
  EXPECT_EQ(world.governor("both").state.in_flight[0].remedy, "r1");
  EXPECT_EQ(world.governor("both").state.totals.failures, 1u);
}

// One governor, one attempt of heald's own and one permit, and the process ends.
TEST(Recovery, ACrashEndsTheAttemptAndNotThePermitBesideIt) {
  engine::Setup setup = oneRemedy();
  setup.governors[0].policy.max_in_flight = 2;
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = test::endsWell(hours(1));
  world.runFor(seconds(1));
  world.send(RequestPermit{"main", hours(1), "", "somebody"});
  ASSERT_EQ(world.governor("main").state.in_flight.size(), 2u);
  world.crash();
  world.runFor(seconds(2));
  EXPECT_EQ(interrupted(world, "restart"), 1u);
  EXPECT_EQ(world.governor("main").state.totals.failures, 1u);
  ASSERT_EQ(world.governor("main").state.in_flight.size(), 1u);
  EXPECT_EQ(world.governor("main").state.in_flight[0].id, 2u);
  EXPECT_EQ(world.snapshot().permits.size(), 1u);
}

// What a store that was lost is written anew with.
TEST(Recovery, EverythingHasEachRemedyOnceAlsoOneThatWasAway) {
  const core::Now now{core::BootTime(hours(1)), core::WallTime(hours(490'000))};
  engine::Setup without = oneRemedy();
  without.remedies.clear();
  Saved saved;
  saved.remedies.emplace_back("restart", RemedyTotals{3, 0, {}});
  Engine engine(oneRemedy(), saved, now);
  for (const engine::Setup& next : {without, oneRemedy(), oneRemedy()}) {
    engine.step(Reload{std::make_shared<const engine::Setup>(next), "a test"}, now);
    const auto remedies = engine.everything(now).remedies;
    ASSERT_EQ(remedies.size(), 1u);
    EXPECT_EQ(remedies[0].first, "restart");
    EXPECT_EQ(remedies[0].second.attempts, 3u);
  }
}

TEST(Recovery, OfTwoAttemptsInFlightOfOneRemedyBothEnd) {
  const core::Now now{core::BootTime(hours(1)), core::WallTime(hours(490'000))};
  core::GovernorState state;
  state.totals.attempts = 2;
  state.in_flight = {{1, 0, 0, "restart", {}}, {2, 0, 0, "restart", {}}};
  Saved saved;
  saved.governors.emplace_back("main", state);
  Engine engine(oneRemedy(), saved, now);
  const auto commits = [](const Changes&) { return std::string(); };
  std::vector<Action> actions = drive(engine, Tick{}, now, commits).actions;
  for (std::size_t i = 0; i < actions.size(); ++i) {
    if (const auto* check = std::get_if<StartCheck>(&actions[i])) {
      const CheckFinished end{check->check, check->run, CheckStatus::kCritical, "", {}};
      const Output out = drive(engine, end, now, commits);
      actions.insert(actions.end(), out.actions.begin(), out.actions.end());
    }
  }
  const core::GovernorState after = engine.snapshot(now).governors[0].state;
  EXPECT_TRUE(after.in_flight.empty());
  EXPECT_EQ(after.totals.failures, 2u);
}

TEST(Recovery, WhatAStoreThatIsReadableAgainDoesNotKnowIsFresh) {
  const core::Now now{core::BootTime(hours(1)), core::WallTime(hours(490'000))};
  Engine engine(oneRemedy(), std::nullopt, now);
  ASSERT_TRUE(engine.snapshot(now).governors[0].state.dormant());
  engine.restore(Saved{}, now);
  EXPECT_EQ(engine.snapshot(now).governors[0].state, core::GovernorState{});
}

TEST(Recovery, ASuccessThatWaitedForTheStoreAsksForNothing) {
  engine::Setup setup = oneRemedy();
  setup.checks[0].interval = hours(1);
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = [&](const StartAction&) {
    world.store_error = "disk full";
    world.setCheck("service", CheckStatus::kOk);
    return World::Act{ActionOutcome::kOk};
  };
  world.runFor(seconds(1));
  ASSERT_EQ(world.remedy("restart").phase, Phase::kReporting);
  world.setCheck("service", CheckStatus::kCritical);
  world.send(RunCheckNow{"service", ""});
  world.runFor(seconds(1));
  ASSERT_EQ(world.check("service").health, Health::kUnhealthy);
  const std::size_t runs = world.check_runs.size();
  world.store_error.clear();
  world.runFor(seconds(5));
  EXPECT_EQ(world.remedy("restart").totals.successes, 1u);
  EXPECT_EQ(world.check_runs.size(), runs) << "its next unhealthy result does";
}

TEST(Recovery, AnInterruptedAttemptIsMatchedByItsOwnWords) {
  engine::Setup setup = oneRemedy();
  setup.governors[0].policy.permanent_open_conditions = {"heald ended while it ran"};
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, "", hours(1)};
  };
  world.runUntil(seconds(1));
  world.crash();
  world.runUntil(seconds(2));
  EXPECT_EQ(world.governor("main").state.breaker.state, BreakerState::kPermanentOpen);
}

TEST(Recovery, AnAlertThatFiresIsNoHealthOnEndForAGovernorThatAChecksRemedyShares) {
  engine::Setup setup = oneRemedy();
  setup.remedies.push_back(setup.remedies[0]);
  setup.remedies[1].name = "alerted";
  setup.remedies[1].check.clear();
  setup.remedies[1].observe = true;
  setup.remedies[1].alert.matchers = {{"alertname", "Down"}};
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(1));
  ASSERT_EQ(world.governor("main").state.consecutive_failures, 1);
  world.setCheck("service", CheckStatus::kOk);
  const core::WallTime since = world.now().wall;
  const auto tell = [&](bool firing) {
    world.send(AlertsReceived{{Alert{"f1", since, firing, {{"alertname", "Down"}}}}, "am"});
  };
  tell(true);
  world.runUntil(minutes(30));
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 1) << "it still fires";
  tell(false);
  world.runUntil(minutes(45));
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 0);
}

TEST(Recovery, TheAttemptAfterAnInterruptedOneIsAnyOther) {
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

}  // namespace
}  // namespace heald::engine
