// An incident is durable: within it an escalation never goes back, whatever happens to heald.
#include <gtest/gtest.h>

#include "book_views.h"
#include "engine/incidents.h"
#include "support/alerts.h"
#include "support/setups.h"
#include "support/world.h"

namespace heald::engine {
namespace {

using core::CheckStatus;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::alert;
using test::forAlerts;
using test::forTargets;
using test::oneRemedy;
using test::World;

// A ladder: twice the first step, once the second, then the third. Attempts follow fast.
engine::Setup ladder(engine::Setup setup) {
  setup.remedies[0].steps = {0, 2, 3};
  core::GovernorPolicy& policy = setup.governors[0].policy;
  policy.backoff = {seconds(10), seconds(10)};
  policy.breaker.failure_threshold = 9;
  return setup;
}

std::vector<int> stepsOf(const World& world) {
  std::vector<int> steps;
  for (const World::Start& start : world.starts) {
    steps.push_back(start.step);
  }
  return steps;
}

using Steps = std::vector<int>;

void runUntilStarts(World& world, std::size_t count) {
  while (world.starts.size() < count && world.time() < hours(2)) {
    world.runFor(seconds(1));
  }
  ASSERT_EQ(world.starts.size(), count);
}

TEST(Incidents, AfterACrashTheNextAttemptTakesTheStepThatTheIncidentHasReached) {
  World world(ladder(oneRemedy()));
  world.setCheck("service", CheckStatus::kCritical);
  runUntilStarts(world, 4);
  EXPECT_EQ(stepsOf(world), (Steps{0, 0, 1, 2}));
  world.runFor(seconds(1));
  const auto since = world.remedy("restart").incident_since;
  ASSERT_TRUE(since);
  world.crash();
  EXPECT_EQ(world.remedy("restart").incident_failures, 4);
  EXPECT_EQ(world.remedy("restart").incident_step, 3);
  EXPECT_EQ(world.remedy("restart").incident_since, since);
  runUntilStarts(world, 5);
  EXPECT_EQ(world.starts[4].step, 2);
}

TEST(Incidents, AnAttemptThatTheCrashInterruptsCountsAsAFailureOfTheIncident) {
  World world(ladder(oneRemedy()));
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, "", seconds(30)};
  };
  runUntilStarts(world, 2);
  world.crash();
  runUntilStarts(world, 3);
  EXPECT_EQ(world.remedy("restart").incident_failures, 2);
  EXPECT_EQ(world.starts[2].step, 1);
}

TEST(Incidents, IsOverWhenTheCheckIsFoundHealthyAfterTheRestart) {
  World world(ladder(oneRemedy()));
  world.setCheck("service", CheckStatus::kCritical);
  runUntilStarts(world, 4);
  world.runFor(seconds(1));
  world.crash();
  world.setCheck("service", CheckStatus::kOk);
  world.runFor(minutes(1));
  EXPECT_EQ(world.remedy("restart").incident_failures, 0);
  EXPECT_FALSE(world.remedy("restart").incident_since);
  world.setCheck("service", CheckStatus::kCritical);
  runUntilStarts(world, 5);
  EXPECT_EQ(world.starts[4].step, 0);
}

TEST(Incidents, OneThatIsOverDoesNotComeBackWithACrash) {
  World world(ladder(oneRemedy()));
  world.setCheck("service", CheckStatus::kCritical);
  runUntilStarts(world, 4);
  world.setCheck("service", CheckStatus::kOk);
  world.runFor(seconds(5));
  ASSERT_EQ(world.remedy("restart").incident_failures, 0);
  world.runFor(Incidents::kWritten);
  world.setCheck("service", CheckStatus::kCritical);
  world.crash();
  runUntilStarts(world, 5);
  EXPECT_EQ(world.starts[4].step, 0);
}

TEST(Incidents, ACheckThatIsNotKnownAfterTheRestartEndsNone) {
  World world(ladder(oneRemedy()));
  world.setCheck("service", CheckStatus::kCritical);
  runUntilStarts(world, 4);
  world.runFor(seconds(1));
  world.crash();
  world.setCheck("service", CheckStatus::kUnknown);
  world.runFor(minutes(1));
  world.setCheck("service", CheckStatus::kCritical);
  runUntilStarts(world, 5);
  EXPECT_EQ(world.starts[4].step, 2);
}

TEST(Incidents, ACommitThatFailsCountsNoFailureTwiceAndLosesNone) {
  World world(ladder(oneRemedy()));
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, "", seconds(5)};
  };
  runUntilStarts(world, 2);
  world.store_error = "disk full";
  world.runFor(minutes(2));
  EXPECT_EQ(world.remedy("restart").incident_failures, 1) << "the second is not on disk yet";
  world.store_error.clear();
  runUntilStarts(world, 3);
  EXPECT_EQ(world.remedy("restart").incident_failures, 2);
  EXPECT_EQ(world.starts[2].step, 1);
}

TEST(Incidents, AnAdmissionWhoseCommitFailsReachesNoStep) {
  engine::Setup setup = ladder(oneRemedy());
  setup.remedies[0].steps = {0, 1};
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  runUntilStarts(world, 1);
  world.runFor(seconds(1));
  ASSERT_EQ(world.remedy("restart").incident_step, 1);
  world.store_error = "disk full";
  world.runFor(minutes(1));
  EXPECT_EQ(world.remedy("restart").incident_step, 1);
  EXPECT_EQ(world.starts.size(), 1u);
  world.store_error.clear();
  runUntilStarts(world, 2);
  EXPECT_EQ(world.starts[1].step, 1);
}

TEST(Incidents, AReloadWithOtherThresholdsDoesNotBringAStepBack) {
  engine::Setup setup = ladder(oneRemedy());
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  runUntilStarts(world, 3);
  ASSERT_EQ(world.starts[2].step, 1);
  setup.remedies[0].steps = {0, 8, 9};
  world.reload(setup);
  runUntilStarts(world, 4);
  EXPECT_EQ(world.starts[3].step, 1) << "not the first, which three failures would choose now";
  setup.remedies[0].steps = {0};
  world.reload(setup);
  runUntilStarts(world, 5);
  EXPECT_EQ(world.starts[4].step, 0) << "there is no other";
}

TEST(Incidents, OfARemedyThatIsTakenOutOrAsksAnotherCheckIsOver) {
  engine::Setup setup = ladder(test::manyRemedies(2));
  World world(setup);
  world.setCheck("c0", CheckStatus::kCritical);
  world.setCheck("c1", CheckStatus::kOk);
  runUntilStarts(world, 3);
  world.runFor(seconds(1));
  engine::Setup other = setup;
  other.remedies[0].check = "c1";
  world.reload(other);
  EXPECT_EQ(world.remedy("r0").incident_failures, 0);
  world.reload(setup);
  runUntilStarts(world, 4);
  EXPECT_EQ(world.starts[3].step, 0);
}

TEST(Incidents, APreventiveFailureWhileTheCheckIsHealthyIsInNone) {
  engine::Setup setup = ladder(oneRemedy());
  setup.remedies[0].preventive = true;
  setup.remedies[0].steps = {0, 1};
  World world(setup);
  world.setCheck("service", CheckStatus::kOk);
  world.runUntil(minutes(10) + seconds(1));
  ASSERT_EQ(world.starts.size(), 1u);
  EXPECT_EQ(world.remedy("restart").incident_failures, 0);
  world.runFor(seconds(30));
  world.setCheck("service", CheckStatus::kCritical);
  runUntilStarts(world, 2);
  EXPECT_EQ(world.starts[1].step, 0);
}

TEST(Incidents, ARemedyWithoutACheckCountsUntilItSucceedsAlsoOverARestart) {
  engine::Setup setup = ladder(oneRemedy());
  setup.remedies[0].preventive = true;
  setup.remedies[0].check.clear();
  setup.remedies[0].steps = {0, 1};
  bool works = false;
  World world(setup);
  world.remedies["restart"] = [&](const StartAction&) {
    return World::Act{works ? ActionOutcome::kOk : ActionOutcome::kFailed, "", {}};
  };
  runUntilStarts(world, 1);
  world.runFor(seconds(1));
  world.crash();
  works = true;
  runUntilStarts(world, 2);
  EXPECT_EQ(world.starts[1].step, 1);
  world.runFor(seconds(1));
  EXPECT_EQ(world.remedy("restart").incident_failures, 0);
}

engine::Setup alertLadder(engine::Setup setup) {
  setup = ladder(setup);
  setup.remedies[0].alert.retry = true;
  return setup;
}

TEST(Incidents, AnAlertThatIsTriedAgainGoesOnWhereItWasAfterACrash) {
  World world(alertLadder(forAlerts()));
  test::send(world, {alert("a")});
  runUntilStarts(world, 4);
  world.runFor(seconds(1));
  world.crash();
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 4);
  runUntilStarts(world, 5);
  EXPECT_EQ(stepsOf(world), (Steps{0, 0, 1, 2, 2}));
}

TEST(Incidents, EachTargetHasItsOwnAlsoAfterACrash) {
  World world(alertLadder(forTargets()));
  test::send(world, {alert("a")});
  runUntilStarts(world, 3);
  test::send(world, {alert("b")});
  world.runFor(seconds(1));
  world.crash();
  runUntilStarts(world, 8);
  std::map<std::string, Steps> steps;
  for (const World::Start& start : world.starts) {
    steps[start.labels.back().second].push_back(start.step);
  }
  EXPECT_TRUE(std::is_sorted(steps["a"].begin(), steps["a"].end()));
  EXPECT_TRUE(std::is_sorted(steps["b"].begin(), steps["b"].end()));
  EXPECT_EQ(steps["b"].front(), 0);
  EXPECT_EQ(steps["a"].back(), 2);
}

TEST(Incidents, TwoAlertsThatTakeTurnsEscalateEachForItself) {
  World world(alertLadder(forAlerts()));
  test::send(world, {alert("a"), alert("b")});
  runUntilStarts(world, 8);
  std::map<std::string, Steps> steps;
  for (const World::Start& start : world.starts) {
    steps[start.labels.back().second].push_back(start.step);
  }
  EXPECT_EQ(steps["a"], (Steps{0, 0, 1, 2}));
  EXPECT_EQ(steps["b"], (Steps{0, 0, 1, 2}));
}

TEST(Incidents, AnAlertThatIsTriedAgainIsHeardOfAfterItsGovernorWasResumed) {
  World world(alertLadder(forAlerts()));
  test::send(world, {alert("a")});
  runUntilStarts(world, 10);
  world.runFor(minutes(1));
  ASSERT_TRUE(world.governor("main").state.dormant());
  world.send(Resume{"main", "fixed", "alice"});
  test::send(world, {alert("a")});  // as Alertmanager does from time to time
  runUntilStarts(world, 11);
  EXPECT_EQ(world.starts[10].step, 2);
}

TEST(Incidents, AnAlertWithoutRetryHasOneAttemptAlsoOverARestart) {
  World world(ladder(forAlerts()));
  test::send(world, {alert("a")});
  world.runFor(minutes(1));
  world.crash();
  test::send(world, {alert("a")});
  world.runFor(hours(1));
  EXPECT_EQ(world.starts.size(), 1u);
}

TEST(IncidentsRecord, WhatWasSeenStaysWhenACommitFailsAndIsStillToBeWritten) {
  Incidents incidents;
  incidents.started("r", {"c", {}, 0, 0}, 1);
  incidents.keep({});
  incidents.failed("r", {"c", {}, 0, 0});
  incidents.over("r", core::BootTime(seconds(5)));
  EXPECT_EQ(incidents.due(), core::BootTime(seconds(6)));
  incidents.undo({});
  EXPECT_EQ(incidents.find("r"), nullptr);
  ASSERT_EQ(rowsOf(incidents).incidents.size(), 1u);
  EXPECT_FALSE(rowsOf(incidents).incidents[0].second);
  incidents.keep({});
  EXPECT_TRUE(rowsOf(incidents).incidents.empty());
  EXPECT_FALSE(incidents.due());
}

TEST(IncidentsRecord, AProposalThatIsUndoneLeavesItAsItWas) {
  Incidents incidents;
  incidents.started("r", {"c", {}, 0, 0}, 2);
  incidents.undo({});
  EXPECT_EQ(incidents.find("r"), nullptr);
  incidents.started("r", {"c", {}, 0, 0}, 2);
  incidents.keep({});
  incidents.failed("r", {"d", {}, 7, 7});
  EXPECT_EQ(incidents.find("r")->failures, 1);
  EXPECT_EQ(incidents.find("r")->check, "c") << "it goes on as it began";
  incidents.undo({});
  EXPECT_EQ(incidents.find("r")->failures, 0);
  EXPECT_EQ(incidents.find("r")->step, 2);
}

}  // namespace
}  // namespace heald::engine
