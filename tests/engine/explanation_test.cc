#include "engine/explanation.h"

#include <gtest/gtest.h>

namespace heald::engine {
namespace {

using core::Feature;
using core::Guard;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const core::Now kAsked{core::BootTime(hours(100)), core::WallTime(hours(490'000))};

GovernorView governorNamed(const std::string& name) {
  GovernorView view;
  view.name = name;
  return view;
}

RemedyView remedyUnder(const std::string& governor, const std::string& name = "restart") {
  RemedyView view;
  view.name = name;
  view.governor = governor;
  return view;
}

core::GovernorState dormantState() {
  core::GovernorState state;
  state.dormancy = core::DormancyRecord{"moving the disk", {}, {}, {}};
  return state;
}

// One governor, "main", and nothing in its way.
Snapshot quietScene() {
  Snapshot s;
  s.taken = kAsked;
  s.max_concurrent = 3;
  s.governors.push_back(governorNamed("main"));
  s.remedies.push_back(remedyUnder("main"));
  return s;
}

core::GuardFinding guardOf(const Snapshot& s, Guard guard, std::size_t governor = 0) {
  return explainGovernor(s, s.governors[governor], kAsked)
      .governor.guards[static_cast<std::size_t>(guard)];
}

std::vector<Obstacle> obstaclesOf(const Snapshot& s) {
  return explainGovernor(s, s.governors[0], kAsked).remedies.at(0).obstacles;
}

std::vector<std::string> remediesUnder(const Snapshot& s, std::size_t governor) {
  std::vector<std::string> names;
  for (const RemedyStanding& standing :
       explainGovernor(s, s.governors[governor], kAsked).remedies) {
    names.push_back(standing.remedy);
  }
  return names;
}

TEST(Explanation, OfAQuietSceneFindsNothingInTheWay) {
  const Snapshot s = quietScene();
  const GovernorExplanation explanation = explainGovernor(s, s.governors[0], kAsked);
  EXPECT_TRUE(explanation.governor.verdict.allowed());
  EXPECT_EQ(explanation.governor.earliest, kAsked.boot);
  ASSERT_EQ(explanation.remedies.size(), 1u);
  EXPECT_EQ(explanation.remedies[0].remedy, "restart");
  EXPECT_TRUE(explanation.remedies[0].obstacles.empty());
  EXPECT_TRUE(commonObstacles(s, kAsked).empty());
}

TEST(Explanation, NamesTheLayerThatSwitchesHealingOff) {
  Snapshot s = quietScene();
  EXPECT_EQ(guardOf(s, Guard::kFeatureFlag).value, "auto_healing is on");
  EXPECT_TRUE(guardOf(s, Guard::kFeatureFlag).passes);
  (void)s.features.setOverride(Feature::kAutoHealing, false, kAsked.wall);
  EXPECT_EQ(guardOf(s, Guard::kFeatureFlag).value, "auto_healing is off by a human");
  EXPECT_FALSE(guardOf(s, Guard::kFeatureFlag).passes);
  s.features.setConfiguration(Feature::kAutoHealing, false);
  EXPECT_EQ(guardOf(s, Guard::kFeatureFlag).value, "auto_healing is off by configuration");
  s.features.setEnvironment(Feature::kAutoHealing, false);
  EXPECT_EQ(guardOf(s, Guard::kFeatureFlag).value, "auto_healing is off by environment");
}

TEST(Explanation, MindsNoFlagButThatOfHealing) {
  Snapshot s = quietScene();
  s.features.setConfiguration(Feature::kAutoDetection, false);
  s.features.setConfiguration(Feature::kPreventiveHealing, false);
  s.features.setConfiguration(Feature::kProcessMonitoring, false);
  EXPECT_TRUE(guardOf(s, Guard::kFeatureFlag).passes);
}

TEST(Explanation, SaysWhyTheStoreIsUnavailable) {
  Snapshot s = quietScene();
  s.store_error = "of long ago";
  EXPECT_EQ(guardOf(s, Guard::kStoreUnavailable).value, "available");
  s.store_up = false;
  s.store_error = "disk full";
  EXPECT_EQ(guardOf(s, Guard::kStoreUnavailable).value, "unavailable: disk full");
  EXPECT_FALSE(guardOf(s, Guard::kStoreUnavailable).passes);
}

TEST(Explanation, CountsTheAttemptsOfAllGovernors) {
  Snapshot s = quietScene();
  s.actions_running = 2;
  EXPECT_EQ(guardOf(s, Guard::kMaxConcurrent).value, "2 actions run");
  EXPECT_EQ(guardOf(s, Guard::kMaxConcurrent).threshold, "fewer than 3");
  EXPECT_TRUE(guardOf(s, Guard::kMaxConcurrent).passes);
  s.actions_running = 3;
  EXPECT_FALSE(guardOf(s, Guard::kMaxConcurrent).passes);
}

TEST(Explanation, CountsTheUnverifiedAttemptsAndSaysWhenTheyHaveNoLimit) {
  Snapshot s = quietScene();
  s.attempts_in_progress = 7;
  EXPECT_EQ(guardOf(s, Guard::kMaxUnverified).value, "7 attempts unverified");
  EXPECT_EQ(guardOf(s, Guard::kMaxUnverified).threshold, "no limit");
  EXPECT_TRUE(guardOf(s, Guard::kMaxUnverified).passes);
  EXPECT_TRUE(guardOf(s, Guard::kMaxConcurrent).passes) << "none of their actions runs";
  s.max_unverified = 8;
  EXPECT_EQ(guardOf(s, Guard::kMaxUnverified).threshold, "fewer than 8");
  EXPECT_TRUE(guardOf(s, Guard::kMaxUnverified).passes);
  s.max_unverified = 7;
  EXPECT_FALSE(guardOf(s, Guard::kMaxUnverified).passes);
}

TEST(Explanation, CountsTheUnhealthyChecksForTheStormBrake) {
  Snapshot s = quietScene();
  for (const Health health : {Health::kUnhealthy, Health::kHealthy, Health::kUnknown}) {
    s.checks.emplace_back().health = health;
  }
  s.storm_brake_policy = {7, 40};
  EXPECT_EQ(guardOf(s, Guard::kStormBrake).value, "1 of 3 checks are unhealthy");
  EXPECT_EQ(guardOf(s, Guard::kStormBrake).threshold, "at most 40% (from 7 checks on)");
  EXPECT_TRUE(guardOf(s, Guard::kStormBrake).passes);
  s.storm_brake = true;
  EXPECT_FALSE(guardOf(s, Guard::kStormBrake).passes);
}

TEST(Explanation, APauseSaysForHowLongByWhomAndWhyUntilItsEnd) {
  Snapshot s = quietScene();
  s.remedies[0].pause = Pause{kAsked.boot + minutes(5), {}, "moving the disk", "alice"};
  std::vector<Obstacle> found = obstaclesOf(s);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].word, "paused");
  EXPECT_EQ(found[0].text, "it is paused for another 5m by alice: moving the disk");
  EXPECT_EQ(found[0].until, kAsked.boot + minutes(5));
  s.remedies[0].paused_with_all = true;
  EXPECT_EQ(obstaclesOf(s).at(0).text,
            "every remedy is paused for another 5m by alice: moving the disk");
  s.remedies[0].pause->until = kAsked.boot;
  EXPECT_TRUE(obstaclesOf(s).empty());
}

TEST(Explanation, WhatStandsBeforeTheGovernorIsToldInItsOrder) {
  Snapshot s = quietScene();
  s.remedies[0].pause = Pause{kAsked.boot + seconds(1), {}, "why", "bob"};
  s.remedies[0].unhealthy_parent = "database";
  s.remedies[0].observe = true;
  s.remedies[0].preventive = true;
  s.features.setConfiguration(Feature::kPreventiveHealing, false);
  const std::vector<Obstacle> found = obstaclesOf(s);
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found[0].word, "paused");
  EXPECT_EQ(found[1].word, "depends_on");
  EXPECT_EQ(found[1].text, "its check depends on database, which is unhealthy");
  EXPECT_EQ(found[1].until, std::nullopt);
  EXPECT_EQ(found[2].word, "observe_mode");
  EXPECT_EQ(found[2].text, "it only observes: an attempt is counted, and not run");
  EXPECT_EQ(found[3].word, "preventive_healing");
  EXPECT_EQ(found[3].text, "preventive_healing is off: it has no preventive runs");
}

TEST(Explanation, TheFlagOfPreventiveRunsIsInTheWayOfThemAlone) {
  Snapshot s = quietScene();
  s.remedies[0].preventive = true;
  EXPECT_TRUE(obstaclesOf(s).empty()) << "it is on";
  s.remedies[0].preventive = false;
  s.features.setConfiguration(Feature::kPreventiveHealing, false);
  EXPECT_TRUE(obstaclesOf(s).empty()) << "it has none";
  s.remedies[0].preventive = true;
  s.features = {};
  s.features.setConfiguration(Feature::kAutoHealing, false);
  EXPECT_TRUE(obstaclesOf(s).empty()) << "that is the governor's to say";
}

TEST(Explanation, ATargetHasTheRemediesOfItsParentThatKeepTargetsApart) {
  Snapshot s = quietScene();
  s.governors.push_back(governorNamed("main@web1"));
  s.governors[1].target = "web1";
  s.governors.push_back(governorNamed("other"));
  s.remedies.push_back(remedyUnder("main", "clean"));
  s.remedies.back().target_label = "instance";
  s.remedies.push_back(remedyUnder("other", "reload"));
  s.remedies.back().target_label = "instance";
  EXPECT_EQ(remediesUnder(s, 0), (std::vector<std::string>{"restart", "clean"}));
  EXPECT_EQ(remediesUnder(s, 1), std::vector<std::string>{"clean"});
  EXPECT_EQ(remediesUnder(s, 2), std::vector<std::string>{"reload"});
}

TEST(Explanation, ATargetMindsThatItsParentIsDormantAndNobodyElse) {
  Snapshot s = quietScene();
  s.governors.push_back(governorNamed("main@web1"));
  s.governors[1].target = "web1";
  s.governors.push_back(governorNamed("other"));
  s.governors[2].state = dormantState();
  EXPECT_TRUE(guardOf(s, Guard::kDormant, 1).passes) << "another one is";
  s.governors[0].state = dormantState();
  EXPECT_FALSE(guardOf(s, Guard::kDormant, 1).passes);
  EXPECT_EQ(guardOf(s, Guard::kDormant, 1).value, "its parent is DORMANT");
  s.governors[2].state = {};
  EXPECT_TRUE(guardOf(s, Guard::kDormant, 2).passes) << "it has no parent";
}

TEST(Explanation, AGovernorWhoseOwnNameHasTheSignOfATargetHasNoParent) {
  Snapshot s = quietScene();
  s.governors[0].state = dormantState();
  s.governors.push_back(governorNamed("main@home"));
  EXPECT_TRUE(guardOf(s, Guard::kDormant, 1).passes);
  EXPECT_TRUE(remediesUnder(s, 1).empty());
}

TEST(Explanation, AnApprovalOfAnotherThingIsNoneOfThePermit) {
  Snapshot s = quietScene();
  s.governors[0].permits_need_approval = true;
  const auto until = [&](const ApprovalKey& key, core::Duration left) {
    s.approvals = {{key, Approval{"main", kAsked.boot + left, {}, "go", "alice"}}};
    return guardOf(s, Guard::kApproval);
  };
  EXPECT_EQ(until({"main", "", 0}, hours(1)).value, "given");
  EXPECT_TRUE(until({"main", "", 0}, hours(1)).passes);
  EXPECT_FALSE(until({"restart", "", 1}, hours(1)).passes) << "a step of a remedy";
  EXPECT_FALSE(until({"main", "node-1", 0}, hours(1)).passes) << "a member, and it has no fleet";
  s.taken.boot -= hours(2);
  EXPECT_FALSE(until({"main", "", 0}, -hours(1)).passes) << "over since the snapshot";
}

TEST(Explanation, OfAFleetSaysForHowManyMembersAPermitIsApproved) {
  Snapshot s = quietScene();
  s.governors[0].permits_need_approval = s.governors[0].fleet = true;
  EXPECT_EQ(guardOf(s, Guard::kApproval).value, "missing");
  const Approval approval{"main", kAsked.boot + hours(1), {}, "go", "alice"};
  s.approvals = {{{"main", "node-1", 0}, approval}};
  EXPECT_EQ(guardOf(s, Guard::kApproval).value, "given for 1 member");
  s.approvals.push_back({{"main", "node-2", 0}, approval});
  EXPECT_EQ(guardOf(s, Guard::kApproval).value, "given for 2 members");
  EXPECT_TRUE(guardOf(s, Guard::kApproval).passes);
}

TEST(Explanation, BeforeEveryGovernorStandAPauseOfEverythingAndObserveMode) {
  Snapshot s = quietScene();
  s.pause = Pause{kAsked.boot + hours(2), {}, "a deployment", "carol"};
  s.observe = true;
  std::vector<Obstacle> found = commonObstacles(s, kAsked);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].word, "paused");
  EXPECT_EQ(found[0].text, "everything is paused for another 2h by carol: a deployment");
  EXPECT_EQ(found[0].until, kAsked.boot + hours(2));
  EXPECT_EQ(found[1].word, "observe_mode");
  EXPECT_EQ(found[1].text, "heald only observes: no permit is given");
  s.pause->until = kAsked.boot;
  found = commonObstacles(s, kAsked);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].word, "observe_mode");
}

TEST(Explanation, AStoreThatIsDownChangesNoOtherWord) {
  Snapshot s = quietScene();
  s.store_up = false;
  EXPECT_EQ(guardOf(s, Guard::kMaxConcurrent).value, "0 actions run");
  EXPECT_EQ(guardOf(s, Guard::kStormBrake).value, "0 of 0 checks are unhealthy");
  EXPECT_EQ(guardOf(s, Guard::kBudget).value, "0 in 1h, 0 in 1d");
}

}  // namespace
}  // namespace heald::engine
