// What a warning is to detection, remedies and governors.
#include <gtest/gtest.h>

#include "engine/advice.h"
#include "engine/debounce.h"
#include "engine/explanation.h"
#include "support/setups.h"
#include "support/world.h"

namespace heald::engine {
namespace {

using core::AnswersTo;
using core::CheckStatus;
using std::chrono::minutes;
using std::chrono::seconds;
using test::oneRemedy;
using test::World;

constexpr AnswersTo kCriticalOnly{};
constexpr AnswersTo kWarningOnly{.warning = true, .critical = false};
constexpr AnswersTo kBoth{.warning = true, .critical = true};

engine::Setup answering(const AnswersTo& on) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].on = on;
  return setup;
}

Health healthAfter(std::vector<Health> results, int unhealthy_after, int healthy_after) {
  Debounce debounce;
  for (const Health result : results) {
    debounce.observe(result, unhealthy_after, healthy_after, false, {});
  }
  return debounce.health();
}

TEST(Warnings, EachLineIsDebouncedByItself) {
  using enum Health;
  EXPECT_EQ(healthAfter({kWarning}, 1, 1), kWarning);
  EXPECT_EQ(healthAfter({kWarning}, 2, 1), kUnknown) << "not healthy, and not enough for more";
  EXPECT_EQ(healthAfter({kWarning, kUnhealthy}, 2, 1), kWarning)
      << "a critical one is a warning too";
  EXPECT_EQ(healthAfter({kWarning, kUnhealthy, kWarning}, 2, 1), kWarning);
  EXPECT_EQ(healthAfter({kWarning, kUnhealthy, kUnhealthy}, 2, 1), kUnhealthy);
  EXPECT_EQ(healthAfter({kUnhealthy, kUnhealthy, kWarning}, 2, 1), kWarning);
  EXPECT_EQ(healthAfter({kUnhealthy, kUnhealthy, kWarning}, 2, 2), kUnhealthy);
  EXPECT_EQ(healthAfter({kUnhealthy, kUnhealthy, kWarning, kHealthy}, 2, 2), kWarning)
      << "twice not critical, and healthy only once";
  EXPECT_EQ(healthAfter({kUnhealthy, kUnhealthy, kHealthy, kHealthy}, 2, 2), kHealthy);
  EXPECT_EQ(healthAfter({kUnhealthy, kUnknown, kUnhealthy}, 2, 1), kUnknown);
}

TEST(Warnings, HealedSinceIsKeptForEachLine) {
  Debounce debounce;
  const auto observe = [&](Health result, int at, bool gap = false) {
    debounce.observe(result, 1, 1, gap, core::BootTime(seconds(at)));
  };
  observe(Health::kHealthy, 1);
  observe(Health::kWarning, 2);
  EXPECT_EQ(debounce.healedSince(kCriticalOnly), core::BootTime(seconds(1)));
  EXPECT_EQ(debounce.healedSince(kBoth), std::nullopt);
  observe(Health::kHealthy, 3);
  EXPECT_EQ(debounce.healedSince(kCriticalOnly), core::BootTime(seconds(1)));
  EXPECT_EQ(debounce.healedSince(kWarningOnly), core::BootTime(seconds(3)));
  observe(Health::kHealthy, 9, true);
  EXPECT_EQ(debounce.healedSince(kCriticalOnly), core::BootTime(seconds(9)));
  observe(Health::kUnhealthy, 10);
  EXPECT_EQ(debounce.healedSince(kCriticalOnly), std::nullopt);
}

TEST(Warnings, AWarningStartsNothingUnlessARemedyAnswersToIt) {
  for (const AnswersTo& on : {kCriticalOnly, kWarningOnly, kBoth}) {
    World world(answering(on));
    world.setCheck("service", CheckStatus::kWarning);
    world.runUntil(seconds(1));
    EXPECT_EQ(world.check("service").health, Health::kWarning);
    EXPECT_EQ(world.starts.empty(), !on.warning);
  }
}

TEST(Warnings, ACriticalResultStartsNothingForWhatAnswersToWarningsAlone) {
  World world(answering(kWarningOnly));
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(minutes(1));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_GT(world.snapshot().dropped[static_cast<std::size_t>(DropReason::kUnmatched)], 0u);
}

TEST(Warnings, OneThatNobodyAnswersToIsNoEvent) {
  World world(answering(kCriticalOnly));
  world.setCheck("service", CheckStatus::kWarning);
  world.runUntil(minutes(1));
  EXPECT_EQ(world.snapshot().events[static_cast<std::size_t>(EventSource::kCheck)], 0u);
  EXPECT_EQ(world.snapshot().dropped[static_cast<std::size_t>(DropReason::kUnmatched)], 0u);
}

TEST(Warnings, WarningIsHealthyStillMakesAWarningHealthy) {
  engine::Setup setup = answering(kBoth);
  setup.checks[0].warning_is_healthy = true;
  World world(setup);
  world.setCheck("service", CheckStatus::kWarning);
  world.runUntil(seconds(1));
  EXPECT_EQ(world.check("service").health, Health::kHealthy);
  EXPECT_TRUE(world.starts.empty());
}

// Critical until the action has ended, and `after` from then on.
void expectEnd(CheckStatus after, const AnswersTo& on, bool success) {
  World world(answering(on));
  auto status = CheckStatus::kCritical;
  world.checks["service"] = [&] { return status; };
  world.remedies["restart"] = [&](const StartAction&) {
    status = after;
    return World::Act{ActionOutcome::kOk};
  };
  world.runUntil(seconds(1));
  ASSERT_EQ(world.starts.size(), 1u);
  EXPECT_EQ(world.remedy("restart").totals.successes, success ? 1u : 0u);
  EXPECT_EQ(world.governor("main").state.consecutive_failures, success ? 0 : 1);
}

TEST(Warnings, AfterACriticalAWarningIsSuccessForWhatAnswersToCriticalAlone) {
  expectEnd(CheckStatus::kWarning, kCriticalOnly, true);
}

TEST(Warnings, AfterACriticalAWarningIsAFailureForWhatAnswersToWarningsToo) {
  expectEnd(CheckStatus::kWarning, kBoth, false);
  expectEnd(CheckStatus::kOk, kBoth, true);
}

TEST(Warnings, AnIncidentIsOverWhenTheCheckIsNotCriticalAnyMore) {
  for (const AnswersTo& on : {kCriticalOnly, kBoth}) {
    engine::Setup setup = answering(on);
    setup.remedies[0].steps = {0, 1};
    setup.governors[0].policy.breaker.failure_threshold = 9;
    World world(setup);
    world.setCheck("service", CheckStatus::kCritical);
    world.runUntil(seconds(1));
    EXPECT_EQ(world.remedy("restart").incident_failures, 1);
    world.setCheck("service", CheckStatus::kWarning);
    world.runUntil(seconds(5));
    EXPECT_EQ(world.remedy("restart").incident_failures == 0, !on.warning);
    world.setCheck("service", CheckStatus::kCritical);
    world.runUntil(minutes(1));
    ASSERT_GE(world.starts.size(), 2u);
    EXPECT_EQ(world.starts[1].step, on.warning ? 1 : 0);
  }
}

TEST(Warnings, AWaitEndsWhenWhatIsLeftIsAWarning) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(seconds(1));
  EXPECT_EQ(world.remedy("restart").phase, Phase::kWaiting);
  world.setCheck("service", CheckStatus::kWarning);
  world.runUntil(minutes(30));
  EXPECT_EQ(world.starts.size(), 1u);
  EXPECT_EQ(world.remedy("restart").phase, Phase::kIdle);
}

TEST(Warnings, EnoughTimeInWarningForgetsTheFailuresOfWhatAnswersToCriticalAlone) {
  for (const AnswersTo& on : {kCriticalOnly, kBoth}) {
    engine::Setup setup = answering(on);
    setup.governors[0].policy.max_consecutive_failures = 1000;
    setup.governors[0].policy.breaker.permanent_open_threshold = 1000;
    setup.governors[0].policy.budgets.clear();
    World world(setup);
    world.setCheck("service", CheckStatus::kCritical);
    world.runUntil(seconds(1));
    EXPECT_EQ(world.governor("main").state.consecutive_failures, 1);
    world.setCheck("service", CheckStatus::kWarning);
    world.runUntil(minutes(12));
    EXPECT_EQ(world.governor("main").state.consecutive_failures == 0, !on.warning);
  }
}

TEST(Warnings, EachRemedyOfACheckAnswersToItsOwnStates) {
  engine::Setup setup = answering(kWarningOnly);
  setup.remedies.push_back(setup.remedies[0]);
  setup.remedies[1].name = "expand";
  setup.remedies[1].governor = "expand";
  setup.remedies[1].on = kCriticalOnly;
  setup.governors.push_back({"expand", {}});
  World world(setup);
  world.setCheck("service", CheckStatus::kWarning);
  world.runUntil(seconds(1));
  ASSERT_EQ(world.starts.size(), 1u);
  EXPECT_EQ(world.starts[0].remedy, "restart");
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(minutes(10));
  EXPECT_EQ(world.governor("main").state.totals.attempts, 1u) << "critical is the other's";
  EXPECT_GT(world.governor("expand").state.totals.attempts, 1u);
  EXPECT_TRUE(world.noted("attempt skipped: the remedy does not answer to what the check says"));
}

TEST(Warnings, HoldNothingElseBack) {
  engine::Setup setup = test::manyRemedies(4);
  setup.checks[0].depends_on = {"c1", "c2", "c3"};
  World world(setup);
  world.setCheck("c0", CheckStatus::kCritical);
  for (const char* name : {"c1", "c2", "c3"}) {
    world.setCheck(name, CheckStatus::kWarning);
  }
  world.runUntil(seconds(10));
  EXPECT_FALSE(world.snapshot().storm_brake);
  ASSERT_FALSE(world.starts.empty());
  EXPECT_EQ(world.starts[0].remedy, "r0") << "what it depends on works, if not well";
}

TEST(Warnings, AreInStatusIssuesLogHistoryAndExplanation) {
  World world(oneRemedy());
  world.messages["service"] = "85% used";
  world.setCheck("service", CheckStatus::kWarning);
  world.runUntil(seconds(3));
  const Snapshot s = world.snapshot();
  EXPECT_EQ(overallStatus(s, world.now()), Overall::kDegraded);
  const auto found = issues(s, world.now());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].reason, "check_warning");
  EXPECT_EQ(found[0].message, "check service is in warning: 85% used");
  EXPECT_TRUE(world.noted("check is in warning"));
  ASSERT_FALSE(world.history.empty());
  EXPECT_EQ(world.history.back().event, "warning");
  const auto standing = explainGovernor(s, s.governors[0], world.now()).remedies.at(0);
  ASSERT_EQ(standing.obstacles.size(), 1u);
  EXPECT_EQ(standing.obstacles[0].word, "check_warning");
  EXPECT_EQ(standing.obstacles[0].text,
            "its check service is in warning, and it answers to critical only (when.on)");
}

}  // namespace
}  // namespace heald::engine
