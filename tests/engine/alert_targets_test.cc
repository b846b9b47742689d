// Alerts whose remedy keeps its targets apart: who gets a place, what is remembered of whom, and
// what a restart finds again.
#include <gtest/gtest.h>

#include "support/alerts.h"

namespace heald::engine {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::alert;
using test::endsWell;
using test::forAlerts;
using test::forTargets;
using test::forTargetsOfTwo;
using test::full;
using test::resolved;
using test::send;
using test::startsFor;
using test::targetsOf;
using test::World;

void switchHealing(World& world, bool on) {
  world.send(SetFlag{core::Feature::kAutoHealing, on, "a test", "somebody"});
}

// Two places, and no budget: what has started is not remembered for it.
engine::Setup twoPlaces() {
  engine::Setup setup = forTargets();
  setup.remedies[0].alert.max_targets = 2;
  setup.governors[0].policy.budgets.clear();
  return setup;
}

TEST(AlertTargets, OneAtRestGivesItsPlaceToTheNext) {
  World world(twoPlaces());
  switchHealing(world, false);
  send(world, {alert("a"), alert("b")});
  send(world, {resolved("a")});
  switchHealing(world, true);
  EXPECT_EQ(targetsOf(world), "main@a main@b");
  send(world, {alert("c")});
  EXPECT_EQ(startsFor(world), "c");
  EXPECT_EQ(targetsOf(world), "main@c main@b");
  for (const GovernorView& view : world.snapshot().governors) {
    EXPECT_NE(view.name, "main@a") << "retired";
  }
  const Output out = world.send(EnterDormant{"main@a", "a test", "somebody"});
  ASSERT_FALSE(out.reply->ok()) << "no human reaches it any more";
  EXPECT_EQ(out.reply->error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(world.governor("main@c").policy.budgets.empty()) << "the policy is its parent's";
  EXPECT_EQ(world.governor("main@c").remedies, std::vector<std::string>{"restart"});
}

TEST(AlertTargets, OneThatHasNoPlaceIsRefusedAndNotRecorded) {
  World world(twoPlaces());
  world.remedies["restart"] = endsWell();
  send(world, {alert("a"), alert("b")});
  const Output out = send(world, {alert("c"), alert("-d")});
  ASSERT_TRUE(out.reply->ok());
  EXPECT_EQ((*out.reply)->message,
            "recorded 0 of 2 alerts; 0 known already, 0 that no remedy matches, 2 with rejected "
            "labels");
  const auto refused = std::find_if(world.notes.begin(), world.notes.end(), [](const Note& note) {
    return note.message == "alerts ignored: labels rejected";
  });
  ASSERT_NE(refused, world.notes.end());
  const std::vector<std::pair<std::string, std::string>> fields = {
      {"alerts", "2"}, {"first", "remedy \"restart\" has its 2 targets"}, {"by", "alertmanager"}};
  EXPECT_EQ(refused->fields, fields);
  world.runFor(minutes(1));
  EXPECT_EQ(startsFor(world), "a b");
  EXPECT_EQ(targetsOf(world), "main@a main@b");
}

TEST(AlertTargets, OneThatGaveItsPlaceAwayNeedsOneAgain) {
  World world(twoPlaces());
  world.remedies["restart"] = endsWell();
  send(world, {alert("a"), alert("b")});
  world.runFor(seconds(1));
  send(world, {resolved("a")});
  send(world, {alert("c")});
  world.runFor(seconds(1));
  ASSERT_EQ(startsFor(world), "a b c");
  send(world, {alert("a", 2)});
  EXPECT_EQ(startsFor(world), "a b c") << "both places are taken";
  send(world, {resolved("b")});
  send(world, {alert("a", 2)});
  EXPECT_EQ(startsFor(world), "a b c a");
  EXPECT_EQ(targetsOf(world), "main@c main@a");
}

TEST(AlertTargets, OneOfWhichThereIsSomethingToRememberKeepsItsPlace) {
  const auto firing = [](World& world) { send(world, {alert("a", 2)}); };
  const auto dormant = [](World& world) {
    world.send(EnterDormant{"main@a", "a test", "somebody"});
  };
  const auto failed = [](World& world) {
    send(world, {alert("a", 2)});
    send(world, {resolved("a", 2)});
  };
  const auto on_trial = [](World& world) {
    world.remedies["restart"] = [](const StartAction&) {
      return World::Act{ActionOutcome::kFailed, "unauthorized"};
    };
    send(world, {alert("a", 2)});
    world.runFor(seconds(1));
    send(world, {resolved("a", 2)});
    world.send(Resume{"main@a", "a test", "somebody"});
    EXPECT_EQ(world.governor("main@a").state.breaker.state, core::BreakerState::kOpen);
    EXPECT_EQ(world.governor("main@a").state.consecutive_failures, 0);
  };
  const auto permitted = [](World& world) {
    world.send(RequestPermit{"main@a", hours(1), "a test", "somebody"});
    EXPECT_EQ(world.governor("main@a").state.in_flight.size(), 1u);
  };
  using Doing = std::function<void(World&)>;
  for (const Doing& keeps :
       {Doing(firing), Doing(dormant), Doing(failed), Doing(on_trial), Doing(permitted)}) {
    engine::Setup setup = twoPlaces();
    setup.remedies[0].alert.max_targets = 1;
    World world(setup);
    switchHealing(world, false);
    send(world, {alert("a")});
    send(world, {resolved("a")});
    switchHealing(world, true);
    keeps(world);
    world.runFor(seconds(1));
    send(world, {alert("b")});
    EXPECT_EQ(targetsOf(world), "main@a");
  }
}

TEST(AlertTargets, WhatATargetHasStartedIsRememberedForItsBudget) {
  engine::Setup setup = forTargets();
  setup.remedies[0].alert.max_targets = 1;
  World world(setup);
  world.remedies["restart"] = endsWell();
  send(world, {alert("a")});
  send(world, {resolved("a")});
  world.runFor(minutes(1));
  ASSERT_EQ(world.governor("main@a").state.totals.successes, 1u);
  send(world, {alert("b")});
  EXPECT_EQ(targetsOf(world), "main@a");
}

// Its governor hears of its own alerts, and of none of those that have its old place now.
TEST(AlertTargets, OneThatChangesItsPlaceIsQuietByItself) {
  World world(twoPlaces());
  switchHealing(world, false);
  send(world, {alert("a"), alert("b")});
  send(world, {resolved("a")});
  send(world, {alert("c")});
  send(world, {resolved("b")});
  switchHealing(world, true);
  send(world, {alert("a", 2)});
  ASSERT_EQ(targetsOf(world), "main@c main@a");
  world.runFor(seconds(1));
  send(world, {resolved("a", 2)});
  ASSERT_EQ(world.governor("main@a").state.consecutive_failures, 1);
  for (int i = 0; i < 11; ++i) {
    send(world, {alert("c")});
    world.runFor(minutes(1));
  }
  EXPECT_EQ(world.governor("main@a").state.consecutive_failures, 0);
  EXPECT_GT(world.governor("main@c").state.consecutive_failures, 0) << "it still fires";
}

TEST(AlertTargets, EachRemedyHasPlacesFiguresAndGovernorsOfItsOwn) {
  engine::Setup setup = forTargetsOfTwo();
  setup.remedies[0].alert.max_targets = setup.remedies[1].alert.max_targets = 1;
  World world(setup);
  world.remedies["restart"] = endsWell();
  send(world, {full("a"), alert("a")});
  EXPECT_EQ(targetsOf(world), "second@a main@a");
  EXPECT_EQ(world.remedy("clean").totals.attempts, 1u);
  EXPECT_EQ(world.remedy("restart").totals.attempts, 1u);
  world.runFor(seconds(1));
  EXPECT_EQ(world.remedy("restart").phase, Phase::kVerifying);
  send(world, {full("a", false)});
  EXPECT_EQ(world.remedy("restart").phase, Phase::kVerifying) << "not its alert";
  EXPECT_EQ(world.governor("second@a").state.totals.failures, 1u);
  EXPECT_EQ(world.governor("main@a").state.totals.failures, 0u);
  EXPECT_EQ(world.remedy("clean").last_result, "error: exit code 1");
  EXPECT_EQ(world.remedy("restart").last_result, "");
}

TEST(AlertTargets, TheEndOfAnAlertThatWasNeverHeardOfMakesNoTarget) {
  World world(forTargets());
  const Output out = send(world, {resolved("a")});
  ASSERT_TRUE(out.reply->ok());
  EXPECT_EQ(targetsOf(world), "");
}

TEST(AlertTargets, AnObservedRemedyIsObservedForEveryTarget) {
  engine::Setup setup = forTargets();
  setup.remedies[0].observe = true;
  World world(setup);
  send(world, {alert("a"), alert("b")});
  world.runFor(minutes(1));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_EQ(world.remedy("restart").would_attempt, 2u);
  EXPECT_EQ(world.remedy("restart").allowed, 2u);
}

TEST(AlertTargets, NoCheckIsAskedBeforeTheAttemptOfAnAlert) {
  engine::Setup setup = forTargets();
  setup.checks = test::oneRemedy().checks;
  World world(setup);
  world.runFor(seconds(1));
  send(world, {alert("a")});
  EXPECT_EQ(startsFor(world), "a");
}

TEST(AlertTargets, QuietForLongEnoughClearsTheCountsOfTheTarget) {
  World world(forTargets());
  send(world, {alert("a"), alert("b")});
  world.runFor(seconds(1));
  send(world, {resolved("a")});
  world.runFor(minutes(10) - seconds(1));
  EXPECT_EQ(world.governor("main@a").state.consecutive_failures, 1);
  world.runFor(seconds(2));
  EXPECT_EQ(world.governor("main@a").state.consecutive_failures, 0);
  EXPECT_EQ(world.governor("main@b").state.consecutive_failures, 1) << "it still fires";
}

TEST(AlertTargets, OnesOfWhichSomethingIsOnDiskAreThereAfterARestart) {
  World world(forTargetsOfTwo());
  send(world, {full("b"), alert("a")});
  world.runFor(seconds(1));
  send(world, {full("b", false), resolved("a")});
  world.send(EnterDormant{"main", "a test", "somebody"});
  world.crash();
  EXPECT_EQ(targetsOf(world), "main@a second@b");
  EXPECT_EQ(world.governor("main@a").state.consecutive_failures, 1);
  EXPECT_EQ(world.governor("main@a").target, "a");
  EXPECT_TRUE(world.send(EnterDormant{"second@b", "a test", "somebody"}).reply->ok());
  world.setup = forAlerts();
  world.crash();
  EXPECT_EQ(targetsOf(world), "") << "it keeps none apart any more";
}

TEST(AlertTargets, WhatIsResolvedAndHasStartedNothingIsNoTargetAfterARestart) {
  World world(forTargets());
  switchHealing(world, false);
  send(world, {alert("a"), alert("b")});
  send(world, {resolved("a")});
  world.crash();
  EXPECT_EQ(targetsOf(world), "main@b");
}

TEST(AlertTargets, AfterARestartAnEpisodeIsOfItsOwnRemedy) {
  World world(forTargetsOfTwo());
  switchHealing(world, false);
  send(world, {full("a")});
  world.crash();
  EXPECT_EQ(targetsOf(world), "second@a");
  switchHealing(world, true);
  send(world, {full("a")});
  ASSERT_EQ(world.starts.size(), 1u);
  EXPECT_EQ(world.starts[0].remedy, "clean");
}

std::size_t forgotten(const World& world) {
  return static_cast<std::size_t>(
      std::count_if(world.history.begin(), world.history.end(), [](const HistoryEntry& entry) {
        return entry.kind == HistoryKind::kAlert && entry.event == "forgotten";
      }));
}

// What is not taken in the same way any more: each of these is another configuration for "a".
std::vector<engine::Setup> otherConfigurations() {
  engine::Setup none = forTargets();
  none.remedies.clear();
  engine::Setup other_label = forTargets();
  other_label.remedies[0].alert.target = "alertname";
  engine::Setup not_listed = forTargets();
  not_listed.remedies[0].alert.targets = {"b"};
  engine::Setup no_argument = forTargets();
  no_argument.remedies[0].alert.arguments = {{"instance", core::LabelPattern("[0-9]+")}};
  engine::Setup not_matched = forTargets();
  not_matched.remedies[0].alert.matchers = {{"alertname", "Another"}};
  return {test::oneRemedy(), none, forAlerts(), other_label, not_listed, no_argument, not_matched};
}

TEST(AlertTargets, EpisodesThatAnotherConfigurationDoesNotTakeAreForgottenAtTheStart) {
  for (const engine::Setup& next : otherConfigurations()) {
    World world(forTargets());
    switchHealing(world, false);
    send(world, {alert("a")});
    switchHealing(world, true);
    world.setup = next;
    world.crash();
    EXPECT_EQ(targetsOf(world), "");
    world.runFor(seconds(1));
    EXPECT_TRUE(world.starts.empty());
    EXPECT_EQ(forgotten(world), 1u);
  }
}

TEST(AlertTargets, EpisodesThatAReloadDoesNotTakeAreForgottenAlsoWhenTheStoreFailsMeanwhile) {
  for (const engine::Setup& next : otherConfigurations()) {
    for (const char* store_error : {"", "disk full"}) {
      World world(forTargets());
      switchHealing(world, false);
      send(world, {alert("a")});
      switchHealing(world, true);
      world.store_error = store_error;
      world.reload(next);
      world.store_error.clear();
      world.runFor(seconds(5));
      EXPECT_TRUE(world.starts.empty());
      EXPECT_EQ(forgotten(world), 1u);
    }
  }
}

TEST(AlertTargets, CountsOfAQuietTargetAreClearedAfterARestartToo) {
  World world(forTargets());
  send(world, {alert("a")});
  world.runFor(seconds(1));
  send(world, {resolved("a")});
  world.crash();
  world.runFor(minutes(10) - seconds(1));
  EXPECT_EQ(world.governor("main@a").state.consecutive_failures, 1);
  world.runFor(seconds(2));
  EXPECT_EQ(world.governor("main@a").state.consecutive_failures, 0);
}

TEST(AlertTargets, APermitOfATargetObeysItsParent) {
  World world(forTargets());
  send(world, {alert("a")});
  world.runFor(minutes(1));
  world.send(EnterDormant{"main", "a test", "somebody"});
  world.send(Resume{"main@a", "a test", "somebody"});
  ASSERT_FALSE(world.governor("main@a").state.dormant());
  const Output out = world.send(RequestPermit{"main@a", minutes(1), "", "somebody"});
  ASSERT_TRUE(out.reply->ok());
  ASSERT_TRUE((*out.reply)->denial);
  EXPECT_EQ((*out.reply)->denial->word, "dormant");
  EXPECT_TRUE(world.noted("permit not given"));
}

}  // namespace
}  // namespace heald::engine
