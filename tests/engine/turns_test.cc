// Phases, times and the queue, alone.
#include "engine/turns.h"

#include <gtest/gtest.h>

#include "engine/detection.h"
#include "engine/episodes.h"

namespace heald::engine {
namespace {

using std::chrono::seconds;

core::BootTime at(int second) {
  return core::BootTime{} + seconds(second);
}

// Three idle remedies under one governor, of which no alert asks for any.
struct Three {
  Three() {
    roster.clear(0);
    for (int i = 0; i < 3; ++i) {
      Remedy remedy;
      remedy.spec.name = "r" + std::to_string(i);
      roster.add(remedy);
    }
  }
  void queueUp(int remedy, int wanted) {
    roster.at(remedy).attempt.wanted_at = at(wanted);
    turns.queueUp(roster.at(remedy), -1);
  }

  HealingPolicy policy;
  Detection detection{DetectionPolicy{}, {}};
  Episodes episodes;
  Governors governors{{GovernorSpec{"main", {}}}};
  Roster roster;
  Slots slots{policy, governors};
  SustainedHealth health{roster, governors, episodes.lines(), detection.checks()};
  Turns turns{roster, slots, health};
};

TEST(Turns, WhoWasWantedLongestAgoIsFirstInTheQueue) {
  Three three;
  three.queueUp(0, 20);
  three.queueUp(1, 10);
  three.queueUp(2, 15);
  EXPECT_EQ(three.turns.queue().all(), (std::vector<int>{1, 2, 0}));
  EXPECT_EQ(three.turns.pending().size(), 3u);
}

TEST(Turns, WhoGoesOnOrGivesUpHasLeftTheQueue) {
  Three three;
  for (int i = 0; i < 3; ++i) three.queueUp(i, i);
  three.turns.claim(three.roster.at(0));
  three.turns.rest(three.roster.at(1));
  EXPECT_EQ(three.turns.queue().all(), std::vector<int>{2});
  EXPECT_EQ(three.roster[0].attempt.phase, Phase::kPrechecking);
  EXPECT_EQ(three.slots.free(), three.policy.max_concurrent - 1) << "a slot is claimed";
  EXPECT_EQ(three.turns.pending(), (std::set<int>{0, 2}));
}

TEST(Turns, ATimeIsReplacedAndGoneWhenThereIsNoAttemptAnyMore) {
  Three three;
  three.turns.happens(three.roster.at(0), AttemptEvent::kWaits);
  three.turns.wakeAt(0, at(10));
  three.turns.wakeAt(0, at(20));
  EXPECT_EQ(three.turns.nextDue(), at(20));
  EXPECT_EQ(three.turns.takeDue(at(19)), std::nullopt);
  three.turns.rest(three.roster.at(0));
  EXPECT_EQ(three.turns.nextDue(), std::nullopt);
}

TEST(Turns, AStopDropsWhatWaitsAndLeavesWhatIsInFlight) {
  Three three;
  three.queueUp(0, 1);
  three.turns.happens(three.roster.at(1), AttemptEvent::kAdmitted);
  three.turns.stop();
  EXPECT_TRUE(three.turns.stopped());
  EXPECT_EQ(three.roster[0].attempt.phase, Phase::kIdle);
  EXPECT_EQ(three.roster[1].attempt.phase, Phase::kActing);
  EXPECT_TRUE(three.turns.queue().empty());
}

TEST(Turns, WhatIsReportedIsKnownUntilItIsDurable) {
  Three three;
  Remedy& remedy = three.roster.at(2);
  three.turns.happens(remedy, AttemptEvent::kAdmitted);
  three.turns.happens(remedy, AttemptEvent::kEnded);
  EXPECT_EQ(three.turns.reporting(), std::set<int>{2});
  EXPECT_EQ(three.slots.acting(), 0);
  three.turns.rest(remedy, AttemptEvent::kReported);
  EXPECT_TRUE(three.turns.reporting().empty());
}

TEST(Turns, NothingIsLeftOfAnAttemptThatIsOver) {
  Three three;
  Remedy& remedy = three.roster.at(0);
  remedy.episode = EpisodeKey{"r0", "f1"};
  remedy.attempt.wanted_at = at(1);
  three.turns.happens(remedy, AttemptEvent::kAdmitted);
  remedy.attempt.number = 7;
  remedy.attempt.step = 1;
  remedy.attempt.error = "no space left";
  remedy.attempt.exit_code = 1;
  remedy.attempt.ceased = true;
  three.turns.happens(remedy, AttemptEvent::kEnded);
  three.turns.rest(remedy, AttemptEvent::kReported);
  EXPECT_EQ(remedy.attempt, Attempt());
  EXPECT_EQ(remedy.episode, (EpisodeKey{"r0", "f1"})) << "what it was wanted for last";
}

TEST(Turns, APermitInTheHandOfWhoRestsIsGivenBack) {
  Three three;
  Remedy& remedy = three.roster.at(0);
  three.turns.ask(remedy);
  remedy.attempt.permit = 5;
  three.turns.rest(remedy);
  EXPECT_EQ(three.turns.takeUnused(), std::vector<std::uint64_t>{5});
  EXPECT_EQ(remedy.attempt, Attempt());
}

TEST(Turns, AnAttemptOfAnotherConfigurationIsTakenAsAWhole) {
  Three three;
  Attempt old;
  old.phase = Phase::kReporting;
  old.number = 7;
  old.text = "exit code 1";
  three.turns.adopt(three.roster.at(1), old);
  EXPECT_EQ(three.roster[1].attempt, old);
  EXPECT_EQ(three.turns.reporting(), std::set<int>{1});
}

TEST(TurnsDeathTest, WhatTheTableDoesNotHaveAborts) {
  Three three;
  EXPECT_DEATH(three.turns.happens(three.roster.at(0), AttemptEvent::kReported), "table");
}

}  // namespace
}  // namespace heald::engine
