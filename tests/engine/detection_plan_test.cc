// Detection by itself: what is started when, and what is counted as missed.
#include <gtest/gtest.h>

#include "engine/detection.h"

namespace heald::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

core::Now moment(core::Duration since) {
  return {core::BootTime(seconds(10'000)) + since, core::WallTime(since)};
}

CheckSpec every(const std::string& name, core::Duration interval) {
  CheckSpec spec;
  spec.name = name;
  spec.kind = "exec";
  spec.interval = interval;
  spec.follows_cycle = false;
  return spec;
}

CheckSpec onCycle(const std::string& name) {
  CheckSpec spec = every(name, minutes(5));
  spec.follows_cycle = true;
  return spec;
}

// The checks that are started now, by their index.
std::vector<int> startedAt(Detection& detection, core::Duration since) {
  std::vector<Action> actions;
  detection.startDue(moment(since).boot, actions);
  std::vector<int> checks;
  for (const Action& action : actions) {
    checks.push_back(std::get<StartCheck>(action).check);
  }
  return checks;
}

using Checks = std::vector<int>;

TEST(DetectionPlan, AWakeUpTakesWhatIsDueWithinATenthOfItsInterval) {
  Detection often({}, {every("a", milliseconds(200))});
  often.begin(moment(seconds(1)).boot);
  EXPECT_EQ(startedAt(often, seconds(1) - milliseconds(20) - nanoseconds(1)), Checks{});
  EXPECT_EQ(startedAt(often, seconds(1) - milliseconds(20)), Checks{0});
  Detection rarely({}, {every("a", minutes(1))});
  rarely.begin(moment(seconds(1)).boot);
  EXPECT_EQ(startedAt(rarely, seconds(1) - milliseconds(100) - nanoseconds(1)), Checks{});
  EXPECT_EQ(startedAt(rarely, seconds(1) - milliseconds(100)), Checks{0}) << "100 ms at most";
}

TEST(DetectionPlan, RunsThatCouldNotStartAreCountedAndTheGridIsKept) {
  CheckSpec spec = every("a", seconds(10));
  spec.timeout = seconds(3);
  Detection detection({}, {spec});
  detection.begin(moment(seconds(0)).boot);
  EXPECT_EQ(startedAt(detection, seconds(35)), Checks{0});
  EXPECT_EQ(detection.checks().views()[0].missed, 3u) << "of 10, 20 and 30 seconds";
  EXPECT_EQ(detection.nextDue(), moment(seconds(40)).boot);
}

TEST(DetectionPlan, ARunThatIsDueWhileTheLastIsNotOverIsMissed) {
  Detection detection({}, {every("a", seconds(10))});
  detection.begin(moment(seconds(0)).boot);
  EXPECT_EQ(startedAt(detection, seconds(0)), Checks{0});
  EXPECT_EQ(startedAt(detection, seconds(10)), Checks{});
  EXPECT_EQ(detection.checks().views()[0].missed, 1u);
  EXPECT_EQ(detection.nextDue(), moment(seconds(20)).boot);
}

TEST(DetectionPlan, ARunOnDemandTakesNoPlaceOfTheScheduledOnesAlsoAfterAReload) {
  const DetectionPolicy one{.max_concurrent = 1};
  const std::vector<CheckSpec> checks = {every("a", seconds(10)), every("b", seconds(10))};
  Detection detection(one, checks);
  std::vector<Action> actions;
  detection.request(0, actions);
  detection.reconfigure(one, checks, actions);
  detection.begin(moment(seconds(0)).boot);
  EXPECT_EQ(startedAt(detection, seconds(5)), Checks{1}) << "a runs already, and is missed";
  EXPECT_EQ(detection.nextDue(), std::nullopt) << "one runs, and that is all";
  detection.reconfigure(one, checks, actions);
  detection.begin(moment(seconds(10)).boot);
  EXPECT_EQ(detection.nextDue(), std::nullopt) << "it still runs";
  const CheckFinished ended{1, 2, core::CheckStatus::kUnknown, "", seconds(1)};
  ASSERT_EQ(detection.finish(ended, moment(seconds(11)), actions).check, 1);
  EXPECT_EQ(detection.checks().views()[1].since, moment(seconds(11)).wall)
      << "unknown as before, and now said";
  EXPECT_EQ(detection.nextDue(), moment(seconds(10)).boot);
}

TEST(DetectionPlan, AReloadForgetsTheCycleThatWasPlanned) {
  Detection detection({}, {onCycle("a")});
  std::vector<Action> actions;
  detection.beginCycle(moment(seconds(0)).boot);
  detection.reconfigure({}, {onCycle("a")}, actions);
  EXPECT_EQ(detection.nextDue(), std::nullopt);
  detection.beginCycle(moment(seconds(1)).boot);
  EXPECT_EQ(detection.checks().views()[0].missed, 0u);
  detection.beginCycle(moment(seconds(2)).boot);
  EXPECT_EQ(detection.checks().views()[0].missed, 1u) << "the last cycle's was not started";
}

TEST(DetectionPlan, AReloadForgetsWhatACheckDependedOn) {
  std::vector<CheckSpec> checks = {every("a", seconds(10)), every("b", seconds(10))};
  checks[1].depends_on = {"a"};
  Detection detection({}, checks);
  std::vector<Action> actions;
  const std::uint64_t run = detection.request(0, actions);
  detection.finish({0, run, core::CheckStatus::kCritical, "", seconds(1)}, moment(seconds(1)),
                   actions);
  ASSERT_EQ(detection.checks().unhealthyParent(1), 0);
  checks[1].depends_on.clear();
  detection.reconfigure({}, checks, actions);
  EXPECT_EQ(detection.checks().health(0), Health::kUnhealthy);
  EXPECT_EQ(detection.checks().unhealthyParent(1), -1);
}

TEST(DetectionPlan, TheFirstRunsAreSpreadOverFiveSecondsOrTheInterval) {
  CheckSpec a = every("a", seconds(20));
  a.timeout = seconds(1);
  CheckSpec b = every("b", seconds(2));
  b.timeout = seconds(1);
  const Detection detection({}, {a, a, b, b});
  EXPECT_EQ(detection.plan().spread(0), seconds(0));
  EXPECT_EQ(detection.plan().spread(1), milliseconds(1250)) << "a quarter of five seconds";
  EXPECT_EQ(detection.plan().spread(2), seconds(1)) << "half of two";
  EXPECT_EQ(detection.checks().views()[0].interval, seconds(20));
  EXPECT_EQ(detection.checks().views()[2].interval, seconds(2));
}

TEST(DetectionPlan, ACheckWithoutAnIntervalOfItsOwnHasThatOfTheCycle) {
  const Detection detection({.interval = minutes(7)}, {onCycle("a"), every("b", seconds(10))});
  EXPECT_EQ(detection.checks().views()[0].interval, minutes(7));
  EXPECT_EQ(detection.checks().views()[1].interval, seconds(10));
}

TEST(DetectionPlan, ARunOnDemandThatWaitsForAnotherRaisesNothingEither) {
  Detection detection({}, {every("a", seconds(10))});
  for (const bool by_human : {false, true}) {
    std::vector<Action> actions;
    const auto foundCritical = [&](std::uint64_t run) {
      return detection.finish({0, run, core::CheckStatus::kCritical, "", seconds(1)},
                              moment(seconds(1)), actions);
    };
    const std::uint64_t first = detection.request(0, actions);
    const std::uint64_t second =
        by_human ? detection.requestByHuman(0, actions) : detection.request(0, actions);
    EXPECT_EQ(second, first + 1);
    EXPECT_EQ(actions.size(), 1u) << "never two at one time";
    EXPECT_FALSE(foundCritical(first).raises);
    EXPECT_EQ(foundCritical(second).raises, by_human);
  }
}

TEST(DetectionPlan, AResultOfAnotherRunIsLate) {
  Detection detection({}, {every("a", seconds(10))});
  std::vector<Action> actions;
  const std::uint64_t run = detection.request(0, actions);
  const auto found = [&](std::uint64_t of) {
    return detection
        .finish({0, of, core::CheckStatus::kOk, "", seconds(1)}, moment(seconds(1)), actions)
        .check;
  };
  EXPECT_EQ(found(run + 1), -1);
  EXPECT_TRUE(detection.checks().views()[0].running);
  EXPECT_EQ(found(run), 0);
  EXPECT_EQ(found(run), -1) << "it has ended";
}

}  // namespace
}  // namespace heald::engine
