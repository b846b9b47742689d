// What pauses keep and tell, without an engine around them.
#include <gtest/gtest.h>

#include "book_views.h"
#include "core/text.h"
#include "engine/pauses.h"

namespace heald::engine {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;

core::Now inPauses(core::Duration since) {
  return {core::BootTime(hours(1) + since), core::WallTime(hours(490'000) + since)};
}

Pause pausedUntil(core::Duration end, const std::string& reason = "moving") {
  return {inPauses(end).boot, inPauses({}).wall, reason, "alice"};
}

std::string textAt(core::Duration since) {
  return core::toIso8601(inPauses(since).wall);
}

// What is proposed, as entries of the history; it is kept.
std::vector<HistoryEntry> keptOf(Pauses& pauses, core::Duration now) {
  std::vector<HistoryEntry> entries = toldBy(pauses, inPauses(now));
  pauses.keep(inPauses(now));
  const std::vector<Note> notes = pauses.takeKept();
  EXPECT_EQ(notes.size(), entries.size());
  return entries;
}

TEST(PausesRecord, TheOneThatEndsLaterHolds) {
  Pauses pauses;
  EXPECT_EQ(pauses.of("restart", inPauses({}).boot), nullptr);
  pauses.load("restart", pausedUntil(minutes(5), "this one"));
  pauses.load("", pausedUntil(minutes(9), "everything"));
  pauses.load("clean", pausedUntil(minutes(20), "another"));
  EXPECT_EQ(pauses.of("restart", inPauses({}).boot)->reason, "everything");
  EXPECT_EQ(pauses.of("clean", inPauses({}).boot)->reason, "another");
  EXPECT_EQ(pauses.of("other", inPauses({}).boot)->reason, "everything");
  EXPECT_EQ(pauses.ofAll(inPauses({}).boot)->reason, "everything");
  pauses.load("", pausedUntil(minutes(2), "everything"));
  EXPECT_EQ(pauses.of("restart", inPauses({}).boot)->reason, "this one");
  EXPECT_EQ(pauses.ofAll(inPauses(minutes(2)).boot), nullptr) << "it is over";
}

TEST(PausesRecord, TheFirstEndIsTheNext) {
  Pauses pauses;
  EXPECT_EQ(pauses.nextEnd(), std::nullopt);
  pauses.load("b", pausedUntil(minutes(5)));
  EXPECT_EQ(pauses.nextEnd(), inPauses(minutes(5)).boot);
  pauses.load("a", pausedUntil(minutes(9)));
  EXPECT_EQ(pauses.nextEnd(), inPauses(minutes(5)).boot);
  pauses.load("c", pausedUntil(minutes(3)));
  EXPECT_EQ(pauses.nextEnd(), inPauses(minutes(3)).boot);
}

TEST(PausesRecord, OnlyWhatIsOverIsForgottenAndToldWithItsReason) {
  Pauses pauses;
  pauses.load("restart", pausedUntil(minutes(5), "this one"));
  pauses.load("clean", pausedUntil(minutes(6), "another"));
  pauses.forgetEnded(inPauses(minutes(5) - nanoseconds(1)));
  EXPECT_FALSE(pauses.proposed());
  pauses.forgetEnded(inPauses(minutes(5)));
  Changes changes;
  pauses.write(changes);
  ASSERT_EQ(changes.pauses.size(), 1u);
  EXPECT_EQ(changes.pauses[0].first, "restart");
  EXPECT_EQ(changes.pauses[0].second, std::nullopt);
  const HistoryEntry over{.kind = HistoryKind::kPause,
                          .event = "over",
                          .at = inPauses(minutes(5)).wall,
                          .remedy = "restart",
                          .message = "this one"};
  EXPECT_EQ(keptOf(pauses, minutes(5)), std::vector{over});
  EXPECT_FALSE(pauses.knows("restart"));
  EXPECT_TRUE(pauses.knows("clean"));
}

TEST(PausesRecord, APauseIsKeptAsItWasSaid) {
  Pauses pauses;
  ASSERT_TRUE(pauses.pause({"restart", minutes(5), "moving", "alice"}, inPauses({})).ok());
  EXPECT_TRUE(pauses.proposed());
  Changes changes;
  pauses.write(changes);
  ASSERT_EQ(changes.pauses.size(), 1u);
  EXPECT_EQ(changes.pauses[0].first, "restart");
  EXPECT_EQ(changes.pauses[0].second, pausedUntil(minutes(5)));
  const HistoryEntry paused{.kind = HistoryKind::kPause,
                            .event = "paused",
                            .at = inPauses({}).wall,
                            .remedy = "restart",
                            .actor = "alice",
                            .message = "moving",
                            .details = {{"until", textAt(minutes(5))}}};
  EXPECT_EQ(keptOf(pauses, {}), std::vector{paused});
  EXPECT_FALSE(pauses.proposed());
  Changes all;
  pauses.writeAll(all);
  EXPECT_EQ(all.pauses, changes.pauses);
}

TEST(PausesRecord, AHumanActionOnEverythingIsNotedAsAll) {
  Pauses pauses;
  const auto paused = pauses.pause({"", minutes(5), "moving", "alice"}, inPauses({}));
  ASSERT_TRUE(paused.ok());
  EXPECT_EQ(paused->message, "every remedy is paused until " + textAt(minutes(5)));
  ASSERT_TRUE(pauses.unpause({"", "bob"}, inPauses({})).ok());
  pauses.keep({});
  const std::vector<Note> notes = pauses.takeKept();
  ASSERT_EQ(notes.size(), 2u);
  using NotedFields = decltype(Note::fields);
  EXPECT_EQ(notes[0].fields, (NotedFields{{"remedy", "all"},
                                          {"until", textAt(minutes(5))},
                                          {"reason", "moving"},
                                          {"by", "alice"}}));
  EXPECT_EQ(notes[0].level, Note::Level::kInfo);
  EXPECT_EQ(notes[1].fields, (NotedFields{{"remedy", "all"}, {"by", "bob"}}));
  EXPECT_EQ(notes[1].level, Note::Level::kInfo);
}

TEST(PausesRecord, WhatIsUndoneIsAsItWasBefore) {
  Pauses pauses;
  pauses.load("restart", pausedUntil(minutes(5), "the first"));
  ASSERT_TRUE(pauses.pause({"restart", minutes(9), "the second", "bob"}, inPauses({})).ok());
  ASSERT_TRUE(pauses.pause({"clean", minutes(9), "new", "bob"}, inPauses({})).ok());
  ASSERT_TRUE(pauses.unpause({"restart", "bob"}, inPauses({})).ok());
  EXPECT_FALSE(pauses.knows("restart"));
  pauses.undo({});
  EXPECT_FALSE(pauses.proposed());
  EXPECT_FALSE(pauses.knows("clean"));
  ASSERT_TRUE(pauses.knows("restart"));
  EXPECT_EQ(*pauses.of("restart", inPauses({}).boot), pausedUntil(minutes(5), "the first"));
}

TEST(PausesRecord, OneThatEndsUnderAPauseOfAllSaysThatTheOtherStays) {
  Pauses pauses;
  pauses.load("restart", pausedUntil(minutes(5)));
  pauses.load("", pausedUntil(minutes(9)));
  const auto answer = pauses.unpause({"restart", "bob"}, inPauses({}));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->message,
            "remedy \"restart\" is no longer paused; every remedy is still paused "
            "until " +
                textAt(minutes(9)) + ": healdctl unpause --all");
  const HistoryEntry unpaused{.kind = HistoryKind::kPause,
                              .event = "unpaused",
                              .at = inPauses({}).wall,
                              .remedy = "restart",
                              .actor = "bob"};
  EXPECT_EQ(keptOf(pauses, {}), std::vector{unpaused});
  const auto refused = pauses.unpause({"restart", "bob"}, inPauses({}));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_EQ(refused.error().message, "every remedy is paused until " + textAt(minutes(9)) +
                                         ", not this one alone: healdctl unpause --all");
}

TEST(PausesRecord, AllThatHoldEndTogetherAndWhatIsOverIsNotTold) {
  Pauses pauses;
  pauses.load("", pausedUntil(minutes(5)));
  pauses.load("clean", pausedUntil(minutes(1)));
  pauses.load("restart", pausedUntil(minutes(9)));
  const auto answer = pauses.unpause({"", "bob"}, inPauses(minutes(1)));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->message, "no longer paused: all, restart");
  const auto told = keptOf(pauses, minutes(1));
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].remedy, "");
  EXPECT_EQ(told[0].message, "") << "who ends a pause gives no reason";
  EXPECT_EQ(told[1].remedy, "restart");
  EXPECT_EQ(told[1].event, "unpaused");
  EXPECT_EQ(told[1].actor, "bob");
}

}  // namespace
}  // namespace heald::engine
