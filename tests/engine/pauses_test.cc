#include "engine/pauses.h"

#include <gtest/gtest.h>

#include <algorithm>
#include "core/plain_text.h"
#include "engine/advice.h"
#include "engine/background_tasks.h"
#include "engine/detection.h"
#include "engine/permits.h"
#include "support/alerts.h"
#include "support/setups.h"
#include "support/world.h"

namespace heald::engine {
namespace {

using core::CheckStatus;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using test::manyRemedies;
using test::oneRemedy;
using test::World;

Output pause(World& world, const std::string& remedy, core::Duration lasts,
             const std::string& reason = "moving the disk") {
  return world.send(PauseRemedy{remedy, lasts, reason, "alice"});
}
Output unpause(World& world, const std::string& remedy) {
  return world.send(UnpauseRemedy{remedy, "alice"});
}

std::string refusal(const Output& out) {
  return out.reply->ok() ? "" : out.reply->error().message;
}

std::uint64_t denials(const World& world, const std::string& governor) {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : world.governor(governor).counters.suppressed) sum += count;
  return sum;
}

TEST(Pauses, HoldARemedyBackUntilTheyEndByThemselves) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  const Output out = pause(world, "restart", minutes(10));
  ASSERT_TRUE(out.reply->ok()) << refusal(out);
  world.runUntil(minutes(10) - seconds(1));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_EQ(denials(world, "main"), 0u) << "it stands before the governor, which is not asked";
  EXPECT_GT(world.check_runs.size(), 100u) << "checks go on";
  EXPECT_GT(world.remedy("restart").detected, 100u);
  ASSERT_TRUE(world.remedy("restart").pause);
  EXPECT_EQ(world.remedy("restart").pause->reason, "moving the disk");
  world.runUntil(minutes(10) + seconds(4));
  EXPECT_TRUE(world.starts.size() <= 1u) << "no backlog: the next unhealthy result raises again";
  world.runUntil(minutes(11));
  ASSERT_FALSE(world.starts.empty());
  EXPECT_GE(world.starts.front().at, minutes(10));
  EXPECT_FALSE(world.remedy("restart").pause);
  EXPECT_TRUE(world.noted("a pause is over"));
}

// A remedy of two checks, as the configuration writes it out.
Setup twoChecks() {
  Setup setup = oneRemedy();
  setup.checks.push_back(setup.checks.front());
  setup.checks.back().name = "queue";
  RemedySpec& first = setup.remedies.front();
  RemedySpec second = first;
  first.name = "restart@service";
  second.name = "restart@queue";
  second.check = "queue";
  setup.remedies.push_back(second);
  return setup;
}

TEST(RemedyOfSeveralChecks, IsPausedAndUnpausedByItsOwnName) {
  World world(twoChecks());
  const Output out = pause(world, "restart", minutes(10));
  ASSERT_TRUE(out.reply->ok()) << refusal(out);
  EXPECT_NE((*out.reply)->message.find("restart@queue"), std::string::npos);
  EXPECT_TRUE(world.remedy("restart@service").pause);
  EXPECT_TRUE(world.remedy("restart@queue").pause);
  ASSERT_TRUE(unpause(world, "restart@queue").reply->ok());
  EXPECT_TRUE(unpause(world, "restart").reply->ok()) << "one of the two was still paused";
  EXPECT_FALSE(world.remedy("restart@service").pause);
  EXPECT_NE(refusal(unpause(world, "restart")).find("is not paused; "), std::string::npos);
  EXPECT_NE(refusal(pause(world, "resta", minutes(1))).find("no remedy \"resta\""),
            std::string::npos);
}

TEST(RemedyOfSeveralChecks, IsRunForTheChecksThatAreUnhealthy) {
  World world(twoChecks());
  world.runUntil(minutes(1));
  world.setCheck("service", CheckStatus::kCritical);
  const Output out = world.send(RunRemedyNow{"restart", "alice"});
  ASSERT_TRUE(out.reply->ok()) << refusal(out);
  EXPECT_NE((*out.reply)->message.find("restart@queue"), std::string::npos);
  world.runUntil(minutes(1) + std::chrono::milliseconds(200));
  ASSERT_EQ(world.starts.size(), 1u);
  EXPECT_EQ(world.starts.front().remedy, "restart@service");
}

TEST(Pauses, NeverStopAnAttemptThatRuns) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, "", seconds(30)};
  };
  world.runUntil(seconds(10));
  ASSERT_EQ(world.starts.size(), 1u);
  pause(world, "restart", hours(1));
  EXPECT_EQ(world.remedy("restart").phase, Phase::kActing);
  world.runUntil(minutes(30));
  EXPECT_EQ(world.starts.size(), 1u);
  EXPECT_EQ(world.governor("main").state.totals.failures, 1u) << "it was counted";
  EXPECT_EQ(world.remedy("restart").phase, Phase::kIdle);
}

TEST(Pauses, EndAWaitThatHasBegun) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(16));  // three failures: it waits for the breaker
  ASSERT_EQ(world.remedy("restart").phase, Phase::kWaiting);
  pause(world, "restart", hours(1));
  EXPECT_EQ(world.remedy("restart").phase, Phase::kIdle);
  world.runUntil(minutes(30));
  EXPECT_EQ(world.starts.size(), 3u);
}

TEST(Pauses, EndAtOnceWhenAHumanSaysSo) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  pause(world, "restart", hours(1));
  world.runUntil(minutes(1));
  ASSERT_TRUE(unpause(world, "restart").reply->ok());
  world.runUntil(minutes(2));
  EXPECT_FALSE(world.starts.empty());
  EXPECT_EQ(refusal(unpause(world, "restart")), "remedy \"restart\" is not paused");
}

TEST(Pauses, OfAllHoldEveryRemedyAndEndTogether) {
  World world(manyRemedies(3));
  for (const char* name : {"c0", "c1", "c2"}) world.setCheck(name, CheckStatus::kCritical);
  pause(world, "", hours(1));
  pause(world, "r1", hours(2));
  world.runUntil(minutes(5));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_TRUE(world.snapshot().pause);
  EXPECT_TRUE(world.remedy("r0").paused_with_all);
  EXPECT_FALSE(world.remedy("r1").paused_with_all) << "its own lasts longer";
  EXPECT_NE(refusal(unpause(world, "r0")).find("healdctl unpause --all"), std::string::npos);
  const Output out = unpause(world, "");
  EXPECT_EQ((*out.reply)->message, "no longer paused: all, r1");
  EXPECT_EQ(refusal(unpause(world, "")), "nothing is paused");
}

TEST(Pauses, ThatOverlapHoldUntilTheLaterEnd) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  pause(world, "", minutes(10));
  pause(world, "restart", minutes(5));
  world.runUntil(minutes(9));
  EXPECT_TRUE(world.starts.empty());
  world.runUntil(minutes(11));
  EXPECT_FALSE(world.starts.empty());
}

TEST(Pauses, SurviveARestartAndSleep) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  pause(world, "restart", hours(1));
  world.runUntil(minutes(1));
  world.crash();
  world.runUntil(minutes(59));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_EQ(world.remedy("restart").pause->by, "alice");
  world.runUntil(minutes(61));
  EXPECT_FALSE(world.starts.empty());
  world.crash();
  EXPECT_FALSE(world.remedy("restart").pause) << "forgotten by the store as well";
}

TEST(Pauses, AreRefusedWithoutAReasonOrAnEnd) {
  World world(oneRemedy());
  EXPECT_EQ(refusal(pause(world, "restart", hours(1), "  ")),
            "a reason is needed to pause: say what is being done");
  EXPECT_EQ(refusal(pause(world, "restart", hours(24 * 31))),
            "a pause lasts from 1s to 30d, not 31d");
  EXPECT_EQ(refusal(pause(world, "restart", core::Duration{})),
            "a pause lasts from 1s to 30d, not 0s");
  EXPECT_EQ(refusal(pause(world, "nobody", hours(1))), "no remedy \"nobody\" (there are: restart)");
  EXPECT_EQ(refusal(unpause(world, "nobody")), "no remedy \"nobody\" (there are: restart)");
  EXPECT_FALSE(world.remedy("restart").pause);
}

TEST(Pauses, ThatCannotBeMadeDurableDoNotHold) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.store_error = "disk full";
  EXPECT_NE(refusal(pause(world, "restart", hours(1))), "");
  EXPECT_FALSE(world.remedy("restart").pause);
  EXPECT_FALSE(world.noted("human action: pause"));
}

TEST(Pauses, ThatCannotBeEndedDurablyStillHold) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  pause(world, "restart", hours(1));
  world.store_error = "disk full";
  EXPECT_NE(refusal(unpause(world, "restart")), "");
  EXPECT_TRUE(world.remedy("restart").pause);
}

TEST(Pauses, EndWhileTheStoreIsDownAndAreForgottenLater) {
  World world(oneRemedy());
  pause(world, "restart", minutes(1));
  world.store_error = "disk full";
  world.send(SetFlag{core::Feature::kAutoHealing, true, "x", "y"});
  world.runUntil(minutes(2));
  EXPECT_FALSE(world.remedy("restart").pause);
  world.store_error.clear();
  world.runUntil(minutes(3));
  world.crash();
  EXPECT_FALSE(world.remedy("restart").pause);
}

TEST(Pauses, RefuseAManualRunAndSayHowToEndThem) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  pause(world, "restart", hours(1));
  EXPECT_EQ(refusal(world.send(RunRemedyNow{"restart", "alice"})),
            "remedy \"restart\" is paused for another 1h (moving the disk); to end that: healdctl "
            "unpause restart");
  unpause(world, "restart");
  pause(world, "", hours(1));
  EXPECT_NE(refusal(world.send(RunRemedyNow{"restart", "alice"})).find("healdctl unpause --all"),
            std::string::npos);
}

TEST(Pauses, HoldPreventiveRunsToo) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].preventive = true;
  World world(setup);
  pause(world, "restart", hours(1));
  world.runUntil(minutes(45));
  EXPECT_TRUE(world.starts.empty());
  world.runUntil(minutes(75));
  EXPECT_FALSE(world.starts.empty());
}

TEST(Pauses, AreAnIssueWithTheCommandThatEndsThem) {
  World world(oneRemedy());
  pause(world, "restart", hours(1));
  const Snapshot snapshot = world.snapshot();
  ASSERT_EQ(issues(snapshot, world.now()).size(), 2u);
  EXPECT_EQ(issues(snapshot, world.now())[0].reason, "paused");
  ASSERT_EQ(recommendations(snapshot, world.now()).size(), 1u);
  EXPECT_EQ(recommendations(snapshot, world.now())[0].command, "healdctl unpause restart");
}

TEST(Counters, DetectedAllowedAndExecutedAreThreeCounts) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(hours(1));
  const RemedyView view = world.remedy("restart");
  EXPECT_EQ(view.totals.attempts, 10u);
  EXPECT_EQ(view.allowed, 10u) << "what every guard let through was executed";
  EXPECT_GT(view.detected, 500u) << "every unhealthy result of its check";
}

TEST(Counters, ObserveModeDecidesAndCountsAndDoesNothing) {
  for (const bool everywhere : {true, false}) {
    engine::Setup setup = oneRemedy();
    setup.healing.observe = everywhere;
    setup.remedies[0].observe = !everywhere;
    World world(setup);
    world.setCheck("service", CheckStatus::kCritical);
    world.runUntil(minutes(10));
    const RemedyView view = world.remedy("restart");
    EXPECT_TRUE(world.starts.empty());
    EXPECT_EQ(world.governor("main").state, core::GovernorState{});
    EXPECT_EQ(view.totals, RemedyTotals{});
    EXPECT_GT(view.detected, 100u);
    EXPECT_EQ(view.allowed, view.would_attempt);
    EXPECT_GT(view.allowed, 100u);
    EXPECT_TRUE(world.noted("observe mode: an attempt would start now"));
    world.send(SetFlag{core::Feature::kAutoHealing, false, "x", "y"});
    world.runFor(minutes(1));
    EXPECT_GT(denials(world, "main"), 0u) << "what a guard would refuse is counted as well";
  }
}

core::Now pausesAt(core::Duration now) {
  return {core::BootTime(now), core::WallTime(std::chrono::hours(490'000) + now)};
}

TEST(Pauses, TheShortestAndTheLongestAreTaken) {
  World world(oneRemedy());
  const auto taken = [&](core::Duration lasts) {
    const Output out = world.send(PauseRemedy{"restart", lasts, "work", ""});
    return out.reply && out.reply->ok();
  };
  EXPECT_TRUE(taken(seconds(1)));
  EXPECT_FALSE(taken(seconds(1) - nanoseconds(1)));
  EXPECT_TRUE(taken(Pauses::kLongest));
  EXPECT_FALSE(taken(Pauses::kLongest + nanoseconds(1)));
}

TEST(Pauses, AtItsEndItIsOver) {
  Pauses pauses;
  pauses.load("restart", {core::BootTime(seconds(10)), {}, "work", ""});
  EXPECT_NE(pauses.of("restart", core::BootTime(seconds(10) - nanoseconds(1))), nullptr);
  EXPECT_EQ(pauses.of("restart", core::BootTime(seconds(10))), nullptr);
  EXPECT_EQ(pauses.of("other", core::BootTime{}), nullptr);
  pauses.load("", {core::BootTime(seconds(20)), {}, "all", ""});
  ASSERT_NE(pauses.of("restart", core::BootTime{}), nullptr);
  EXPECT_EQ(pauses.of("restart", core::BootTime{})->reason, "all") << "whichever ends later";
  EXPECT_EQ(pauses.nextEnd(), core::BootTime(seconds(10)));
  pauses.forgetEnded(pausesAt(seconds(10)));
  EXPECT_TRUE(pauses.proposed());
  EXPECT_FALSE(pauses.knows("restart"));
  EXPECT_TRUE(pauses.knows(""));
  pauses.undo({});
  EXPECT_TRUE(pauses.knows("restart"));
  EXPECT_FALSE(pauses.proposed());
}

TEST(Pauses, APauseEndsAtItsMomentAlsoWhenNothingElseIsDue) {
  engine::Setup setup = oneRemedy();
  setup.checks[0].interval = hours(1);
  setup.process_monitoring_interval = hours(1);
  World world(setup);
  world.runFor(seconds(10));
  world.send(PauseRemedy{"restart", seconds(10), "moving", "alice"});
  world.runFor(seconds(10));
  EXPECT_TRUE(world.noted("a pause is over"));
}

}  // namespace
}  // namespace heald::engine
