// Who waits for another attempt's end gets its turn, and the checks are not run for nothing.
#include <gtest/gtest.h>

#include <set>

#include "support/setups.h"
#include "support/world.h"

namespace heald::engine {
namespace {

using core::CheckStatus;
using core::Guard;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::manyRemedies;
using test::rareChecks;
using test::suppressed;
using test::World;

constexpr int kAtATime = 3;

// Checks that are run once a day, so that nobody is raised a second time.
engine::Setup onceADay(int count) {
  engine::Setup setup = test::manyRemedies(count);
  for (CheckSpec& check : setup.checks) {
    check.interval = hours(24);
  }
  setup.healing.max_concurrent = kAtATime;
  setup.healing.storm_brake.min_checks = 1000;
  return setup;
}

std::string nth(const char* what, int i) {
  return what + std::to_string(i);
}

// Its remedy heals it, in that time.
void breaks(World& world, int i, core::Duration takes = seconds(30)) {
  world.setCheck(nth("c", i), CheckStatus::kCritical);
  world.remedies[nth("r", i)] = [&world, i, takes](const StartAction&) {
    world.setCheck(nth("c", i), CheckStatus::kOk);
    return World::Act{ActionOutcome::kOk, "", takes};
  };
}

std::set<std::string> startedIn(const World& world) {
  std::set<std::string> names;
  for (const World::Start& start : world.starts) {
    names.insert(start.remedy);
  }
  return names;
}

int inPhase(const World& world, Phase phase) {
  int count = 0;
  for (const RemedyView& remedy : world.snapshot().remedies) {
    count += remedy.phase == phase ? 1 : 0;
  }
  return count;
}

int checksRunning(const World& world) {
  int count = 0;
  for (const CheckView& check : world.snapshot().checks) {
    count += check.running ? 1 : 0;
  }
  return count;
}

TEST(Queue, AFreeSlotRunsTheCheckOfAsManyAsItHasRoomFor) {
  World world(onceADay(200));
  world.check_takes = seconds(10);
  for (int i = 0; i < 90; ++i) {
    breaks(world, i);
  }
  for (int t = 0; t < 300; ++t) {
    world.runUntil(seconds(t));
  }
  EXPECT_GE(inPhase(world, Phase::kQueued), 50);
  int most = 0;
  for (int t = 300; t < 3600; ++t) {
    world.runUntil(seconds(t));
    most = std::max(most, checksRunning(world));
  }
  EXPECT_EQ(world.starts.size(), 90u);
  EXPECT_LE(most, 2 * kAtATime) << "before an attempt, and to verify one";
  // Each was found unhealthy, is looked at when it is raised and when its turn comes, and verified.
  EXPECT_LE(world.check_runs.size(), 200u + 3 * 90u);
}

TEST(Queue, WhoRecoversOrIsNotKnownWhenItsTurnComesKeepsNobodyFromTheirs) {
  World world(onceADay(30));
  world.check_takes = seconds(10);
  for (int i = 0; i < 30; ++i) {
    breaks(world, i);
  }
  world.runUntil(seconds(40));
  ASSERT_EQ(inPhase(world, Phase::kQueued), 27);
  std::set<std::string> expected = startedIn(world);
  for (int i = 0; i < 30; ++i) {
    if (world.remedy(nth("r", i)).phase != Phase::kQueued) {
      continue;
    }
    if (i % 3 == 0) {
      expected.insert(nth("r", i));
    } else {
      world.setCheck(nth("c", i), i % 3 == 1 ? CheckStatus::kOk : CheckStatus::kUnknown);
    }
  }
  world.runUntil(hours(1));
  EXPECT_GE(expected.size(), 10u);
  EXPECT_EQ(startedIn(world), expected);
  EXPECT_EQ(inPhase(world, Phase::kIdle), 30);
}

TEST(Queue, WhomAGuardRefusesWhenItsTurnComesKeepsNobodyFromTheirs) {
  World world(onceADay(20));
  world.check_takes = seconds(10);
  for (int i = 0; i < 20; ++i) {
    breaks(world, i);
  }
  // Some of those who are looked at are refused, in different ways.
  std::set<std::string> refused;
  for (int t = 0; t < 180; ++t) {
    world.runUntil(seconds(t));
    for (int i = 0; t >= 60 && refused.size() < 4 && i < 20; ++i) {
      if (world.remedy(nth("r", i)).phase == Phase::kPrechecking &&
          refused.insert(nth("r", i)).second) {
        if (i % 2 == 0) {
          world.send(EnterDormant{nth("r", i), "a test", "somebody"});
        } else {
          world.send(PauseRemedy{nth("r", i), hours(20), "a test", "somebody"});
        }
      }
    }
  }
  world.runUntil(hours(1));
  ASSERT_EQ(refused.size(), 4u);
  EXPECT_EQ(startedIn(world).size(), 16u);
  EXPECT_EQ(inPhase(world, Phase::kIdle), 20);
}

TEST(Queue, WhenAPermitTakesTheSlotWhoIsTurnedAwayComesNext) {
  engine::Setup setup = onceADay(3);
  setup.healing.max_concurrent = 1;
  setup.governors.push_back({"backup", {}});
  World world(setup);
  world.check_takes = seconds(10);
  for (int i = 0; i < 3; ++i) {
    breaks(world, i);
  }
  world.runUntil(seconds(30));
  ASSERT_EQ(world.starts.size(), 1u);
  while (inPhase(world, Phase::kPrechecking) == 0) {
    world.runFor(seconds(1));
    ASSERT_LT(world.time(), minutes(5));
  }
  const bool first = world.remedy("r1").phase == Phase::kPrechecking;
  const Output out = world.send(RequestPermit{"backup", hours(1), "nightly", "cron"});
  ASSERT_TRUE(out.reply->ok() && (*out.reply)->permit);
  world.runFor(minutes(1));
  EXPECT_EQ(inPhase(world, Phase::kQueued), 2);
  world.send(ReportPermit{(*out.reply)->permit->id, true, "", "", "cron"});
  world.runFor(minutes(5));
  ASSERT_EQ(world.starts.size(), 3u);
  EXPECT_EQ(world.starts[1].remedy, first ? "r1" : "r2");
}

TEST(Queue, AfterAFailureOfTheStoreEverybodyStillGetsTheirTurn) {
  engine::Setup setup = onceADay(6);
  setup.healing.max_concurrent = 1;
  World world(setup);
  world.check_takes = seconds(10);
  for (int i = 0; i < 6; ++i) {
    breaks(world, i);
  }
  world.runUntil(seconds(30));
  ASSERT_EQ(world.starts.size(), 1u);
  while (inPhase(world, Phase::kPrechecking) == 0) {
    world.runFor(seconds(1));
    ASSERT_LT(world.time(), minutes(5));
  }
  world.store_error = "disk full";
  world.runFor(minutes(5));
  EXPECT_EQ(world.starts.size(), 1u);
  EXPECT_EQ(inPhase(world, Phase::kQueued), 4);
  world.store_error.clear();
  world.runFor(hours(1));
  EXPECT_EQ(world.starts.size(), 5u);
  // Whose own admission failed is found unhealthy again.
  world.runFor(hours(24));
  EXPECT_EQ(startedIn(world).size(), 6u);
}

TEST(Queue, WhoSharesAGovernorTakesTurnsAndKeepsNobodyElseFromTheirs) {
  engine::Setup setup = onceADay(20);
  for (std::size_t i = 0; i < 10; ++i) {
    setup.remedies[i].governor = "r0";
  }
  for (GovernorSpec& governor : setup.governors) {
    governor.policy.budgets.clear();
  }
  World world(setup);
  world.check_takes = seconds(10);
  for (int i = 0; i < 20; ++i) {
    breaks(world, i);
  }
  world.runUntil(minutes(6));
  EXPECT_EQ(startedIn(world).count("r19"), 1u);
  world.runUntil(hours(1));
  EXPECT_EQ(startedIn(world).size(), 20u);
  EXPECT_EQ(world.starts.size(), 20u);
  EXPECT_LE(world.check_runs.size(), 20u + 20u * 5);
}

TEST(Queue, WhoIsFoundUnhealthyAgainKeepsItsPlace) {
  engine::Setup setup = onceADay(3);
  setup.healing.max_concurrent = 1;
  setup.checks[1].interval = seconds(5);
  World world(setup);
  breaks(world, 0, minutes(1));
  world.runUntil(seconds(1));
  breaks(world, 1);
  world.runUntil(seconds(10));
  ASSERT_EQ(world.remedy("r1").phase, Phase::kQueued);
  breaks(world, 2);
  world.send(RunCheckNow{"c2", ""});
  world.runUntil(seconds(30));
  ASSERT_EQ(world.remedy("r2").phase, Phase::kQueued);
  world.runUntil(minutes(5));
  ASSERT_EQ(world.starts.size(), 3u);
  EXPECT_EQ(world.starts[1].remedy, "r1");
}

TEST(Queue, WhoWaitsForAnotherShowsTheGuardThatHoldsItNow) {
  engine::Setup setup = onceADay(3);
  setup.healing.max_concurrent = 1;
  setup.remedies[1].governor = "r0";
  World world(setup);
  breaks(world, 0, minutes(1));
  world.runUntil(seconds(1));
  breaks(world, 1);
  world.send(RunCheckNow{"c1", ""});
  world.runFor(seconds(1));
  ASSERT_EQ(world.remedy("r1").phase, Phase::kQueued);
  EXPECT_EQ(world.remedy("r1").last_denied_by, core::Guard::kInFlight);
  breaks(world, 2, minutes(5));  // takes the slot of r0, and r1 is still in the way of nothing
  world.send(RunCheckNow{"c2", ""});
  world.send(EnterDormant{"r0", "by hand", "bob"});
  EXPECT_EQ(world.remedy("r1").last_denied_by, core::Guard::kDormant);
}

TEST(Queue, WhoIsHeldBackByATrialGoesOnWhenAHumanResetsTheBreaker) {
  engine::Setup setup = onceADay(2);
  for (RemedySpec& remedy : setup.remedies) {
    remedy.governor = "r0";
  }
  core::GovernorPolicy& policy = setup.governors[0].policy;
  policy.max_in_flight = 2;
  policy.breaker.failure_threshold = 1;
  World world(setup);
  world.setCheck("c0", CheckStatus::kCritical);
  world.remedies["r0"] = [](const StartAction& start) {
    return World::Act{ActionOutcome::kFailed, "", start.attempt == 1 ? seconds(1) : hours(2)};
  };
  world.runUntil(minutes(5));
  ASSERT_EQ(world.governor("r0").state.breaker.state, core::BreakerState::kHalfOpen);
  breaks(world, 1);
  world.send(RunCheckNow{"c1", ""});
  world.runFor(minutes(1));
  ASSERT_EQ(world.remedy("r1").phase, Phase::kQueued);
  world.send(Reset{"r0", false, "somebody"});
  world.runFor(minutes(1));
  EXPECT_EQ(startedIn(world).count("r1"), 1u);
}

TEST(Queue, TheEndOfAnAttemptWhoseRemedyIsGoneMakesRoomAsWell) {
  engine::Setup setup = test::manyRemedies(2);
  setup.healing.max_concurrent = 1;
  setup.checks.clear();
  for (RemedySpec& remedy : setup.remedies) {
    remedy.check.clear();
    remedy.alert.matchers = {{"alertname", remedy.name}};
    remedy.verify = {seconds(0), minutes(10)};
  }
  World world(setup);
  world.remedies["r0"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kOk, "", hours(1)};
  };
  for (const char* name : {"r0", "r1"}) {
    world.send(AlertsReceived{{{name, {}, true, {{"alertname", name}}}}, "alertmanager"});
  }
  ASSERT_EQ(world.remedy("r1").phase, Phase::kQueued);
  setup.remedies.erase(setup.remedies.begin());
  world.reload(setup);
  world.runFor(minutes(1));
  ASSERT_EQ(world.starts.size(), 2u);
  EXPECT_EQ(world.starts[1].remedy, "r1");
}

World::ActScript failsAfter(core::Duration takes) {
  return [takes](const StartAction&) { return World::Act{ActionOutcome::kFailed, "", takes}; };
}

TEST(Queue, WhatMaxConcurrentHoldsBackGoesOnWhenTheOtherAttemptEnds) {
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

TEST(Queue, WhatIsQueuedAndRecoversIsNotStarted) {
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

TEST(Queue, AStopDropsWhatWaitsAndWhatIsQueued) {
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

}  // namespace
}  // namespace heald::engine
