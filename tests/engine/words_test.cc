// The words that logs, metrics, JSON and the documents share.
#include <gtest/gtest.h>

#include <chrono>

#include "engine/history.h"
#include "engine/output.h"
#include "engine/snapshot.h"

namespace heald::engine {
namespace {

template <class Enum>
std::vector<std::string> wordsOf(std::size_t count) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < count; ++i) words.emplace_back(toString(static_cast<Enum>(i)));
  return words;
}

using Words = std::vector<std::string>;

TEST(Words, AreFixed) {
  EXPECT_EQ(wordsOf<HistoryKind>(kHistoryKindCount),
            (Words{"heald", "reload", "store", "check", "alert", "denial", "attempt", "governor",
                   "breaker", "human", "flag", "pause", "approval", "access"}));
  EXPECT_EQ(wordsOf<FailureReason>(kFailureReasonCount),
            (Words{"error", "timeout", "verification", "permanent", "interrupted"}));
  EXPECT_EQ(
      wordsOf<PermitState>(kPermitStateCount),
      (Words{"outstanding", "ok", "failed", "expired", "verifying", "not_verified", "unused"}));
  EXPECT_EQ(wordsOf<PermitOutcome>(kPermitOutcomeCount),
            (Words{"ok", "failed", "expired", "denied", "paused", "observe_mode", "not_a_member"}));
  EXPECT_EQ(wordsOf<Phase>(9), (Words{"idle", "waiting", "queued", "prechecking", "asking",
                                      "acting", "settling", "verifying", "reporting"}));
  EXPECT_EQ(wordsOf<FleetAnswer>(kFleetAnswerCount), (Words{"given", "denied", "unanswered"}));
  EXPECT_EQ(wordsOf<EventSource>(4), (Words{"check", "alertmanager", "api", "preventive"}));
  EXPECT_EQ(wordsOf<DropReason>(4), (Words{"queue_full", "duplicate", "unmatched", "expired"}));
  EXPECT_EQ(wordsOf<AlertRejection>(3), (Words{"labels", "targets", "too_many"}));
  EXPECT_EQ(wordsOf<RejectReason>(3), (Words{"limit", "duplicate", "shutdown"}));
}

TEST(Words, AKindOfTheHistoryIsFoundByItsWholeWord) {
  EXPECT_EQ(historyKindNamed("store"), HistoryKind::kStore);
  EXPECT_EQ(historyKindNamed("Store"), std::nullopt);
  EXPECT_EQ(historyKindNamed(""), std::nullopt);
}

TEST(Words, ADeadlineIsAsFarFromTheWallClockAsFromTheBootClock) {
  Snapshot snapshot;
  snapshot.taken = {core::BootTime(std::chrono::hours(5)), core::WallTime(std::chrono::hours(90))};
  EXPECT_EQ(wallOf(snapshot, core::BootTime(std::chrono::hours(7))),
            core::WallTime(std::chrono::hours(92)));
}

}  // namespace
}  // namespace heald::engine
