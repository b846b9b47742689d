// Targets come and go, one for each value that a label has ever had: of whom nothing is left to
// remember, nothing is kept.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "book_views.h"
#include "engine/governors.h"
#include "support/alerts.h"

namespace heald::engine {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::alert;
using test::endsWell;
using test::forTargets;
using test::resolved;
using test::send;
using test::World;

constexpr auto kLong = hours(26);  // the day for which an episode is known, and a look each hour

engine::Setup onePlace() {
  engine::Setup setup = forTargets();
  setup.remedies[0].alert.max_targets = 1;
  return setup;
}

// An attempt of "a" that ends well; later "b" needs its place.
void hasItsDay(World& world) {
  world.remedies["restart"] = endsWell();
  send(world, {alert("a")});
  world.runFor(seconds(1));
  send(world, {resolved("a")});
}

TEST(Targets, OneThatGaveItsPlaceAwayIsForgottenWhenNoEpisodeNamesItAnyMore) {
  World world(onePlace());
  hasItsDay(world);
  world.runFor(kLong - hours(2));
  send(world, {alert("b")});
  EXPECT_EQ(world.governorsOnRecord(), "main@a main@b");
  world.runFor(hours(2));
  send(world, {resolved("b")});
  EXPECT_EQ(world.governorsOnRecord(), "main@b");
  world.crash();
  EXPECT_EQ(world.governorsOnRecord(), "main@b");
}

TEST(Targets, OneThatComesBackIsANewOne) {
  World world(onePlace());
  hasItsDay(world);
  world.runFor(kLong - hours(2));
  send(world, {alert("b")});
  world.runFor(seconds(1));
  send(world, {resolved("b")});
  world.runFor(kLong);
  send(world, {alert("a", 2)});
  world.runFor(seconds(1));
  ASSERT_EQ(world.starts.size(), 3u);
  EXPECT_EQ(world.starts[2].attempt, 1u);
  EXPECT_EQ(world.governor("main@a").state.totals.attempts, 1u);
}

TEST(Targets, OneWithAPlaceIsNotForgotten) {
  World world(onePlace());
  hasItsDay(world);
  world.runFor(10 * kLong);
  world.send(SetFlag{core::Feature::kAutoHealing, true, "a test", "somebody"});  // a commit
  EXPECT_EQ(world.governorsOnRecord(), "main@a");
  EXPECT_EQ(world.governor("main@a").state.totals.attempts, 1u);
}

TEST(Targets, OneOfWhichThereIsSomethingToRememberIsKeptThoughItsPlaceIsGone) {
  const auto dormant = [](World& world) {
    world.send(EnterDormant{"main@a", "a test", "somebody"});
  };
  const auto with_a_budget = [](World& world) {
    world.setup.governors[0].policy.budgets = {{10, hours(24 * 30)}};
    world.reload(world.setup);
  };
  const auto permitted = [](World& world) {
    world.send(RequestPermit{"main@a", hours(24), "a test", "somebody"});
  };
  const auto failed = [](World& world) {
    world.setup.governors[0].policy.reset_after = hours(1000);
    world.reload(world.setup);
    world.remedies.erase("restart");
    send(world, {alert("a", 2)});
    world.runFor(seconds(1));
    send(world, {resolved("a", 2)});
    EXPECT_EQ(world.governor("main@a").state.consecutive_failures, 1);
  };
  using Doing = std::function<void(World&)>;
  for (const Doing& doing :
       {Doing(dormant), Doing(with_a_budget), Doing(permitted), Doing(failed)}) {
    World world(onePlace());
    hasItsDay(world);
    doing(world);
    world.setup.remedies[0].alert.targets = {"b"};  // a reload takes its place away
    world.reload(world.setup);
    world.runFor(kLong);
    send(world, {alert("b")});
    EXPECT_THAT(world.governorsOnRecord(), testing::EndsWith("main@a main@b"));
  }
}

TEST(Targets, OneOfAGovernorThatIsNotConfiguredIsKeptUntilItIs) {
  World world(onePlace());
  hasItsDay(world);
  world.reload(test::oneRemedy());
  engine::Setup other = test::manyRemedies(1);
  world.reload(other);
  world.runFor(kLong);
  world.send(SetFlag{core::Feature::kAutoHealing, true, "a test", "somebody"});
  EXPECT_EQ(world.governorsOnRecord(), "main@a");
  world.reload(onePlace());
  world.runFor(seconds(1));
  EXPECT_EQ(world.governorsOnRecord(), "main@a");
}

TEST(Targets, WhatIsForgottenGoesWithACommitThatTakesPlaceAnyway) {
  World world(onePlace());
  hasItsDay(world);
  world.setup.remedies[0].alert.targets = {"b"};
  world.reload(world.setup);
  world.runFor(minutes(30));
  world.store_error = "disk full";
  world.runFor(kLong);
  EXPECT_EQ(world.governorsOnRecord(), "main@a");
  world.store_error.clear();
  world.runFor(hours(2));
  send(world, {alert("b")});
  EXPECT_EQ(world.governorsOnRecord(), "main@b");
}

GovernorSpec parent() {
  return {"main", {}};
}

TEST(ForgottenTargets, GiveTheirIndexToTheNext) {
  Governors governors({parent()});
  for (int i = 0; i < 1000; ++i) {
    const int target = governors.addTarget(0, std::to_string(i), true);
    EXPECT_EQ(governors.list()[target].name, "main@" + std::to_string(i));
    EXPECT_EQ(governors[target].state(), core::GovernorState{});
    governors.retireTarget(target);
    governors.forget(target);
  }
  EXPECT_EQ(governors.list().size(), 2u);
  EXPECT_TRUE(governors.list().parked().empty());
  EXPECT_EQ(allOf(governors).governors.size(), 1u);
}

// One of ten thousand: its own view and that of the one that takes its position, and no other.
TEST(RetiredTargets, ChangeTwoViewsHoweverManyThereAre) {
  Governors governors({parent()});
  for (int i = 0; i < 10'000; ++i) (void)governors.addTarget(0, std::to_string(i), true);
  (void)governors.stale().take();
  governors.retireTarget(17);
  EXPECT_FALSE(governors.stale().all());
  EXPECT_EQ(governors.stale().take(), (std::vector<int>{17, 10'000}));
}

TEST(ForgottenTargets, AreAsTheyWereWhenTheyComeBackBeforeTheCommit) {
  Governors governors({parent()});
  core::GovernorState state;
  state.totals.attempts = 3;
  const int first = governors.addTarget(0, "a", true);
  governors.load(first, state);
  governors.retireTarget(first);
  governors.forget(first);
  EXPECT_EQ(rowsOf(governors).forgotten, std::vector<std::string>{"main@a"});
  EXPECT_EQ(governors[governors.addTarget(0, "b", true)].state(), core::GovernorState{});
  EXPECT_EQ(governors[governors.addTarget(0, "a", true)].state(), state);
  EXPECT_TRUE(rowsOf(governors).forgotten.empty());
}

TEST(ForgottenTargets, AreNewOnesAfterTheCommit) {
  Governors governors({parent()});
  core::GovernorState state;
  state.totals.attempts = 3;
  const int target = governors.addTarget(0, "a", true);
  governors.load(target, state);
  governors.retireTarget(target);
  governors.forget(target);
  governors.keep({});
  EXPECT_TRUE(rowsOf(governors).forgotten.empty());
  EXPECT_EQ(governors[governors.addTarget(0, "a", true)].state(), core::GovernorState{});
}

TEST(ForgottenTargets, AreNotThoseThatTheStepChanges) {
  Governors governors({parent()});
  const int target = governors.addTarget(0, "a", true);
  const auto changed =
      governors.propose(target, [](core::Governor& g) { return g.enterDormant("a test", {}); });
  ASSERT_TRUE(changed.ok());
  governors.retireTarget(target);
  governors.forget(target);
  EXPECT_TRUE(rowsOf(governors).forgotten.empty());
  EXPECT_EQ(governors.list().parked(), std::vector<int>{target});
}

}  // namespace
}  // namespace heald::engine
