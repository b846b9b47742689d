// Edges at which one word more or less in the engine would do something else.
#include <gtest/gtest.h>

#include "support/setups.h"
#include "support/world.h"

namespace heald::engine {
namespace {

using core::BreakerState;
using core::CheckStatus;
using core::Guard;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::manyRemedies;
using test::oneRemedy;
using test::suppressed;
using test::World;

World::ActScript failsAfter(core::Duration takes) {
  return [takes](const StartAction&) { return World::Act{ActionOutcome::kFailed, "", takes}; };
}

// Two remedies whose checks run every hour: what goes on before that was queued.
engine::Setup rareChecks(int count) {
  engine::Setup setup = manyRemedies(count);
  for (CheckSpec& check : setup.checks) {
    check.interval = hours(1);
  }
  return setup;
}

TEST(Edges, WhatMaxConcurrentHoldsBackGoesOnWhenTheOtherAttemptEnds) {
  engine::Setup setup = rareChecks(2);
  setup.healing.max_concurrent = 1;
  World world(setup);
  world.setCheck("c0", CheckStatus::kCritical);
  world.setCheck("c1", CheckStatus::kCritical);
  world.remedies["r0"] = world.remedies["r1"] = failsAfter(seconds(20));
  world.runUntil(seconds(10));
  ASSERT_EQ(world.starts.size(), 1u);
  EXPECT_EQ(world.remedy("r1").phase, Phase::kQueued);
  EXPECT_EQ(suppressed(world, "r1", Guard::kMaxConcurrent), 1u);
  world.runUntil(seconds(21));
  ASSERT_EQ(world.starts.size(), 2u);
  EXPECT_EQ(world.starts[1].remedy, "r1");
}

TEST(Edges, WhatIsQueuedAndRecoversIsNotStarted) {
  engine::Setup setup = rareChecks(2);
  setup.healing.max_concurrent = 1;
  World world(setup);
  world.setCheck("c0", CheckStatus::kCritical);
  world.setCheck("c1", CheckStatus::kCritical);
  world.remedies["r0"] = world.remedies["r1"] = failsAfter(seconds(20));
  world.runUntil(seconds(10));
  world.setCheck("c1", CheckStatus::kOk);
  world.send(RunCheckNow{"c1", ""});
  world.runUntil(seconds(11));
  EXPECT_EQ(world.remedy("r1").phase, Phase::kIdle);
  world.setCheck("c0", CheckStatus::kOk);
  const std::size_t runs = world.check_runs.size();
  world.runUntil(seconds(21));
  EXPECT_EQ(world.starts.size(), 1u);
  EXPECT_LE(world.check_runs.size(), runs + 1) << "only what looks after r0";
}

TEST(Edges, APreventiveRunThatIsDeniedDoesNotWait) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].preventive = true;
  setup.checks[0].interval = hours(24);
  World world(setup);
  world.runUntil(seconds(1));
  world.remedies["restart"] = failsAfter(seconds(0));
  world.setCheck("service", CheckStatus::kOk);
  world.runUntil(minutes(10) + seconds(1));
  ASSERT_EQ(world.starts.size(), 1u);
  world.send(RunRemedyNow{"restart", ""});
  EXPECT_EQ(world.remedy("restart").phase, Phase::kIdle);
  world.runUntil(minutes(12));
  EXPECT_EQ(world.starts.size(), 1u) << "backoff: a preventive run is forgotten";
  EXPECT_EQ(world.remedy("restart").phase, Phase::kIdle);
  EXPECT_EQ(suppressed(world, "main", Guard::kBackoff), 1u);
}

TEST(Edges, AReloadEndsOnlyRunsThatRun) {
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

TEST(Edges, TheStormBrakeCountsAfterAReloadAsBefore) {
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

TEST(Edges, ACheckThatAHumanAsksForWhileItRunsIsRunAgainAndRaises) {
  engine::Setup setup = rareChecks(1);
  World world(setup);
  world.check_takes = seconds(2);
  world.runUntil(seconds(1));
  ASSERT_TRUE(world.check("c0").running);
  world.send(RunCheckNow{"c0", ""});
  world.runUntil(seconds(2));
  world.setCheck("c0", CheckStatus::kCritical);
  world.runUntil(seconds(3));
  EXPECT_EQ(world.check_runs.size(), 2u) << "the one that ran began before the question";
  world.send(RunCheckNow{"c0", ""});
  world.runUntil(seconds(20));
  EXPECT_FALSE(world.starts.empty());
}

TEST(Edges, AStopDropsWhatWaitsAndWhatIsQueued) {
  engine::Setup setup = manyRemedies(2);
  setup.healing.max_concurrent = 1;
  setup.governors[0].policy.backoff = {minutes(1), minutes(1)};
  World world(setup);
  world.setCheck("c0", CheckStatus::kCritical);
  world.runUntil(seconds(1));
  ASSERT_EQ(world.remedy("r0").phase, Phase::kWaiting);
  world.send(Stop{});
  EXPECT_EQ(world.remedy("r0").phase, Phase::kIdle);
  EXPECT_TRUE(world.snapshot().stopping);
  world.runUntil(minutes(5));
  EXPECT_EQ(world.starts.size(), 1u);

  World queued(setup);
  queued.setCheck("c0", CheckStatus::kCritical);
  queued.setCheck("c1", CheckStatus::kCritical);
  queued.remedies["r0"] = failsAfter(minutes(1));
  queued.runUntil(seconds(10));
  ASSERT_EQ(queued.remedy("r1").phase, Phase::kQueued);
  queued.send(Stop{});
  EXPECT_EQ(queued.remedy("r1").phase, Phase::kIdle);
  EXPECT_EQ(queued.remedy("r0").phase, Phase::kActing) << "what runs is the driver's to end";
  queued.runUntil(minutes(5));
  EXPECT_EQ(queued.starts.size(), 1u);
  EXPECT_EQ(queued.remedy("r0").phase, Phase::kIdle) << "its failure is wanted no more";
}

TEST(Edges, AfterAStopNoCheckIsRunToVerify) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kOk, "", seconds(7)};
  };
  world.runUntil(seconds(1));
  world.send(Stop{});
  const std::size_t runs = world.check_runs.size();
  world.runUntil(minutes(1));
  EXPECT_EQ(world.check_runs.size(), runs);
  EXPECT_EQ(world.remedy("restart").phase, Phase::kSettling) << "the next start verifies it";
  EXPECT_EQ(world.governor("main").state.in_flight.size(), 1u);
}

TEST(Edges, AfterAStopNoRunFollowsTheOneThatIsUnderWay) {
  World world(oneRemedy());
  world.check_takes = seconds(3);
  world.runUntil(seconds(1));
  ASSERT_TRUE(world.check("service").running);
  world.send(RunCheckNow{"service", "somebody"});
  world.send(Stop{});
  world.runUntil(minutes(1));
  EXPECT_FALSE(world.check("service").running);
  EXPECT_EQ(world.check_runs.size(), 1u);
}

std::string refusal(World& world) {
  const Output out = world.send(RunRemedyNow{"restart", ""});
  return out.reply && !out.reply->ok() ? out.reply->error().message : "";
}

TEST(Edges, ARunByHandIsToldTheGuardOutsideThatIsInItsWay) {
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

TEST(Edges, ARemedyThatIsNotPreventiveDoesNotMindThatFlag) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.send(SetFlag{core::Feature::kPreventiveHealing, false, "", ""});
  world.runUntil(seconds(1));
  EXPECT_EQ(world.starts.size(), 1u);
}

TEST(Edges, AStopDropsAnAttemptThatIsAboutToStart) {
  World world(oneRemedy());
  world.check_takes = seconds(2);
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(3));
  ASSERT_EQ(world.remedy("restart").phase, Phase::kPrechecking);
  world.send(Stop{});
  EXPECT_EQ(world.remedy("restart").phase, Phase::kIdle);
  world.runUntil(minutes(1));
  EXPECT_TRUE(world.starts.empty());
}

TEST(Edges, AnInterruptedAttemptIsMatchedByItsOwnWords) {
  engine::Setup setup = oneRemedy();
  setup.governors[0].policy.permanent_open_conditions = {"heald ended while it ran"};
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = failsAfter(hours(1));
  world.runUntil(seconds(1));
  world.crash();
  world.runUntil(seconds(2));
  EXPECT_EQ(world.governor("main").state.breaker.state, BreakerState::kPermanentOpen);
}

TEST(Edges, ARemedyWithArgumentsIsNotRunByHand) {
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

TEST(Edges, APermitRemembersItsEpochAndItsEndIsNoted) {
  World world(oneRemedy());
  world.send(EnterDormant{"main", "maintenance", ""});
  world.send(Resume{"main", "done", ""});
  const Output given = world.send(RequestPermit{"main", seconds(1), "backup", "cron"});
  ASSERT_TRUE(given.reply && given.reply->ok() && (*given.reply)->permit);
  const Permit permit = *(*given.reply)->permit;
  EXPECT_EQ(permit.epoch, 2u);
  EXPECT_EQ(permit.attempt, 1u);
  EXPECT_TRUE(world.noted("permit given"));
  world.send(ReportPermit{permit.id, true, "fine", "", "cron"});
  const auto ended = std::find_if(world.notes.begin(), world.notes.end(),
                                  [](const Note& n) { return n.message == "permit ended"; });
  ASSERT_NE(ended, world.notes.end());
  EXPECT_EQ(ended->level, Note::Level::kInfo);
  const auto has = [&](const char* key, const std::string& value) {
    return std::find(ended->fields.begin(), ended->fields.end(),
                     std::pair<std::string, std::string>(key, value)) != ended->fields.end();
  };
  EXPECT_TRUE(has("governor", "main"));
  EXPECT_TRUE(has("permit", permit.id));
  EXPECT_TRUE(has("result", "ok: fine"));
  EXPECT_TRUE(has("consecutive_failures", "0"));
}

TEST(Edges, APermitThatFailsOrExpiresIsAWarning) {
  World world(oneRemedy());
  world.send(RequestPermit{"main", seconds(1), "", "cron"});
  world.runUntil(seconds(2));
  ASSERT_TRUE(world.noted("permit ended"));
  for (const Note& note : world.notes) {
    EXPECT_EQ(note.level == Note::Level::kWarn, note.message == "permit ended") << note.message;
  }
  EXPECT_EQ(world.governor("main").permits[static_cast<std::size_t>(PermitOutcome::kExpired)], 1u);
  EXPECT_EQ(world.governor("main").permits[static_cast<std::size_t>(PermitOutcome::kFailed)], 0u);
}

TEST(Edges, OnlyAFailureRaisesTheIncidentsCountAndKeepsTheLastSuccess) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].steps = {0, 1, 2};
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(20));
  EXPECT_EQ(world.remedy("restart").incident_failures, 3);
  EXPECT_FALSE(world.remedy("restart").last_success);
  EXPECT_EQ(world.starts[0].step, 0);
  EXPECT_EQ(world.starts[1].step, 1);
  EXPECT_EQ(world.starts[2].step, 2);
}

TEST(Edges, ResultsCountedAsFailuresAreTheCriticalOnesAndWarningsApart) {
  World world(oneRemedy());
  world.runUntil(seconds(1));
  world.setCheck("service", CheckStatus::kCritical);
  world.send(EnterDormant{"", "quiet", ""});
  world.runUntil(seconds(6));
  const std::uint64_t failed = world.check("service").failures;
  EXPECT_EQ(failed, 1u);
  world.setCheck("service", CheckStatus::kWarning);
  world.runUntil(seconds(11));
  EXPECT_EQ(world.check("service").failures, failed);
  EXPECT_EQ(world.check("service").warnings, 1u);
  world.setCheck("service", CheckStatus::kOk);
  world.runUntil(seconds(16));
  EXPECT_EQ(world.check("service").failures, failed);
  EXPECT_EQ(world.check("service").warnings, 1u);
  EXPECT_EQ(world.check("service").executions, 4u);
}

TEST(Edges, AFlagThatAHumanMovedStaysSoAfterARestart) {
  World world(oneRemedy());
  world.send(SetFlag{core::Feature::kAutoHealing, false, "deploying", "alice"});
  world.crash();
  EXPECT_FALSE(world.snapshot().features.enabled(core::Feature::kAutoHealing));
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(minutes(1));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_GT(suppressed(world, "main", Guard::kFeatureFlag), 0u);
}

TEST(Edges, AnAlertThatFiresIsNoHealthOnEndForAGovernorThatAChecksRemedyShares) {
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

TEST(Edges, ACommitThatFailsLeavesTheTotalsOfTheRemedy) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.store_error = "disk full";
  world.runUntil(minutes(1));
  EXPECT_EQ(world.remedy("restart").totals, RemedyTotals{}) << "nothing has started";
  world.store_error.clear();
  world.remedies["restart"] = [&](const StartAction&) {
    world.store_error = "disk full";
    return World::Act{};
  };
  world.runFor(seconds(20));
  const RemedyTotals started{.attempts = 1, .successes = 0, .failures = {}};
  EXPECT_EQ(world.remedy("restart").totals, started) << "its end is not durable yet";
}

}  // namespace
}  // namespace heald::engine
