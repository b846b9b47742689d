#include "engine/governor_history.h"

#include <gtest/gtest.h>

#include "engine/governors.h"

namespace heald::engine {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const core::Now kThen{core::BootTime(hours(1)), core::WallTime(hours(490'000))};

Governors oneOf(const std::string& name, const core::GovernorPolicy& policy = {}) {
  return Governors(std::vector<GovernorSpec>{{name, policy}});
}

template <class Change>
std::vector<HistoryEntry> toldOf(Governors& governors, Change change, int governor = 0) {
  (void)governors.propose(governor, change);
  std::vector<HistoryEntry> entries;
  governors.tell(entries, kThen);
  governors.keep(kThen);
  return entries;
}

const auto kTrigger = [](core::Governor& g) { return g.trigger({}, "restart", kThen); };
const auto kFail = [](core::Governor& g) { return g.result(1, false, "boom", kThen); };
const auto kSucceed = [](core::Governor& g) { return g.result(1, true, "", kThen); };

TEST(GovernorHistory, AnAttemptIsToldAtItsStartAndAtItsEnd) {
  Governors governors = oneOf("main");
  const HistoryEntry started{.kind = HistoryKind::kAttempt,
                             .event = "started",
                             .at = kThen.wall,
                             .governor = "main",
                             .remedy = "restart",
                             .attempt = 1};
  EXPECT_EQ(toldOf(governors, kTrigger), std::vector{started});
  HistoryEntry failed = started;
  failed.event = "failed";
  failed.details = {{"consecutiveFailures", std::int64_t{1}}};
  EXPECT_EQ(toldOf(governors, kFail), std::vector{failed});
}

TEST(GovernorHistory, ASuccessIsToldAsOneAndClearsNothingByItself) {
  Governors governors = oneOf("main");
  core::GovernorState state;
  state.consecutive_failures = 2;
  state.breaker.failures = 2;
  governors.load(0, state);
  (void)toldOf(governors, kTrigger);
  const auto told = toldOf(governors, kSucceed);
  ASSERT_EQ(told.size(), 1u) << "the counts are gone, and the success says so";
  EXPECT_EQ(told[0].event, "succeeded");
  EXPECT_EQ(told[0].details[0],
            std::make_pair(std::string("consecutiveFailures"), HistoryValue(std::int64_t{0})));
}

TEST(GovernorHistory, OnlyTheAttemptThatEndedIsTold) {
  core::GovernorPolicy policy;
  policy.max_in_flight = 3;
  Governors governors = oneOf("main", policy);
  (void)toldOf(governors, kTrigger);
  const auto second = toldOf(governors, kTrigger);
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].attempt, 2u);
  const auto ended = toldOf(governors, kFail);
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].attempt, 1u);
}

TEST(GovernorHistory, ATargetIsToldWithItsOwnNameAndItsValue) {
  Governors governors = oneOf("main");
  const int target = governors.addTarget(0, "web1", true);
  const auto told = toldOf(governors, kTrigger, target);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].governor, "main@web1");
  EXPECT_EQ(told[0].target, "web1");
}

TEST(GovernorHistory, ABreakerIsToldWithWhatItWasAndItsFailures) {
  core::GovernorPolicy policy;
  policy.breaker.failure_threshold = 1;
  Governors governors = oneOf("main", policy);
  (void)toldOf(governors, kTrigger);
  const auto told = toldOf(governors, kFail);
  ASSERT_EQ(told.size(), 2u);
  const HistoryEntry opened{
      .kind = HistoryKind::kBreaker,
      .event = "OPEN",
      .at = kThen.wall,
      .governor = "main",
      .details = {{"from", std::string("CLOSED")}, {"failures", std::int64_t{1}}}};
  EXPECT_EQ(told[1], opened);
}

TEST(GovernorHistory, DormancyIsToldWithWhoAndWhyAndItsEndWithout) {
  Governors governors = oneOf("main");
  const auto enter = [](core::Governor& g) { return g.enterDormant("moving the disk", kThen); };
  HistoryEntry dormant{.kind = HistoryKind::kGovernor,
                       .event = "dormant",
                       .at = kThen.wall,
                       .governor = "main",
                       .message = "moving the disk",
                       .details = {{"triggeredBy", std::string("manual")}}};
  EXPECT_EQ(toldOf(governors, enter), std::vector{dormant});
  EXPECT_TRUE(toldOf(governors, enter).empty()) << "it is so already";
  const HistoryEntry active{
      .kind = HistoryKind::kGovernor, .event = "active", .at = kThen.wall, .governor = "main"};
  EXPECT_EQ(toldOf(governors, [](core::Governor& g) { return g.resume("moved"); }),
            std::vector{active});
}

TEST(GovernorHistory, LastingHealthIsToldWhicheverCountItClears) {
  const HistoryEntry cleared{.kind = HistoryKind::kGovernor,
                             .event = "cleared",
                             .at = kThen.wall,
                             .governor = "main",
                             .message = "healthy for long enough: the failure counts are cleared"};
  for (const bool of_breaker : {false, true}) {
    Governors governors = oneOf("main");
    core::GovernorState state;
    (of_breaker ? state.breaker.failures : state.consecutive_failures) = 1;
    governors.load(0, state);
    EXPECT_EQ(toldOf(governors, [](core::Governor& g) { return g.recovered(); }),
              std::vector{cleared})
        << of_breaker;
  }
}

TEST(GovernorHistory, WhatAHumanClearsIsNotLastingHealth) {
  Governors governors = oneOf("main");
  core::GovernorState state;
  state.breaker.failures = 2;
  governors.load(0, state);
  EXPECT_TRUE(toldOf(governors, [](core::Governor& g) { return g.reset(false); }).empty());
}

TEST(GovernorHistory, ABreakerThatLastingHealthClosesIsToldAfterIt) {
  Governors governors = oneOf("main");
  core::GovernorState state;
  state.breaker.openUntil(kThen.boot + minutes(1));
  state.breaker.failures = 3;
  governors.load(0, state);
  const auto told = toldOf(governors, [](core::Governor& g) { return g.recovered(); });
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].event, "cleared");
  EXPECT_EQ(told[1].event, "CLOSED");
}

TEST(GovernorHistory, AnAttemptIsFoundByKindGovernorAndNumberAndTheLastOfSeveral) {
  const auto entry = [](HistoryKind kind, const char* governor, std::uint64_t attempt) {
    return HistoryEntry{.kind = kind, .governor = governor, .attempt = attempt};
  };
  std::vector<HistoryEntry> entries = {
      entry(HistoryKind::kAttempt, "main", 7), entry(HistoryKind::kAttempt, "main", 7),
      entry(HistoryKind::kAttempt, "other", 7), entry(HistoryKind::kAttempt, "main", 8),
      entry(HistoryKind::kDenial, "main", 7)};
  EXPECT_EQ(attemptIn(entries, "main", 7), &entries[1]);
  EXPECT_EQ(attemptIn(entries, "other", 7), &entries[2]);
  EXPECT_EQ(attemptIn(entries, "main", 9), nullptr);
}

TEST(GovernorHistory, ABudgetThatIsExhaustedClearsNothing) {
  core::GovernorPolicy policy;
  policy.budgets = {{1, hours(1)}};
  for (const int failures : {0, 1}) {
    Governors governors = oneOf("main", policy);
    core::GovernorState state;
    state.starts = {kThen.boot};
    state.consecutive_failures = failures;
    governors.load(0, state);
    const auto told = toldOf(governors, kTrigger);
    ASSERT_EQ(told.size(), 1u) << failures;
    EXPECT_EQ(told[0].event, "dormant");
  }
}

TEST(GovernorHistory, OnlyTheEndOfAnAttemptIsAResult) {
  Governors governors = oneOf("main");
  std::vector<Note> notes;
  const auto keptAfter = [&](auto change) {
    (void)governors.propose(0, change);
    governors.keep(kThen);
    return governors.takeKept(notes);
  };
  EXPECT_EQ(keptAfter(kTrigger), std::vector<int>{});
  EXPECT_EQ(keptAfter([](core::Governor& g) { return g.enterDormant("a test", kThen); }),
            std::vector<int>{});
  EXPECT_EQ(governors.figures()[0].last_result, std::nullopt);
  EXPECT_EQ(keptAfter(kFail), std::vector<int>{0});
  EXPECT_EQ(governors.figures()[0].last_result, kThen.boot);
}

}  // namespace
}  // namespace heald::engine
