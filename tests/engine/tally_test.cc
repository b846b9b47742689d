// What is counted for ever: how long checks were unhealthy, what ended that, and what humans did.
#include "engine/tally.h"

#include <gtest/gtest.h>

#include "book_views.h"
#include "support/setups.h"
#include "support/world.h"

namespace heald::engine {
namespace {

using core::CheckStatus;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::oneRemedy;
using test::World;

struct Incidents {
  std::uint64_t remedy = 0;
  std::uint64_t itself = 0;
  std::uint64_t human = 0;
  friend bool operator==(const Incidents&, const Incidents&) = default;
};
void PrintTo(const Incidents& i, std::ostream* out) {
  *out << "remedy " << i.remedy << ", itself " << i.itself << ", human " << i.human;
}
Incidents incidentsOf(const World& world) {
  const auto counts = world.snapshot().incidents;
  return {counts[0], counts[1], counts[2]};
}
std::uint64_t acts(const World& world, HumanAction action) {
  return world.snapshot().human_actions[static_cast<std::size_t>(action)];
}
core::Duration unhealthyTime(const World& world) {
  return world.check("service").unhealthy_time.total(world.now().boot);
}

// The first action heals.
void heal(World& world) {
  world.remedies["restart"] = [&world](const StartAction&) {
    world.setCheck("service", CheckStatus::kOk);
    return World::Act{ActionOutcome::kOk, "", seconds(2)};
  };
}

TEST(Tally, WhatAnAttemptHealsIsEndedByARemedy) {
  World world(oneRemedy());
  heal(world);
  world.runFor(seconds(20));
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(minutes(2));
  EXPECT_EQ(incidentsOf(world), (Incidents{1, 0, 0}));
  EXPECT_EQ(world.snapshot().times_to_heal.at("exec").count(), 1u);
  EXPECT_GT(unhealthyTime(world), seconds(1));
  EXPECT_LT(unhealthyTime(world), seconds(10));
}

TEST(Tally, AnAttemptThatSucceedsBeforeTheCheckCountsAsHealthyHasEndedItAllTheSame) {
  engine::Setup setup = oneRemedy();
  setup.checks[0].healthy_after = 3;
  World world(setup);
  heal(world);
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(minutes(2));
  EXPECT_EQ(incidentsOf(world), (Incidents{1, 0, 0}));
}

TEST(Tally, WhatGoesByItselfIsEndedByItself) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].observe = true;
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(minutes(1));
  const core::Duration so_far = unhealthyTime(world);
  EXPECT_GE(so_far, seconds(50));
  world.runFor(seconds(10));
  EXPECT_EQ(unhealthyTime(world), so_far + seconds(10)) << "it goes on by itself";
  world.setCheck("service", CheckStatus::kOk);
  world.runFor(minutes(1));
  EXPECT_EQ(incidentsOf(world), (Incidents{0, 1, 0}));
  const core::Duration all = unhealthyTime(world);
  world.runFor(minutes(1));
  EXPECT_EQ(unhealthyTime(world), all);
}

TEST(Tally, AFailedAttemptHasEndedNothing) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  while (world.starts.empty()) world.runFor(seconds(1));
  world.runFor(seconds(2));  // it has failed, and the next one waits
  ASSERT_EQ(world.remedy("restart").attempt, 0u);
  world.setCheck("service", CheckStatus::kOk);
  world.runFor(minutes(1));
  EXPECT_EQ(incidentsOf(world), (Incidents{0, 1, 0}));
}

TEST(Tally, AnAttemptOfTheIncidentBeforeHasEndedOnlyThatOne) {
  World world(oneRemedy());
  heal(world);
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(minutes(2));
  world.send(PauseRemedy{"", minutes(30), "a move", "alice"});
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(minutes(1));
  world.setCheck("service", CheckStatus::kOk);
  world.runFor(minutes(1));
  EXPECT_EQ(incidentsOf(world), (Incidents{1, 1, 0}));
}

TEST(Tally, WithADormantGovernorItWasUpToAHuman) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(hours(2));
  ASSERT_TRUE(world.governor("main").state.dormant());
  world.setCheck("service", CheckStatus::kOk);
  world.runFor(minutes(1));
  EXPECT_EQ(incidentsOf(world), (Incidents{0, 0, 1}));
}

TEST(Tally, WhatHealsAfterAResumeWasNotHealedByHealdAlone) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(hours(2));
  heal(world);
  world.send(Resume{"main", "the disk is back", "alice"});
  world.runFor(minutes(2));
  EXPECT_EQ(incidentsOf(world), (Incidents{0, 0, 1}));
  EXPECT_EQ(acts(world, HumanAction::kResume), 1u);
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(minutes(2));
  EXPECT_EQ(incidentsOf(world), (Incidents{1, 0, 1})) << "the next one is another";
}

TEST(Tally, APauseWhileItLastsIsAHumansHandAndOneBeforeItIsNot) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(seconds(10));
  world.send(PauseRemedy{"restart", minutes(30), "I look at it", "alice"});
  world.setCheck("service", CheckStatus::kOk);
  world.runFor(minutes(1));
  EXPECT_EQ(incidentsOf(world), (Incidents{0, 0, 1}));
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(minutes(1));
  world.setCheck("service", CheckStatus::kOk);
  world.runFor(minutes(1));
  EXPECT_EQ(incidentsOf(world), (Incidents{0, 1, 1}));
}

TEST(Tally, AnIncidentGoesOnOverACrashAndIsCountedOnce) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].observe = true;
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(minutes(5));
  const core::Duration before = unhealthyTime(world);
  world.sleepFor(minutes(10));
  world.crash();
  EXPECT_EQ(unhealthyTime(world), before + minutes(10)) << "before the check has run again";
  world.runFor(minutes(5));
  world.setCheck("service", CheckStatus::kOk);
  world.runFor(minutes(1));
  EXPECT_EQ(incidentsOf(world), (Incidents{0, 1, 0}));
  EXPECT_GE(unhealthyTime(world), before + minutes(15));
  world.crash();
  EXPECT_EQ(incidentsOf(world), (Incidents{0, 1, 0}));
  const auto times = world.snapshot().times_to_heal.at("exec");
  EXPECT_EQ(times.count(), 1u);
  EXPECT_EQ(times.counts()[6], 1u) << "10 to 30 minutes";
  EXPECT_NEAR(times.sumSeconds(), std::chrono::duration<double>(unhealthyTime(world)).count(),
              1e-3);
}

TEST(Tally, WhatAHumanDidUponAnIncidentIsRememberedOverACrash) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(seconds(30));
  world.send(Retry{"main", "try again", "alice"});
  world.runFor(seconds(5));
  world.crash();
  world.setCheck("service", CheckStatus::kOk);
  world.runFor(minutes(1));
  EXPECT_EQ(incidentsOf(world), (Incidents{0, 0, 1}));
  EXPECT_EQ(acts(world, HumanAction::kRetry), 1u);
}

TEST(Tally, ACheckThatIsHealthyAfterACrashHasEndedItsIncident) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kOk, "", seconds(30)};
  };
  while (world.starts.empty()) world.runFor(seconds(1));
  world.runFor(seconds(5));
  world.crash();  // in the middle of the attempt
  world.setCheck("service", CheckStatus::kOk);
  world.runFor(minutes(1));
  EXPECT_EQ(incidentsOf(world), (Incidents{1, 0, 0}));
}

TEST(Tally, CountsEachHumanActionThatSucceededAndKeepsItOverACrash) {
  World world(oneRemedy());
  world.send(EnterDormant{"main", "work", "alice"});
  world.send(Resume{"main", "done", "alice"});
  world.send(Resume{"main", "again", "alice"});  // refused: it is not dormant
  world.send(Resume{"nobody", "", "alice"});
  world.send(Reset{"main", true, "alice"});
  world.send(SetFlag{core::Feature::kAutoHealing, false, "why", "alice"});
  world.send(PauseRemedy{"restart", minutes(1), "why", "alice"});
  world.send(UnpauseRemedy{"restart", "alice"});
  world.send(RunCheckNow{"service", "alice"});
  world.send(RunCheckNow{"service", "alice"});
  world.send(RunCheckNow{"nothing", "alice"});
  world.runFor(seconds(2));
  for (int life = 0; life < 2; ++life) {
    EXPECT_EQ(acts(world, HumanAction::kDormant), 1u);
    EXPECT_EQ(acts(world, HumanAction::kResume), 1u);
    EXPECT_EQ(acts(world, HumanAction::kReset), 1u);
    EXPECT_EQ(acts(world, HumanAction::kRetry), 0u);
    EXPECT_EQ(acts(world, HumanAction::kFlag), 1u);
    EXPECT_EQ(acts(world, HumanAction::kPause), 1u);
    EXPECT_EQ(acts(world, HumanAction::kUnpause), 1u);
    EXPECT_EQ(acts(world, HumanAction::kRunCheck), 2u);
    world.crash();
  }
}

TEST(Tally, WhatTheStoreDidNotTakeWasNotDone) {
  World world(oneRemedy());
  world.store_error = "full";
  world.send(EnterDormant{"main", "work", "alice"});
  EXPECT_EQ(acts(world, HumanAction::kDormant), 0u);
}

TEST(Tally, AnActIsDurableAtOnceAndWhatIsSeenAfterASecond) {
  World world(oneRemedy());
  world.runFor(seconds(7));
  world.send(EnterDormant{"main", "work", "alice"});
  world.crash();
  EXPECT_EQ(acts(world, HumanAction::kDormant), 1u);
}

TEST(Tally, ACheckThatAReloadRemovesHasEndedNothingAndGoesOnCountingWhenItIsBack) {
  engine::Setup setup = oneRemedy();
  setup.remedies.clear();
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(minutes(1));
  const core::Duration before = unhealthyTime(world);
  engine::Setup without = setup;
  without.checks[0].name = "another";
  world.reload(without);
  world.runFor(minutes(5));
  EXPECT_EQ(incidentsOf(world), Incidents{});
  world.setCheck("service", CheckStatus::kOk);
  world.reload(setup);
  world.runFor(minutes(1));
  EXPECT_EQ(unhealthyTime(world), before);
  EXPECT_EQ(incidentsOf(world), Incidents{});
}

TEST(Tally, ABucketIsFoundByItsBoundAndWhatIsUnknownIsLeftAlone) {
  Tally tally;
  tally.load({{"time_to_heal/http/60", 3},
              {"time_to_heal/http/+Inf", 2},
              {"time_to_heal/http/61", 1},
              {"time_to_heal/http/sum_ns", 5'000'000'000},
              {"time_to_heal/", 4},
              {"incidents/aliens", 4},
              {"incidents/human", 4}},
             {});
  const Histogram& times = tally.timesToHeal().at("http");
  EXPECT_EQ(times.counts()[2], 3u);
  EXPECT_EQ(times.counts()[3], 1u);
  EXPECT_EQ(times.counts().back(), 2u);
  EXPECT_EQ(times.count(), 6u);
  EXPECT_EQ(times.sumSeconds(), 5);
  EXPECT_EQ(tally.incidents()[2], 4u);
  EXPECT_TRUE(rowsOf(tally).counts.empty());
}

}  // namespace
}  // namespace heald::engine
