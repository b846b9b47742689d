#include <gtest/gtest.h>

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

}  // namespace
}  // namespace heald::engine
