// Retry now: what starts, what does not, and what the answers say is still in the way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/alerts.h"

namespace heald::engine {
namespace {

using core::CheckStatus;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::alert;
using test::endsWell;
using test::forTargets;
using test::oneRemedy;
using test::send;
using test::startsInSeconds;
using test::World;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string answerOf(const Output& out) {
  return out.reply->ok() ? (*out.reply)->message : out.reply->error().message;
}

// "word: message [command]", one for each.
std::vector<std::string> inTheWay(const Output& out) {
  std::vector<std::string> lines;
  for (const InTheWay& one : (*out.reply)->in_the_way) {
    lines.push_back(one.governor + " " + one.word + ": " + one.message + " [" + one.command + "]");
  }
  return lines;
}

const Retry kRetry{"main", "the port is free", "alice"};

TEST(Retry, WhatWaitsForTheBackoffStartsAtOnce) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(7));  // attempts at 0 s and 5 s; the next at 15 s
  ASSERT_EQ(startsInSeconds(world), (std::vector<long>{0, 5}));
  ASSERT_EQ(world.remedy("restart").phase, Phase::kWaiting);
  const Output out = world.send(kRetry);
  EXPECT_EQ(answerOf(out), "retry now: main");
  world.runUntil(seconds(8));
  EXPECT_EQ(startsInSeconds(world), (std::vector<long>{0, 5, 7}));
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 3) << "the counts stay";
  EXPECT_EQ(world.governor("main").state.breaker.state, core::BreakerState::kOpen);
}

TEST(Retry, WhatWaitsForAnOpenBreakerStartsAtOnceAndHealsOrWaitsAgain) {
  for (const bool heals : {true, false}) {
    World world(oneRemedy());
    world.setCheck("service", CheckStatus::kCritical);
    world.runUntil(seconds(20));
    ASSERT_EQ(world.starts.size(), 3u);
    if (heals) {
      world.remedies["restart"] = [&](const StartAction&) {
        world.setCheck("service", CheckStatus::kOk);
        return World::Act{ActionOutcome::kOk};
      };
    }
    world.send(kRetry);
    world.runUntil(seconds(21));
    ASSERT_EQ(world.starts.size(), 4u);
    const core::GovernorState state = world.governor("main").state;
    EXPECT_EQ(state.breaker.state, heals ? core::BreakerState::kClosed : core::BreakerState::kOpen);
    EXPECT_EQ(state.consecutive_failures, heals ? 0 : 4);
    world.runUntil(seconds(70));
    EXPECT_EQ(world.starts.size(), 4u) << "one trial";
  }
}

TEST(Retry, WhatIsUnhealthyAndDoesNotWaitIsWantedAtOnce) {
  engine::Setup setup = oneRemedy();
  setup.checks[0].interval = hours(1);
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(1));
  ASSERT_EQ(world.starts.size(), 1u);
  world.send(PauseRemedy{"restart", minutes(10), "moving the disk", "alice"});
  world.send(UnpauseRemedy{"restart", "alice"});
  ASSERT_EQ(world.remedy("restart").phase, Phase::kIdle) << "the pause made it forget its wait";
  world.runUntil(seconds(30));
  ASSERT_EQ(world.starts.size(), 1u) << "the next result of the check is an hour away";
  world.send(kRetry);
  world.runUntil(seconds(31));
  EXPECT_EQ(world.starts.size(), 2u);
}

TEST(Retry, AHealthyCheckStartsNothing) {
  World world(oneRemedy());
  world.runUntil(seconds(6));
  EXPECT_TRUE(world.send(kRetry).reply->ok());
  world.runUntil(minutes(1));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_EQ(world.governor("main").state.epoch, 1u);
}

TEST(Retry, AnAlertThatFiresIsTriedAgainAtOnce) {
  engine::Setup setup = forTargets();
  setup.remedies[0].alert.retry = true;
  World world(setup);
  send(world, {alert("a"), alert("b")});
  world.runFor(seconds(20));
  ASSERT_EQ(world.governor("main@a").state.breaker.state, core::BreakerState::kOpen);
  ASSERT_EQ(world.starts.size(), 6u);
  EXPECT_TRUE(world.send(Retry{"main@a", "fixed", "alice"}).reply->ok());
  world.runFor(seconds(1));
  ASSERT_EQ(world.starts.size(), 7u) << "of the target that was named alone";
  EXPECT_EQ(world.starts.back().labels[1].second, "a");
  EXPECT_EQ(answerOf(world.send(Retry{"main", "fixed", "alice"})),
            "retry now: main, main@a, main@b");
  world.runFor(seconds(1));
  EXPECT_EQ(world.starts.size(), 9u) << "the name stands for all its targets";
}

TEST(Retry, AnAlertThatIsToldAgainAfterAResumeIsTriedAgain) {
  engine::Setup setup = forTargets();
  setup.remedies[0].alert.retry = true;
  World world(setup);
  send(world, {alert("a")});
  world.runFor(hours(1));
  ASSERT_TRUE(world.governor("main@a").state.dormant());
  const std::size_t before = world.starts.size();
  world.send(Resume{"main@a", "fixed", "alice"});
  send(world, {alert("a")});
  world.runFor(seconds(1));
  EXPECT_EQ(world.starts.size(), before + 1);
}

TEST(Retry, ADormantGovernorIsRefusedWithTheCommandThatHelps) {
  World world(oneRemedy());
  world.send(EnterDormant{"main", "moving the disk", "alice"});
  const Output out = world.send(kRetry);
  EXPECT_EQ(out.reply->error().code, ErrorCode::kConflict);
  EXPECT_EQ(answerOf(out),
            "governor \"main\" is dormant (moving the disk), and only a resume leaves that: "
            "healdctl resume main --reason \"<what was fixed>\"");
  EXPECT_EQ(answerOf(world.send(Retry{"", "fixed", "alice"})),
            "every governor is dormant: healdctl resume --all --reason TEXT");
  EXPECT_EQ(world.governor("main").counters.retries, 0u);
}

TEST(Retry, ATargetOfADormantGovernorIsRefusedWithItsParentsCommand) {
  World world(forTargets());
  send(world, {alert("a")});
  world.send(EnterDormant{"main", "moving the disk", "alice"});
  ASSERT_TRUE(world.send(Resume{"main@a", "fixed", "alice"}).reply->ok());
  EXPECT_THAT(answerOf(world.send(Retry{"main@a", "fixed", "alice"})),
              HasSubstr("healdctl resume main --reason"));
  ASSERT_TRUE(world.send(Resume{"main", "fixed", "alice"}).reply->ok());
  EXPECT_TRUE(world.send(Retry{"main@a", "fixed", "alice"}).reply->ok());
}

TEST(Retry, OfSeveralTargetsTheDormantOnesAreLeftOut) {
  World world(forTargets());
  send(world, {alert("a"), alert("b")});
  world.send(EnterDormant{"main@a", "moving the disk", "alice"});
  EXPECT_EQ(answerOf(world.send(kRetry)).substr(0, 23), "retry now: main, main@b");
}

TEST(Retry, ABlankReasonAndANameThatIsNotThereAreRefused) {
  World world(oneRemedy());
  EXPECT_EQ(world.send(Retry{"main", " ", "alice"}).reply->error().code, ErrorCode::kInvalid);
  EXPECT_EQ(answerOf(world.send(Retry{"mian", "x", "alice"})),
            "no governor \"mian\" (there are: main)");
}

TEST(Retry, IsInHistoryLogAndMetric) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(7));
  world.send(kRetry);
  const auto entry = std::find_if(world.history.begin(), world.history.end(),
                                  [](const auto& e) { return e.kind == HistoryKind::kHuman; });
  ASSERT_NE(entry, world.history.end());
  EXPECT_EQ(entry->event, "retry");
  EXPECT_EQ(entry->governor, "main");
  EXPECT_EQ(entry->actor, "alice");
  EXPECT_EQ(entry->message, "the port is free");
  EXPECT_TRUE(world.noted("human action: retry now"));
  EXPECT_EQ(world.governor("main").counters.retries, 1u);
}

TEST(Retry, WithoutAStoreNothingIsChangedAndNothingStarts) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(7));
  const core::GovernorState before = world.governor("main").state;
  world.store_error = "disk full";
  EXPECT_EQ(world.send(kRetry).reply->error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(world.governor("main").state, before);
  world.store_error.clear();
  world.runUntil(seconds(14));
  EXPECT_EQ(world.starts.size(), 2u) << "the backoff holds";
}

TEST(Retry, SurvivesACrash) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(100));
  ASSERT_EQ(world.governor("main").state.breaker.state, core::BreakerState::kOpen);
  world.checks["service"] = [] { return CheckStatus::kOk; };
  world.send(kRetry);
  world.crash();
  EXPECT_EQ(
      world.governor("main").next_attempt_at.value_or(core::BootTime::max()) <= world.now().boot,
      true);
  EXPECT_EQ(world.governor("main").state.consecutive_failures, 4);
}

TEST(Retry, WithAnAttemptInFlightTheAnswerSaysSoAndTheNextStartsWhenItHasEnded) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].verify = {seconds(0), seconds(30)};
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = endsWell();
  world.runUntil(seconds(10));
  EXPECT_THAT(inTheWay(world.send(kRetry)),
              ElementsAre("main in_flight: 1 attempt in flight; the next may start when it has "
                          "ended []"));
  world.runUntil(seconds(31));
  EXPECT_EQ(startsInSeconds(world), (std::vector<long>{0, 30})) << "no backoff after it";
}

TEST(Reset, SaysTheBackoffThatIsStillInTheWayAndWhatEndsIt) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(20));
  const Output out = world.send(Reset{"main", false, "alice"});
  EXPECT_THAT(inTheWay(out), ElementsAre("main backoff: backoff for another 15s after 3 "
                                         "consecutive failures [healdctl retry main --reason "
                                         "\"<what was fixed>\"]"));
  EXPECT_EQ(answerOf(out),
            "reset the circuit breaker: main; still in the way: backoff for another 15s after 3 "
            "consecutive failures (healdctl retry main --reason \"<what was fixed>\")");
  world.runUntil(seconds(40));
  EXPECT_EQ(world.starts.size(), 4u) << "it starts when the backoff is over";
}

TEST(Reset, SaysEverythingThatIsInTheWay) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(minutes(50));
  world.send(PauseRemedy{"restart", minutes(10), "moving the disk", "bob"});
  world.send(SetFlag{core::Feature::kAutoHealing, false, "deploying", "bob"});
  EXPECT_THAT(
      inTheWay(world.send(Reset{"main", true, "alice"})),
      ElementsAre("main feature_flag: auto_healing is off by a human [healdctl flag auto_healing "
                  "on --reason \"<why>\"]",
                  "main dormant: governor main is dormant: Exceeded max failures [healdctl resume "
                  "main --reason \"<what was fixed>\"]",
                  "main budget: a budget is used up (10 in 1h, 10 in 1d): asking for another "
                  "attempt makes the governor dormant []",
                  "main paused: remedy restart: it is paused for another 10m by bob: moving the "
                  "disk [healdctl unpause restart]"));
}

TEST(Reset, OfManyTargetsTheAnswerIsBounded) {
  World world(forTargets());
  std::vector<Alert> alerts;
  for (int i = 0; i < 50; ++i) {
    alerts.push_back(alert("i" + std::to_string(i)));
  }
  send(world, alerts);
  world.runFor(seconds(1));
  EXPECT_EQ(inTheWay(world.send(Reset{"main", false, "alice"})).size(), 20u);
}

}  // namespace
}  // namespace heald::engine
