#include <gtest/gtest.h>

#include <algorithm>
#include "core/plain_text.h"
#include "engine/background_tasks.h"
#include "engine/detection.h"
#include "engine/pauses.h"
#include "engine/permits.h"
#include "support/alerts.h"
#include "support/setups.h"
#include "support/world.h"

namespace heald::engine {
namespace {

using core::CheckStatus;
using core::Guard;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using test::manyRemedies;
using test::oneRemedy;
using test::startsInSeconds;
using test::suppressed;
using test::World;

World::ActScript succeeds(World& world, const std::string& check) {
  return [&world, check](const StartAction&) {
    world.setCheck(check, CheckStatus::kOk);
    return World::Act{ActionOutcome::kOk};
  };
}

TEST(Healing, AnAlwaysFailingRemedyStartsAtTheDesignsMomentsAndNeverAgain) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(hours(24 * 30));
  EXPECT_EQ(startsInSeconds(world),
            (std::vector<long>{0, 5, 15, 75, 135, 215, 375, 695, 1295, 1895}));
  const GovernorView main = world.governor("main");
  EXPECT_TRUE(main.state.dormant());
  EXPECT_EQ(main.state.breaker.state, core::BreakerState::kPermanentOpen);
}

TEST(Healing, ARemedyWhoseActionEndsWellButHealsNothingStopsAtTheSameMoments) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = [](const StartAction&) { return World::Act{ActionOutcome::kOk}; };
  world.runUntil(hours(24));
  EXPECT_EQ(startsInSeconds(world),
            (std::vector<long>{0, 5, 15, 75, 135, 215, 375, 695, 1295, 1895}));
  EXPECT_EQ(world.remedy("restart")
                .totals.failures[static_cast<std::size_t>(FailureReason::kVerification)],
            10u);
}

TEST(Healing, ARareDetectionDoesNotDelayTheNextAttempt) {
  engine::Setup setup = oneRemedy();
  setup.checks[0].follows_cycle = true;  // every five minutes
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(hours(1));
  EXPECT_EQ(startsInSeconds(world),
            (std::vector<long>{0, 5, 15, 75, 135, 215, 375, 695, 1295, 1895}));
}

TEST(Healing, WhatTheCheckTakesDoesNotDelayTheNextAttempt) {
  World world(oneRemedy());
  world.check_takes = milliseconds(60);
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(400));
  std::vector<long> gaps;
  for (std::size_t i = 1; i < world.starts.size(); ++i) {
    gaps.push_back((world.starts[i].at - world.starts[i - 1].at) / milliseconds(1));
  }
  EXPECT_EQ(gaps, (std::vector<long>{5000, 10'000, 60'000, 60'000, 80'000, 160'000}));
  for (const auto& start : world.starts) {
    const auto checked = [&](const auto& run) {
      return run.first == "service" && run.second <= start.at &&
             start.at - run.second <= milliseconds(160);
    };
    EXPECT_TRUE(std::any_of(world.check_runs.begin(), world.check_runs.end(), checked))
        << "the check was run immediately before";
  }
}

TEST(Healing, ACheckThatRecoversInTheLastMomentOfTheWaitMeansNoAttempt) {
  World world(oneRemedy());
  world.check_takes = milliseconds(60);
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(1));
  ASSERT_EQ(world.starts.size(), 1u);
  world.runUntil(world.starts[0].at + milliseconds(4900));
  world.setCheck("service", CheckStatus::kOk);
  world.runUntil(minutes(5));
  EXPECT_EQ(world.starts.size(), 1u);
}

TEST(Healing, ASuspendInTheLastMomentOfTheWaitMeansThatTheCheckIsRunAgain) {
  World world(oneRemedy());
  world.check_takes = milliseconds(60);
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(1));
  ASSERT_EQ(world.starts.size(), 1u);
  const core::Duration end_of_wait = world.starts[0].at + seconds(5);
  world.runUntil(end_of_wait - milliseconds(61));
  world.check_takes = milliseconds(20);  // so that it has ended 40 ms before the end of the wait
  world.runUntil(end_of_wait - milliseconds(20));
  ASSERT_EQ(world.check_runs.back().second, end_of_wait - milliseconds(60));
  world.setCheck("service", CheckStatus::kOk);
  world.sleepFor(hours(1));
  world.runFor(minutes(5));
  EXPECT_EQ(world.starts.size(), 1u);
}

TEST(Healing, ACheckOfLongAgoStartsNothingAfterAWaitThatAnotherRemedyCaused) {
  engine::Setup setup = test::manyRemedies(2);
  setup.remedies[1].governor = "r0";
  World world(setup);
  world.check_takes = milliseconds(50);
  world.setCheck("c0", CheckStatus::kCritical);
  world.setCheck("c1", CheckStatus::kCritical);
  // One fails first; the other, checked by then, has to wait, and recovers meanwhile.
  world.runUntil(seconds(4));
  ASSERT_EQ(world.starts.size(), 1u);
  const std::string waiting = world.starts[0].remedy == "r0" ? "c1" : "c0";
  int runs = 0;
  world.checks[waiting] = [&] { return ++runs > 0 ? CheckStatus::kOk : CheckStatus::kCritical; };
  world.runUntil(minutes(1));
  for (const auto& start : world.starts) {
    EXPECT_EQ(start.remedy, world.starts[0].remedy);
  }
  EXPECT_GT(runs, 0);
}

TEST(Healing, AParentThatFallsIllDuringTheWaitStopsTheChildsAttempt) {
  engine::Setup setup = test::manyRemedies(2);
  setup.checks[1].depends_on = {"c0"};
  setup.checks[0].interval = seconds(1);
  World world(setup);
  world.setCheck("c1", CheckStatus::kCritical);
  world.runUntil(seconds(4));
  ASSERT_EQ(world.starts.size(), 1u);
  world.setCheck("c0", CheckStatus::kCritical);
  world.runUntil(seconds(60));
  EXPECT_EQ(std::count_if(world.starts.begin(), world.starts.end(),
                          [](const auto& start) { return start.remedy == "r1"; }),
            1);
}

TEST(Healing, ARemedyMayBePreventiveAndAskedForByItsCheckToo) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].preventive = true;
  World world(setup);
  world.remedies["restart"] = succeeds(world, "service");
  world.runUntil(minutes(11));
  EXPECT_EQ(startsInSeconds(world), (std::vector<long>{600})) << "on the preventive clock";
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(seconds(6));
  EXPECT_EQ(world.starts.size(), 2u) << "and when its check is unhealthy";
}

TEST(Healing, WhatWaitsFollowsAHumanActionAtOnce) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(20));
  ASSERT_EQ(world.remedy("restart").phase, Phase::kWaiting);
  ASSERT_TRUE(world.send(Reset{"main", false, "test"}).reply->ok());
  world.runUntil(seconds(36));
  EXPECT_EQ(startsInSeconds(world), (std::vector<long>{0, 5, 15, 35}))
      << "the breaker is closed, the backoff stays";
  ASSERT_TRUE(world.send(EnterDormant{"main", "maintenance", "test"}).reply->ok());
  EXPECT_EQ(world.remedy("restart").phase, Phase::kIdle);
  EXPECT_EQ(world.remedy("restart").last_denied_by, Guard::kDormant);
}

TEST(Healing, ARemedyThatPrintsAPermanentConditionIsTriedOnce) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, "Error: No active API keys found"};
  };
  world.runUntil(hours(24));
  EXPECT_EQ(world.starts.size(), 1u);
  EXPECT_EQ(world.governor("main").state.breaker.state, core::BreakerState::kPermanentOpen);
  EXPECT_EQ(world.governor("main").state.dormancy->triggered_by,
            core::TriggeredBy::kCircuitBreaker);
  EXPECT_EQ(
      world.remedy("restart").totals.failures[static_cast<std::size_t>(FailureReason::kPermanent)],
      1u);
}

TEST(Healing, APermanentConditionCountsAlsoWhereTheActionItselfEndedWell) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kOk, "warning: unauthorized"};
  };
  world.runUntil(hours(1));
  EXPECT_EQ(world.starts.size(), 1u);
}

TEST(Healing, AnAttemptThatHealsIsASuccessAndEndsTheIncident) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = succeeds(world, "service");
  world.runUntil(hours(1));
  EXPECT_EQ(world.starts.size(), 1u);
  EXPECT_EQ(world.remedy("restart").totals.successes, 1u);
  EXPECT_EQ(world.check("service").health, Health::kHealthy);
}

TEST(Healing, ARemedyThatHealsAndRelapsesForEverEndsDormantByItsBudget) {
  World world(oneRemedy());
  bool sick = true;
  world.checks["service"] = [&] { return sick ? CheckStatus::kCritical : CheckStatus::kOk; };
  world.remedies["restart"] = [&](const StartAction&) {
    sick = false;
    return World::Act{ActionOutcome::kOk};
  };
  for (int minute = 1; minute < 60 * 24; ++minute) {
    world.runUntil(minutes(minute));
    sick = true;
  }
  EXPECT_EQ(world.starts.size(), 10u);
  EXPECT_EQ(world.governor("main").state.dormancy->reason, "Budget exhausted: 10 attempts per 1h");
}

TEST(Healing, TheCheckRunsAgainBeforeEveryAttemptAndARecoveredOneMeansNone) {
  World world(oneRemedy());
  int runs = 0;
  world.checks["service"] = [&] { return ++runs == 1 ? CheckStatus::kCritical : CheckStatus::kOk; };
  world.runUntil(minutes(10));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_TRUE(world.noted("attempt skipped"));
}

TEST(Healing, AnUnknownBeforeTheAttemptStartsNothing) {
  World world(oneRemedy());
  int runs = 0;
  world.checks["service"] = [&] {
    return ++runs % 2 == 1 ? CheckStatus::kCritical : CheckStatus::kUnknown;
  };
  world.runUntil(minutes(10));
  EXPECT_TRUE(world.starts.empty());
}

TEST(Healing, ACheckThatRecoversWhileTheRemedyWaitsEndsTheWait) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(20));
  ASSERT_EQ(world.starts.size(), 3u);
  world.setCheck("service", CheckStatus::kOk);
  world.runUntil(hours(1));
  EXPECT_EQ(world.starts.size(), 3u);
  EXPECT_EQ(world.remedy("restart").phase, Phase::kIdle);
}

TEST(Healing, SustainedRecoveryClearsTheCountsAfterResetAfterAndNotBefore) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(20));
  world.setCheck("service", CheckStatus::kOk);
  world.runUntil(seconds(25) + minutes(10) - seconds(1));
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 3);
  world.runUntil(seconds(26) + minutes(10));
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 0);
  EXPECT_EQ(world.governor("main").state.breaker.state, core::BreakerState::kClosed);
}

TEST(Healing, AnUnknownInBetweenStartsTheRecoveryAnew) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(20));
  world.setCheck("service", CheckStatus::kOk);
  world.runUntil(minutes(9));
  world.setCheck("service", CheckStatus::kUnknown);
  world.runFor(seconds(6));
  world.setCheck("service", CheckStatus::kOk);
  world.runFor(minutes(9));
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 3);
  world.runFor(minutes(2));
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 0);
}

TEST(Healing, TimeWithoutDetectionIsNotTimeOfHealth) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(20));
  world.setCheck("service", CheckStatus::kOk);
  world.runUntil(seconds(30));
  world.send(SetFlag{core::Feature::kAutoDetection, false, "test", "test"});
  world.runFor(hours(1));
  world.send(SetFlag{core::Feature::kAutoDetection, true, "test", "test"});
  world.runFor(seconds(6));
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 3);
}

TEST(Healing, VerificationLooksFromAfterUntilWithin) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].verify = {seconds(5), seconds(30)};
  for (const bool in_time : {true, false}) {
    World world(setup);
    world.setCheck("service", CheckStatus::kCritical);
    world.remedies["restart"] = [](const StartAction&) { return World::Act{ActionOutcome::kOk}; };
    world.runUntil(seconds(in_time ? 29 : 31));
    world.setCheck("service", CheckStatus::kOk);
    world.runUntil(seconds(34));
    EXPECT_EQ(world.remedy("restart").totals.successes, in_time ? 1u : 0u);
    EXPECT_EQ(world.remedy("restart")
                  .totals.failures[static_cast<std::size_t>(FailureReason::kVerification)],
              in_time ? 0u : 1u);
  }
}

TEST(Healing, VerificationWaitsForHealthyAfterResultsOnEnd) {
  engine::Setup setup = oneRemedy();
  setup.checks[0].healthy_after = 3;
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = succeeds(world, "service");
  world.runUntil(seconds(2));
  EXPECT_EQ(world.remedy("restart").totals.successes, 1u);
  EXPECT_EQ(world.check("service").health, Health::kHealthy);
}

TEST(Healing, TheStepsEscalateWithTheFailuresOfThisIncident) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].steps = {0, 2, 4};
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(216));
  std::vector<int> steps;
  for (const auto& start : world.starts) {
    steps.push_back(start.step);
  }
  EXPECT_EQ(steps, (std::vector<int>{0, 0, 1, 1, 2, 2}));
}

TEST(Healing, DetectionGoesOnWhileEverythingIsDormant) {
  World world(oneRemedy());
  world.send(EnterDormant{"", "maintenance", "test"});
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(minutes(10));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_GE(world.check_runs.size(), 120u);
  EXPECT_EQ(world.check("service").health, Health::kUnhealthy);
  EXPECT_GE(suppressed(world, "main", Guard::kDormant), 119u);
}

TEST(Healing, ResumeStartsNothingByItselfAndTheNextUnhealthyResultDoes) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(2001));
  ASSERT_EQ(world.starts.size(), 10u);
  ASSERT_TRUE(world.send(Resume{"main", "key rotated", "test"}).reply->ok());
  EXPECT_EQ(world.starts.size(), 10u);
  world.remedies["restart"] = succeeds(world, "service");
  world.runUntil(seconds(2010));
  EXPECT_EQ(world.starts.size(), 11u);
  EXPECT_EQ(world.governor("main").state.breaker.state, core::BreakerState::kClosed);
}

TEST(Healing, AFlagThatIsOffLeavesNoBacklogForWhenItIsOnAgain) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.send(SetFlag{core::Feature::kAutoHealing, false, "test", "test"});
  world.runUntil(seconds(17));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_GE(suppressed(world, "main", Guard::kFeatureFlag), 3u);
  world.send(SetFlag{core::Feature::kAutoHealing, true, "test", "test"});
  EXPECT_TRUE(world.starts.empty());
  world.runUntil(seconds(20));
  EXPECT_EQ(startsInSeconds(world), (std::vector<long>{20})) << "with the next unhealthy result";
}

TEST(Healing, ARunningAttemptFinishesWhenItsFlagGoesOff) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = [&](const StartAction&) {
    return World::Act{ActionOutcome::kOk, "", seconds(3)};
  };
  world.runUntil(seconds(1));
  world.send(SetFlag{core::Feature::kAutoHealing, false, "test", "test"});
  world.setCheck("service", CheckStatus::kOk);
  world.runUntil(seconds(10));
  EXPECT_EQ(world.remedy("restart").totals.successes, 1u);
}

TEST(Healing, OneSharedGovernorLetsOneAttemptRunAndQueuesTheOther) {
  engine::Setup setup = test::manyRemedies(2);
  setup.remedies[1].governor = "r0";
  World world(setup);
  for (const int i : {0, 1}) {
    const std::string n = std::to_string(i);
    world.setCheck("c" + n, CheckStatus::kCritical);
    world.remedies["r" + n] = [&world, n](const StartAction&) {
      world.setCheck("c" + n, CheckStatus::kOk);
      return World::Act{ActionOutcome::kOk, "", seconds(4)};
    };
  }
  world.runUntil(seconds(3));
  EXPECT_EQ(world.starts.size(), 1u);
  EXPECT_EQ(world.snapshot().attempts_in_progress, 1);
  world.runUntil(seconds(5));
  EXPECT_EQ(world.starts.size(), 2u) << "as soon as the first has ended";
}

TEST(Healing, OneUnauthorizedStopsEveryRemedyOfASharedGovernor) {
  engine::Setup setup = test::manyRemedies(2);
  setup.remedies[1].governor = "r0";
  World world(setup);
  world.setCheck("c0", CheckStatus::kCritical);
  world.setCheck("c1", CheckStatus::kCritical);
  world.remedies["r0"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, "401 Unauthorized"};
  };
  world.runUntil(hours(2));
  EXPECT_EQ(world.starts.size(), 1u);
}

TEST(Healing, MaxConcurrentHoldsOverAllGovernors) {
  engine::Setup setup = test::manyRemedies(5);
  setup.healing.max_concurrent = 2;
  setup.healing.storm_brake.max_unhealthy_percent = 100;
  World world(setup);
  int running = 0;
  int most = 0;
  for (int i = 0; i < 5; ++i) {
    const std::string n = std::to_string(i);
    world.setCheck("c" + n, CheckStatus::kCritical);
    world.remedies["r" + n] = [&world, n](const StartAction&) {
      world.setCheck("c" + n, CheckStatus::kOk);
      return World::Act{ActionOutcome::kOk, "", seconds(10)};
    };
  }
  for (int second = 0; second < 60; ++second) {
    world.runUntil(seconds(second));
    running = world.snapshot().attempts_in_progress;
    most = std::max(most, running);
  }
  EXPECT_EQ(most, 2);
  EXPECT_EQ(world.starts.size(), 5u) << "each had its turn";
}

TEST(Healing, TheStormBrakeHoldsWhenMoreThanHalfIsUnhealthy) {
  World world(test::manyRemedies(6));
  for (const int i : {0, 1, 2, 3}) {
    world.setCheck("c" + std::to_string(i), CheckStatus::kCritical);
  }
  world.runUntil(minutes(2));
  const auto early = world.starts.size();
  EXPECT_LE(early, 3u) << "only those that were found before the storm was one";
  EXPECT_TRUE(world.snapshot().storm_brake);
  std::uint64_t braked = 0;
  for (const int i : {0, 1, 2, 3}) {
    braked += suppressed(world, "r" + std::to_string(i), Guard::kStormBrake);
  }
  EXPECT_GT(braked, 0u);
  world.setCheck("c0", CheckStatus::kOk);
  world.runFor(minutes(2));
  EXPECT_FALSE(world.snapshot().storm_brake);
  EXPECT_GT(world.starts.size(), early);
}

TEST(Healing, FewChecksAreNoStorm) {
  World world(test::manyRemedies(3));
  for (const int i : {0, 1, 2}) {
    world.setCheck("c" + std::to_string(i), CheckStatus::kCritical);
  }
  world.runUntil(seconds(30));
  EXPECT_FALSE(world.snapshot().storm_brake);
}

TEST(Healing, NothingStartsUnlessItsCommitSucceeds) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.store_error = "disk full";
  world.runUntil(minutes(1));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_EQ(world.governor("main").state, core::GovernorState{}) << "nothing undurable is visible";
  EXPECT_FALSE(world.snapshot().store_up);
  EXPECT_EQ(world.snapshot().store_error, "disk full");
  EXPECT_GE(suppressed(world, "main", Guard::kStoreUnavailable), 10u);
  world.store_error.clear();
  world.runFor(seconds(10));
  EXPECT_FALSE(world.starts.empty());
}

TEST(Healing, AResultThatCannotBeStoredWaitsForTheStoreAndIsNotLost) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = [&](const StartAction&) {
    world.store_error = "read-only";
    return World::Act{ActionOutcome::kFailed};
  };
  world.runUntil(minutes(1));
  EXPECT_EQ(world.starts.size(), 1u);
  EXPECT_EQ(world.remedy("restart").phase, Phase::kReporting);
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 0);
  EXPECT_EQ(world.governor("main").state.in_flight.size(), 1u);
  world.remedies.clear();
  world.store_error.clear();
  world.runFor(seconds(2));
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 1);
  world.runFor(hours(3));
  EXPECT_EQ(world.starts.size(), 10u);
}

TEST(Healing, AHumanActionThatCannotBeStoredDidNotHappen) {
  World world(oneRemedy());
  world.store_error = "disk full";
  const auto out = world.send(EnterDormant{"main", "maintenance", "test"});
  ASSERT_FALSE(out.reply->ok());
  EXPECT_EQ(out.reply->error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(world.governor("main").state.dormant());
  EXPECT_FALSE(world.send(SetFlag{core::Feature::kAutoHealing, false, "r", "test"}).reply->ok());
  EXPECT_TRUE(world.snapshot().features.enabled(core::Feature::kAutoHealing));
}

TEST(Healing, AnAttemptInterruptedByACrashIsVerifiedAndCountedExactlyOnce) {
  for (const bool healed : {true, false}) {
    World world(oneRemedy());
    world.setCheck("service", CheckStatus::kCritical);
    world.remedies["restart"] = [&](const StartAction&) {
      return World::Act{ActionOutcome::kFailed, "", hours(1)};
    };
    world.runUntil(seconds(1));
    ASSERT_EQ(world.starts.size(), 1u);
    world.setCheck("service", healed ? CheckStatus::kOk : CheckStatus::kCritical);
    world.crash();
    world.runFor(milliseconds(1));
    const GovernorView main = world.governor("main");
    EXPECT_EQ(main.state.totals.attempts, 1u);
    EXPECT_EQ(main.state.totals.successes, healed ? 1u : 0u);
    EXPECT_EQ(main.state.totals.failures, healed ? 0u : 1u);
    EXPECT_EQ(main.state.consecutive_failures, healed ? 0 : 1);
    EXPECT_EQ(world.starts.size(), 1u) << "never silently run again";
    EXPECT_EQ(world.remedy("restart")
                  .totals.failures[static_cast<std::size_t>(FailureReason::kInterrupted)],
              healed ? 0u : 1u);
  }
}

TEST(Healing, ACrashAtEveryMomentOfTheTimelineAddsNoAttempt) {
  for (int second = 0; second < 2000; second += 7) {
    World world(oneRemedy());
    world.setCheck("service", CheckStatus::kCritical);
    world.remedies["restart"] = [&](const StartAction&) {
      return World::Act{ActionOutcome::kFailed, "", seconds(2)};
    };
    world.runUntil(seconds(second));
    world.crash();
    world.runUntil(hours(6));
    EXPECT_EQ(world.starts.size(), 10u) << "crash at " << second << " s";
    EXPECT_EQ(world.governor("main").state.totals.attempts, 10u);
    EXPECT_TRUE(world.governor("main").state.dormant());
  }
}

TEST(Healing, AnAttemptOfARemedyThatIsNotConfiguredAnyMoreIsCountedAsInterrupted) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = [&](const StartAction&) {
    return World::Act{ActionOutcome::kOk, "", hours(1)};
  };
  world.runUntil(seconds(1));
  world.setup.remedies[0].name = "other";
  world.crash();
  world.runFor(milliseconds(1));
  EXPECT_EQ(world.governor("main").state.totals.failures, 1u);
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 1);
}

TEST(Healing, APreventiveRemedyRunsOnItsOwnClockThroughTheSameGates) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].preventive = true;
  setup.remedies[0].check = "";
  World world(setup);
  world.remedies["restart"] = [](const StartAction&) { return World::Act{ActionOutcome::kOk}; };
  world.runUntil(minutes(31));
  EXPECT_EQ(startsInSeconds(world), (std::vector<long>{600, 1200, 1800}));
  world.send(SetFlag{core::Feature::kPreventiveHealing, false, "r", "test"});
  world.runUntil(minutes(61));
  EXPECT_EQ(world.starts.size(), 3u);
  EXPECT_EQ(world.snapshot().preventive_runs, 3u);
}

TEST(Healing, APreventiveRemedyThatAlwaysFailsIsStoppedLikeAnyOther) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].preventive = true;
  setup.remedies[0].check = "";
  World world(setup);
  world.runUntil(hours(24 * 7));
  EXPECT_EQ(world.starts.size(), 10u);
  EXPECT_TRUE(world.governor("main").state.dormant());
}

TEST(Healing, ObserveModeDecidesCountsAndDoesNothing) {
  engine::Setup setup = oneRemedy();
  setup.healing.observe = true;
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(minutes(1));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_GE(world.remedy("restart").would_attempt, 12u);
  EXPECT_EQ(world.commits, 1) << "since when the check is unhealthy, and nothing else";
}

TEST(Healing, AHumanMayRunARemedyAndItStillAsksItsGovernor) {
  World world(oneRemedy());
  EXPECT_EQ(world.send(RunRemedyNow{"nonesuch", "test"}).reply->error().code, ErrorCode::kNotFound);
  world.runUntil(seconds(1));
  ASSERT_TRUE(world.send(RunRemedyNow{"restart", "test"}).reply->ok());
  world.runUntil(seconds(2));
  EXPECT_TRUE(world.starts.empty()) << "its check is healthy";
  world.setCheck("service", CheckStatus::kCritical);
  ASSERT_TRUE(world.send(RunRemedyNow{"restart", "test"}).reply->ok());
  world.runUntil(seconds(3));
  EXPECT_EQ(world.starts.size(), 1u);
  const auto denied = world.send(RunRemedyNow{"restart", "test"});
  ASSERT_FALSE(denied.reply->ok());
  EXPECT_NE(denied.reply->error().message.find("backoff"), std::string::npos);
}

TEST(Healing, TheActionIsToldTheCheckAndItsMessage) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.messages["service"] = "status 503";
  world.runUntil(seconds(1));
  ASSERT_EQ(world.starts.size(), 1u);
  EXPECT_EQ(world.starts[0].reason, "status 503");
  EXPECT_EQ(world.starts[0].attempt, 1u);
}

TEST(Healing, AfterStopNothingStartsAndACancelledActionIsCountedAsInterrupted) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kCancelled, "", seconds(3)};
  };
  world.runUntil(seconds(1));
  world.send(Stop{});
  EXPECT_FALSE(world.snapshot().attempts_in_progress == 0);
  world.runUntil(hours(1));
  EXPECT_EQ(world.starts.size(), 1u);
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 1);
  EXPECT_EQ(world.remedy("restart")
                .totals.failures[static_cast<std::size_t>(FailureReason::kInterrupted)],
            1u);
}

TEST(Healing, HumanActionsNameWhatExists) {
  World world(oneRemedy());
  const auto out = world.send(Resume{"mian", "fixed", "test"});
  ASSERT_FALSE(out.reply->ok());
  EXPECT_EQ(out.reply->error().code, ErrorCode::kNotFound);
  EXPECT_NE(out.reply->error().message.find("main"), std::string::npos);
  EXPECT_EQ(world.send(Resume{"", "fixed", "test"}).reply->error().code, ErrorCode::kConflict);
  EXPECT_EQ(world.send(Resume{"main", " ", "test"}).reply->error().code, ErrorCode::kInvalid);
}

TEST(Healing, TheLooksOfAVerificationAreATenthOfItsWindowApart) {
  const auto looksOf = [](seconds within) {
    engine::Setup setup = oneRemedy();
    setup.checks[0].interval = std::chrono::hours(5);
    setup.remedies[0].verify = {core::Duration{}, within};
    World world(setup);
    world.setCheck("service", CheckStatus::kCritical);
    world.remedies["restart"] = [](const StartAction&) { return World::Act{ActionOutcome::kOk}; };
    world.runUntil(within - std::chrono::milliseconds(1));
    std::vector<core::Duration> looks;
    for (const auto& [name, when] : world.check_runs) {
      looks.push_back(when);
    }
    // The run that raised, the one before the attempt, and the looks.
    return std::vector<core::Duration>(looks.begin() + 2, looks.end());
  };
  const auto ten = looksOf(seconds(10));
  ASSERT_EQ(ten.size(), 10u);
  EXPECT_EQ(ten[1] - ten[0], seconds(1));
  const auto long_window = looksOf(seconds(200));
  ASSERT_EQ(long_window.size(), 40u);
  EXPECT_EQ(long_window[1] - long_window[0], seconds(5)) << "never longer";
}

// Two remedies whose checks run every hour: what goes on before that was queued.

TEST(Healing, APreventiveRunThatIsDeniedDoesNotWait) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].preventive = true;
  setup.checks[0].interval = hours(24);
  World world(setup);
  world.runUntil(seconds(1));
  world.remedies["restart"] = [](const StartAction&) { return World::Act{}; };
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

TEST(Healing, AfterAStopNoCheckIsRunToVerify) {
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

TEST(Healing, AStopDropsAnAttemptThatIsAboutToStart) {
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

TEST(Healing, OnlyAFailureRaisesTheIncidentsCountAndKeepsTheLastSuccess) {
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

TEST(Healing, ACommitThatFailsLeavesTheTotalsOfTheRemedy) {
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

TEST(Healing, WhileTheCheckIsRunOnceMoreTheRemedyIsUnderWay) {
  engine::Setup setup = oneRemedy();
  setup.checks[0].interval = hours(1);
  World world(setup);
  world.check_takes = seconds(2);
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(seconds(3));
  ASSERT_EQ(world.remedy("restart").phase, Phase::kPrechecking);
  const Output out = world.send(RunRemedyNow{"restart", "somebody"});
  ASSERT_FALSE(out.reply->ok());
  EXPECT_EQ(out.reply->error().message, "remedy \"restart\" may not start now: in_flight");
  EXPECT_EQ(test::dropped(world, DropReason::kDuplicate), 1u);
  world.runFor(seconds(2));
  EXPECT_EQ(world.starts.size(), 1u);
  EXPECT_EQ(world.check_runs.size(), 2u);
}

TEST(Healing, APreventiveRunLeavesAWaitWhatItIs) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].preventive = true;
  setup.governors[0].policy.backoff = {minutes(15), minutes(15)};
  World world(setup);
  world.messages["service"] = "no answer";
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(minutes(16));
  ASSERT_EQ(test::startsInSeconds(world), (std::vector<long>{0, 900}));
  EXPECT_EQ(world.snapshot().preventive_runs, 0u);
  EXPECT_EQ(world.snapshot().preventive_failures, 0u);
}

TEST(Healing, APreventiveRunInABackoffIsNotWaitedFor) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].preventive = true;
  setup.remedies[0].check.clear();
  setup.governors[0].policy.backoff = {minutes(15), minutes(15)};
  World world(setup);
  world.runUntil(minutes(26));
  EXPECT_EQ(world.remedy("restart").phase, Phase::kIdle);
  EXPECT_EQ(test::startsInSeconds(world), (std::vector<long>{600})) << "not at 25 minutes";
  world.runUntil(minutes(31));
  EXPECT_EQ(test::startsInSeconds(world), (std::vector<long>{600, 1800}));
}

TEST(Healing, TheCheckIsRunSoEarlyAsItTookTheLastTime) {
  engine::Setup setup = oneRemedy();
  setup.checks[0].interval = hours(1);
  World world(setup);
  world.check_takes = milliseconds(50);
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(seconds(1));
  ASSERT_EQ(world.starts.size(), 1u);
  const core::Duration allowed = world.starts[0].at + seconds(5);
  world.check_takes = milliseconds(20);
  world.runFor(seconds(5));
  ASSERT_EQ(world.check_runs.size(), 3u) << "and not again when the wait is over";
  EXPECT_EQ(world.check_runs[2].second, allowed - milliseconds(50));
  ASSERT_EQ(world.starts.size(), 2u);
  EXPECT_EQ(world.starts[1].at, allowed);
}

TEST(Healing, AFailedVerificationTellsWhatTheCheckSaid) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.messages["service"] = "no answer";
  world.remedies["restart"] = test::endsWell();
  world.runFor(seconds(1));
  EXPECT_EQ(world.remedy("restart").last_result,
            "verification: the check is not healthy again: no answer");
}

// What a command printed, with what steers a terminal and more lines than one.
const char* const kPrinted = "\n  cannot bind \u202eport 4080\x1b[2J  \nsecond line\n";
const char* const kFirstLine = "cannot bind  port 4080 [2J";

TEST(Healing, WhatAFailedActionPrintedFirstIsRememberedAndLogged) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, kPrinted};
  };
  world.runFor(seconds(1));
  EXPECT_EQ(world.remedy("restart").last_output, kFirstLine);
  EXPECT_EQ(world.remedy("restart").last_result.find("cannot bind"), std::string::npos)
      << "that is shown to everybody";
  const auto failed = std::find_if(world.notes.begin(), world.notes.end(), [](const Note& note) {
    return note.message == "attempt failed";
  });
  ASSERT_NE(failed, world.notes.end());
  EXPECT_EQ(failed->fields.back(), (std::pair<std::string, std::string>("output", kFirstLine)));
}

TEST(Healing, WhatAnActionPrintedIsForgottenWhenItIsNotWhatFailed) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, kPrinted};
  };
  world.runFor(seconds(1));
  ASSERT_NE(world.remedy("restart").last_output, "");
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kOk, "done"};
  };
  world.runFor(minutes(2));
  EXPECT_EQ(world.remedy("restart").last_result.rfind("verification: ", 0), 0u);
  EXPECT_EQ(world.remedy("restart").last_output, "");
}

TEST(Healing, WhatWasPrintedIsBounded) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, std::string(64 * 1024, 'x')};
  };
  world.runFor(seconds(1));
  EXPECT_EQ(world.remedy("restart").last_output.size(), core::kMessageBytes);
}

TEST(Healing, AnActionKnowsItsCheckAndItsDurationItsAttempt) {
  World world(test::manyRemedies(2));
  std::vector<std::string> checks;
  world.remedies["r0"] = world.remedies["r1"] = [&](const StartAction& start) {
    checks.push_back(start.check);
    EXPECT_EQ(start.step, 0);
    return World::Act{};
  };
  world.setCheck("c0", CheckStatus::kCritical);
  world.runFor(seconds(1));
  world.setCheck("c1", CheckStatus::kCritical);
  world.send(RunCheckNow{"c1", "somebody"});
  world.runFor(seconds(1));
  EXPECT_EQ(checks, (std::vector<std::string>{"c0", "c1"}));
  const auto longest = world.remedy("r1").duration.exemplar(0);
  ASSERT_TRUE(longest);
  EXPECT_EQ(longest->attempt, 1u) << "of its governor, not of all";
}

// Notes that say why nothing starts, with what they are about.
TEST(Healing, AWaitThatEndsByItselfIsNotedAsNoTrouble) {
  const auto noteOf = [](const World& world, const std::string& message) {
    for (const Note& note : world.notes) {
      if (note.message == message) {
        return note;
      }
    }
    ADD_FAILURE() << "not noted: " << message;
    return Note{Note::Level::kError, "", {}};
  };
  using NotedFields = decltype(Note::fields);
  World checked(oneRemedy());
  checked.setCheck("service", CheckStatus::kCritical);
  checked.runFor(seconds(12));
  ASSERT_EQ(checked.remedy("restart").phase, Phase::kWaiting);
  checked.setCheck("service", CheckStatus::kOk);
  checked.send(RunCheckNow{"service", "alice"});
  checked.runFor(seconds(1));
  const Note healthy = noteOf(checked, "attempt skipped: the check recovered by itself");
  EXPECT_EQ(healthy.level, Note::Level::kInfo);
  EXPECT_EQ(healthy.fields, (NotedFields{{"remedy", "restart"}, {"check", "service"}}));

  engine::Setup setup = test::forAlerts();
  setup.remedies[0].alert.retry = true;
  World heard(setup);
  test::send(heard, {test::alert("a")});
  heard.runFor(seconds(1));
  ASSERT_EQ(heard.remedy("restart").phase, Phase::kWaiting);
  test::send(heard, {test::resolved("a")});
  const Note resolved = noteOf(heard, "attempt skipped: the alert is resolved");
  EXPECT_EQ(resolved.level, Note::Level::kInfo);
  EXPECT_EQ(resolved.fields, (NotedFields{{"remedy", "restart"}, {"governor", "main"}}));

  engine::Setup observing = oneRemedy();
  observing.healing.observe = true;
  World observed(observing);
  observed.setCheck("service", CheckStatus::kCritical);
  observed.runFor(seconds(1));
  const Note would = noteOf(observed, "observe mode: an attempt would start now");
  EXPECT_EQ(would.level, Note::Level::kInfo);
  EXPECT_EQ(would.fields, (NotedFields{{"remedy", "restart"}, {"governor", "main"}}));
}

TEST(Healing, WhatAnExhaustedBudgetForbidsIsNotCountedAsObserved) {
  engine::Setup setup = oneRemedy();
  setup.governors[0].policy.budgets = {{1, hours(1)}};
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(seconds(1));
  ASSERT_EQ(world.starts.size(), 1u);
  setup.healing.observe = true;
  world.reload(setup);
  world.runFor(minutes(5));
  EXPECT_EQ(world.remedy("restart").would_attempt, 0u);
  EXPECT_EQ(world.remedy("restart").last_denied_by, core::Guard::kBudget);
}

}  // namespace
}  // namespace heald::engine
