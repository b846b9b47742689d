#include "engine/advice.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/setups.h"
#include "support/world.h"

namespace heald::engine {
namespace {

using core::CheckStatus;
using std::chrono::hours;
using std::chrono::seconds;
using test::World;

bool has(const std::vector<Issue>& issues, const std::string& reason) {
  return std::any_of(issues.begin(), issues.end(),
                     [&](const Issue& issue) { return issue.reason == reason; });
}

std::string commandFor(const std::vector<Recommendation>& advice, const std::string& reason) {
  for (const Recommendation& recommendation : advice) {
    if (recommendation.reason == reason) {
      return recommendation.command;
    }
  }
  return "";
}

TEST(Advice, AHealthyEngineHasNothingToSay) {
  World world(test::oneRemedy());
  world.runUntil(seconds(10));
  EXPECT_TRUE(issues(world.snapshot(), world.now()).empty());
  EXPECT_TRUE(recommendations(world.snapshot(), world.now()).empty());
  EXPECT_EQ(overallStatus(world.snapshot(), world.now()), Overall::kHealthy);
}

TEST(Advice, ADormantGovernorIsNamedWithItsReasonAndTheCommandThatHelps) {
  World world(test::oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(hours(1));
  const auto found = issues(world.snapshot(), world.now());
  ASSERT_TRUE(has(found, "dormant"));
  EXPECT_EQ(found[0].governor, "main");
  EXPECT_NE(found[0].message.find("Exceeded max failures"), std::string::npos);
  EXPECT_NE(found[0].message.find("PERMANENT_OPEN"), std::string::npos);
  EXPECT_EQ(commandFor(recommendations(world.snapshot(), world.now()), "dormant"),
            "healdctl resume main --reason \"<what was fixed>\"");
  EXPECT_EQ(overallStatus(world.snapshot(), world.now()), Overall::kDormant);
}

TEST(Advice, AnOpenBreakerSaysForHowLongAndHowToCloseIt) {
  World world(test::oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(20));
  EXPECT_TRUE(has(issues(world.snapshot(), world.now()), "breaker_open"));
  EXPECT_EQ(commandFor(recommendations(world.snapshot(), world.now()), "breaker_open"),
            "healdctl reset main");
  EXPECT_EQ(overallStatus(world.snapshot(), world.now()), Overall::kDegraded);
  // Its deadline passes between snapshot and question: it reads as HALF_OPEN at once.
  core::Now later = world.now();
  later.boot += hours(1);
  EXPECT_FALSE(has(issues(world.snapshot(), later), "breaker_open"));
  EXPECT_TRUE(has(issues(world.snapshot(), later), "half_open"));
}

TEST(Advice, DormancyIsAnnouncedBeforeItComes) {
  World world(test::oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(300));
  EXPECT_FALSE(has(issues(world.snapshot(), world.now()), "approaching_dormancy"));
  world.runUntil(seconds(400));
  EXPECT_TRUE(has(issues(world.snapshot(), world.now()), "approaching_dormancy"));
}

TEST(Advice, ASwitchedOffFeatureIsSaidAndHowToSwitchItOnWhereThatWouldHelp) {
  engine::Setup setup = test::oneRemedy();
  setup.features.setEnvironment(core::Feature::kPreventiveHealing, false);
  World world(setup);
  world.send(SetFlag{core::Feature::kAutoHealing, false, "test", "test"});
  const auto advice = recommendations(world.snapshot(), world.now());
  EXPECT_EQ(overallStatus(world.snapshot(), world.now()), Overall::kDisabled);
  EXPECT_EQ(commandFor(advice, "feature_flag"), "healdctl flag auto_healing on --reason \"<why>\"");
  EXPECT_EQ(advice.size(), 1u) << "no command can undo the environment";
  EXPECT_EQ(issues(world.snapshot(), world.now()).size(), 2u);
}

TEST(Advice, AStoreThatIsDownAndAnUnknownCheckAreIssues) {
  World world(test::oneRemedy());
  world.setCheck("service", CheckStatus::kUnknown);
  world.store_error = "disk full";
  world.send(EnterDormant{"main", "x", "test"});
  world.runUntil(seconds(6));
  const auto found = issues(world.snapshot(), world.now());
  EXPECT_TRUE(has(found, "store_unavailable"));
  EXPECT_TRUE(has(found, "check_unknown"));
}

}  // namespace
}  // namespace heald::engine
