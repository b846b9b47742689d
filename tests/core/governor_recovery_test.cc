#include <gtest/gtest.h>

#include <limits>

#include "core/governor.h"

namespace heald::core {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

const WallTime kNoon{hours(500'000)};

GovernorState waiting() {
  GovernorState state;
  state.consecutive_failures = 3;
  state.next_allowed_at = BootTime{seconds(1020)};
  state.breaker.openUntil(BootTime{seconds(1060)});
  state.starts = {BootTime{seconds(990)}, BootTime{seconds(1000)}};
  state.totals.attempts = 3;
  return state;
}
const ClockStamp kSaved{"boot-a", {BootTime{seconds(1000)}, kNoon}};

ClockStamp otherBoot(seconds up, seconds later) {
  return {"boot-b", {BootTime{up}, kNoon + later}};
}

TEST(GovernorRecovery, WithinOneBootNothingChangesWhateverTheWallClockDoes) {
  for (const seconds later : {seconds(-5000), seconds(0), seconds(5000)}) {
    GovernorState state = waiting();
    rebase(state, kSaved, {"boot-a", {BootTime{seconds(1010)}, kNoon + later}});
    EXPECT_EQ(state, waiting());
  }
}

TEST(GovernorRecovery, OnAnotherBootWhatRemainedByWallClockIsKept) {
  GovernorState state = waiting();
  rebase(state, kSaved, otherBoot(seconds(7), seconds(15)));
  EXPECT_EQ(state.next_allowed_at, BootTime{seconds(7 + 20 - 15)});
  EXPECT_EQ(state.breaker.open_until, BootTime{seconds(7 + 60 - 15)});
}

TEST(GovernorRecovery, WhatHasPassedIsOverAndNotNegative) {
  GovernorState state = waiting();
  rebase(state, kSaved, otherBoot(seconds(7), seconds(3600)));
  EXPECT_EQ(state.next_allowed_at, BootTime{seconds(7)});
  EXPECT_EQ(state.breaker.open_until, BootTime{seconds(7)});
}

TEST(GovernorRecovery, AWallClockThatWentBackwardsKeepsTheWholeRemainder) {
  GovernorState state = waiting();
  rebase(state, kSaved, otherBoot(seconds(7), seconds(-100)));
  EXPECT_EQ(state.next_allowed_at, BootTime{seconds(27)});
  EXPECT_EQ(state.breaker.open_until, BootTime{seconds(67)});
}

TEST(GovernorRecovery, StartsKeepTheirAgeSoThatBudgetsDo) {
  GovernorState state = waiting();
  rebase(state, kSaved, otherBoot(seconds(7), seconds(100)));
  const BootTime now{seconds(7)};
  EXPECT_EQ(now - state.starts[0], seconds(110));
  EXPECT_EQ(now - state.starts[1], seconds(100));
  EXPECT_EQ(attemptsInWindow(state.starts, seconds(105), now), 1);
}

TEST(GovernorRecovery, WithoutABootIdItCountsAsAnotherBoot) {
  GovernorState state = waiting();
  rebase(state, {"", kSaved.at}, {"", {BootTime{seconds(7)}, kNoon}});
  EXPECT_EQ(state.next_allowed_at, BootTime{seconds(27)});
}

TEST(GovernorRecovery, AStateThatCannotBeReadIsDormant) {
  Governor governor({});
  governor.markUnreadable("bad row", {BootTime{}, kNoon});
  ASSERT_TRUE(governor.state().dormant());
  EXPECT_EQ(governor.state().dormancy->reason, "state unreadable: bad row");
  EXPECT_EQ(governor.ask({}, BootTime{}).denied_by, Guard::kDormant);
}

TEST(GovernorRecovery, StatesThatCannotBeAreTold) {
  EXPECT_EQ(inconsistency(GovernorState{}), "");
  EXPECT_EQ(inconsistency(waiting()), "");
  GovernorState state;
  state.breaker.openPermanently();
  EXPECT_NE(inconsistency(state), "");
  state = {};
  state.consecutive_failures = -1;
  EXPECT_NE(inconsistency(state), "");
  state = {};
  state.breaker.half_open_succeeded = 1;
  EXPECT_NE(inconsistency(state), "");
  state = {};
  state.in_flight.push_back({1, 0, 0, "remedy", {}});
  EXPECT_NE(inconsistency(state), "") << "more in flight than were ever started";
}

TEST(GovernorRecovery, AnUnreadableStateWithoutAReasonSaysNoMore) {
  Governor governor({});
  governor.trigger({}, "remedy", {BootTime{}, kNoon});
  governor.markUnreadable("", {BootTime{}, kNoon});
  EXPECT_EQ(governor.state().dormancy->reason, "state unreadable");
  EXPECT_EQ(governor.state().dormancy->timestamp, kNoon);
  EXPECT_EQ(governor.state().dormancy->triggered_by, TriggeredBy::kAutomatic);
  EXPECT_TRUE(governor.state().in_flight.empty()) << "nothing of what was there is trusted";
  EXPECT_EQ(governor.state().totals, Totals{});
}

TEST(GovernorRecovery, ADeadlineThatWasPastWhenSavedIsPast) {
  GovernorState state = waiting();
  state.next_allowed_at = BootTime{seconds(900)};
  rebase(state, kSaved, otherBoot(seconds(7), seconds(-100)));
  EXPECT_EQ(state.next_allowed_at, BootTime{seconds(7)});
  EXPECT_EQ(rebased(BootTime{seconds(1060)}, kSaved, {"boot-a", {BootTime{}, kNoon}}),
            BootTime{seconds(1060)})
      << "on one boot it is as it was";
}

TEST(GovernorRecovery, OnlyAnOpenBreakerHasADeadline) {
  GovernorState state = waiting();
  state.breaker.close();
  rebase(state, kSaved, otherBoot(seconds(7), seconds(15)));
  EXPECT_EQ(state.breaker.open_until, BootTime{});
}

TEST(GovernorRecovery, EveryCountThatCannotBeIsTold) {
  const auto told = [](auto change) {
    GovernorState state;
    state.totals.attempts = 5;
    state.epoch = 2;
    change(state);
    return inconsistency(state);
  };
  EXPECT_EQ(told([](GovernorState&) {}), "");
  EXPECT_EQ(told([](GovernorState& s) { s.breaker.failures = -1; }), "a negative count");
  EXPECT_EQ(told([](GovernorState& s) { s.breaker.half_open_admitted = -1; }), "a negative count");
  EXPECT_EQ(told([](GovernorState& s) { s.breaker.half_open_succeeded = -1; }), "a negative count");
  EXPECT_EQ(told([](GovernorState& s) { s.breaker.half_open_admitted = 1; }), "");
  EXPECT_EQ(told([](GovernorState& s) {
              s.breaker.half_open_admitted = s.breaker.half_open_succeeded = 1;
            }),
            "");
  const auto flying = [&](Ticket ticket) {
    return told([&](GovernorState& s) { s.in_flight = {ticket}; });
  };
  EXPECT_EQ(flying({5, 2, 0, "r", {}}), "") << "the last one, in the present epoch";
  EXPECT_NE(flying({0, 2, 0, "r", {}}), "") << "numbers begin at 1";
  EXPECT_NE(flying({6, 2, 0, "r", {}}), "") << "not started yet";
  EXPECT_NE(flying({5, 3, 0, "r", {}}), "") << "of an epoch to come";
  GovernorState dormant;
  dormant.breaker.openPermanently();
  dormant.dormancy = DormancyRecord{};
  EXPECT_EQ(inconsistency(dormant), "");
}

// Found by tests/fuzz/rows_fuzz.cc: the next failure overflowed.
TEST(GovernorRecovery, ACountBeyondEveryLimitIsNoStateOfTheMachine) {
  GovernorState state;
  state.consecutive_failures = std::numeric_limits<int>::max();
  EXPECT_EQ(inconsistency(state), "a count beyond every limit");
  state = {};
  state.breaker.failures = std::numeric_limits<int>::max();
  EXPECT_EQ(inconsistency(state), "a count beyond every limit");
  state = {};
  state.breaker.half_open_succeeded = state.breaker.half_open_admitted =
      std::numeric_limits<int>::max();
  EXPECT_EQ(inconsistency(state), "a count beyond every limit");
  state = {};
  state.totals.attempts = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(inconsistency(state), "a count beyond every limit") << "the next has the number 0";
}

}  // namespace
}  // namespace heald::core
