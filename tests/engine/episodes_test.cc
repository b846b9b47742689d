#include "engine/episodes.h"

#include <gtest/gtest.h>

#include "book_views.h"
#include "core/text.h"

namespace heald::engine {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using Heard = Episodes::Heard;

const Episodes::Group kGroup{"restart", ""};

core::Now after(core::Duration since) {
  return {core::BootTime(hours(1000)) + since, core::WallTime(hours(490'000)) + since};
}

constexpr core::WallTime kStart{seconds(1)};

EpisodeKey keyOf(const std::string& fingerprint, const std::string& remedy = "restart") {
  return {remedy, fingerprint};
}

Heard hear(Episodes& episodes, const std::string& fingerprint, bool firing, core::Duration since,
           const std::string& target = "", const std::string& remedy = "restart") {
  const EpisodeKey key = keyOf(fingerprint, remedy);
  return episodes.hear(key, target, {fingerprint, kStart, firing, {{"alertname", "Down"}}},
                       after(since));
}

// The events that the history would tell, with the fingerprint: "firing a".
std::vector<std::string> told(const Episodes& episodes) {
  std::vector<HistoryEntry> entries;
  episodes.book().tell(entries, after(seconds(0)));
  std::vector<std::string> words;
  for (const HistoryEntry& entry : entries) {
    words.push_back(entry.event + " " + std::get<std::string>(entry.details.at(0).second));
  }
  return words;
}

using Words = std::vector<std::string>;

TEST(Episodes, OneFiresIsRepeatedAndIsResolvedOnce) {
  Episodes episodes;
  EXPECT_EQ(hear(episodes, "a", true, seconds(0)), Heard::kNew);
  EXPECT_EQ(hear(episodes, "a", true, seconds(1)), Heard::kAgain);
  EXPECT_TRUE(episodes.book().firing(keyOf("a")));
  EXPECT_EQ(hear(episodes, "a", false, seconds(2)), Heard::kResolved);
  EXPECT_FALSE(episodes.book().firing(keyOf("a")));
  EXPECT_NE(episodes.book().find(keyOf("a")), nullptr);
  EXPECT_EQ(hear(episodes, "a", false, seconds(3)), Heard::kOld);
  EXPECT_EQ(hear(episodes, "a", true, seconds(4)), Heard::kOld);
  EXPECT_EQ(hear(episodes, "b", false, seconds(5)), Heard::kOld) << "its beginning was not heard";
  EXPECT_EQ(hear(episodes, "b", true, seconds(6)), Heard::kOld);
  EXPECT_EQ(episodes.lines().waiting(kGroup), 0u);
}

TEST(Episodes, HaveOnePlaceInTheLineOfTheirGroupHoweverOftenTheyAreHeardOf) {
  Episodes episodes;
  for (const char* name : {"b", "a", "b"}) {
    hear(episodes, name, true, seconds(0));
  }
  hear(episodes, "c", true, seconds(0), "", "other");
  EXPECT_EQ(episodes.lines().waiting(kGroup), 2u);
  EXPECT_EQ(episodes.lines().waiting({"nobody", ""}), 0u);
  EXPECT_EQ(episodes.lines().next(kGroup), keyOf("b")) << "the one that was heard of first";
  episodes.admitted(keyOf("b"), 1);
  EXPECT_EQ(episodes.lines().next(kGroup), keyOf("a"));
  hear(episodes, "b", true, seconds(1));
  EXPECT_EQ(episodes.lines().waiting(kGroup), 1u) << "it has had its attempt";
  episodes.wakeAll();
  EXPECT_EQ(episodes.lines().waiting(kGroup), 1u);
  hear(episodes, "a", false, seconds(2));
  EXPECT_EQ(episodes.lines().next(kGroup), std::nullopt);
  episodes.waitAgain(keyOf("a"));
  EXPECT_EQ(episodes.lines().waiting(kGroup), 0u) << "it fires no more";
  episodes.waitAgain(keyOf("b"));
  EXPECT_EQ(episodes.lines().next(kGroup), keyOf("b")) << "it is tried again";
}

TEST(Episodes, ThoseSetAsideWaitWhenTheyAreHeardOfAgain) {
  Episodes episodes;
  hear(episodes, "a", true, seconds(0));
  hear(episodes, "b", true, seconds(0));
  episodes.lines().setAside(kGroup);
  episodes.lines().setAside({"nobody", ""});
  EXPECT_EQ(episodes.lines().waiting(kGroup), 0u);
  hear(episodes, "b", true, seconds(1));
  EXPECT_EQ(episodes.lines().next(kGroup), keyOf("b"));
  EXPECT_EQ(episodes.lines().waiting(kGroup), 1u);
  episodes.wakeAll();
  EXPECT_EQ(episodes.lines().waiting(kGroup), 2u);
}

TEST(Episodes, AnAttemptFindsItsOwnOne) {
  Episodes episodes;
  hear(episodes, "a", true, seconds(0), "x");
  hear(episodes, "b", true, seconds(0), "y");
  hear(episodes, "c", true, seconds(0), "x");
  hear(episodes, "d", true, seconds(0), "x", "other");
  episodes.admitted(keyOf("a"), 1);
  episodes.admitted(keyOf("b"), 2);
  episodes.admitted(keyOf("c"), 2);
  episodes.admitted(keyOf("d", "other"), 1);
  EXPECT_EQ(episodes.book().ofAttempt({"restart", "x"}, 1), keyOf("a"));
  EXPECT_EQ(episodes.book().ofAttempt({"restart", "x"}, 2), keyOf("c"));
  EXPECT_EQ(episodes.book().ofAttempt({"restart", "y"}, 2), keyOf("b"));
  EXPECT_EQ(episodes.book().ofAttempt({"restart", "y"}, 1), std::nullopt);
  EXPECT_EQ(episodes.book().ofAttempt({"other", "x"}, 1), keyOf("d", "other"));
}

TEST(Episodes, AGroupIsQuietSinceTheLastOfItsOwnIsResolved) {
  Episodes episodes;
  episodes.load({}, after(seconds(5)).boot);
  EXPECT_EQ(episodes.lines().quietSince(kGroup), after(seconds(5)).boot)
      << "nothing was heard since then";
  hear(episodes, "a", true, seconds(10));
  hear(episodes, "b", true, seconds(10));
  EXPECT_EQ(episodes.lines().quietSince(kGroup), std::nullopt);
  hear(episodes, "a", false, seconds(20));
  EXPECT_EQ(episodes.lines().quietSince(kGroup), std::nullopt) << "the other fires";
  hear(episodes, "b", false, seconds(30));
  EXPECT_EQ(episodes.lines().quietSince(kGroup), after(seconds(30)).boot);
  hear(episodes, "c", false, seconds(40));
  EXPECT_EQ(episodes.lines().quietSince(kGroup), after(seconds(30)).boot)
      << "it was quiet all the time";
}

TEST(Episodes, OneIsForgottenAfterADayWithoutAWordOfIt) {
  Episodes episodes;
  hear(episodes, "a", true, seconds(0));
  hear(episodes, "b", true, seconds(0));
  hear(episodes, "c", true, seconds(0));
  hear(episodes, "b", true, hours(1));
  hear(episodes, "c", false, hours(2));
  EXPECT_EQ(episodes.forgetOld(after(hours(24)), hours(24)).size(), 0u)
      << "a day exactly is not over it";
  EXPECT_EQ(episodes.book().size(), 3u);
  EXPECT_EQ(episodes.forgetOld(after(hours(24) + minutes(1) - nanoseconds(1)), hours(24)).size(),
            0u)
      << "it looks every minute";
  EXPECT_EQ(episodes.forgetOld(after(hours(24) + minutes(1)), hours(24)).size(), 1u);
  EXPECT_EQ(episodes.book().find(keyOf("a")), nullptr);
  EXPECT_NE(episodes.book().find(keyOf("b")), nullptr);
  EXPECT_EQ(episodes.forgetOld(after(hours(25)), hours(24)).size(), 0u);
  EXPECT_EQ(episodes.forgetOld(after(hours(25) + minutes(1)), hours(24)).size(), 1u) << "b";
  EXPECT_NE(episodes.book().find(keyOf("c")), nullptr) << "a day after it was resolved";
  EXPECT_EQ(episodes.lines().quietSince(kGroup), after(hours(25) + minutes(1)).boot);
  EXPECT_EQ(episodes.lines().waiting(kGroup), 0u);
  EXPECT_EQ(episodes.forgetOld(after(hours(26) + minutes(2)), hours(24)).size(), 0u)
      << "c did not fire";
  EXPECT_EQ(episodes.book().size(), 0u);
}

TEST(Episodes, WithoutRoomNothingIsChanged) {
  Episodes episodes;
  for (std::size_t i = 0; i < Episodes::kLimit; ++i) {
    ASSERT_EQ(hear(episodes, std::to_string(i), true, seconds(0)), Heard::kNew);
  }
  episodes.book().keep({});
  EXPECT_EQ(hear(episodes, "one more", true, seconds(1)), Heard::kFull);
  EXPECT_EQ(episodes.book().size(), Episodes::kLimit);
  EXPECT_FALSE(episodes.book().proposed());
  EXPECT_EQ(hear(episodes, "7", true, seconds(1)), Heard::kAgain) << "it needs no room";
}

TEST(Episodes, TheResolvedOnesOfLongestAgoMakeRoomAQuarterAtATime) {
  Episodes episodes;
  hear(episodes, "fires", true, seconds(0));
  for (std::size_t i = 1; i < Episodes::kLimit; ++i) {
    hear(episodes, std::to_string(i), false, seconds(Episodes::kLimit - i));
  }
  ASSERT_EQ(episodes.book().size(), Episodes::kLimit);
  EXPECT_EQ(hear(episodes, "one more", true, hours(20)), Heard::kNew);
  EXPECT_EQ(episodes.book().size(), Episodes::kLimit - Episodes::kLimit / 4 + 1);
  EXPECT_TRUE(episodes.book().firing(keyOf("fires")));
  EXPECT_EQ(episodes.book().find(keyOf(std::to_string(Episodes::kLimit - 1))), nullptr);
  EXPECT_NE(episodes.book().find(keyOf("1")), nullptr) << "the one that was resolved last";
}

TEST(Episodes, WhatNobodyTakesIsForgottenAndToldSo) {
  Episodes episodes;
  hear(episodes, "a", true, seconds(0));
  hear(episodes, "b", true, seconds(0));
  hear(episodes, "c", false, seconds(0));
  episodes.book().keep({});
  const auto taken = [](const EpisodeKey& key, const Episode&) { return key.identity == "b"; };
  episodes.keepOnly(taken, after(seconds(1)).boot);
  EXPECT_EQ(episodes.book().size(), 1u);
  EXPECT_EQ(episodes.lines().next(kGroup), keyOf("b"));
  ASSERT_EQ(rowsOf(episodes.book()).episodes.size(), 2u);
  EXPECT_EQ(rowsOf(episodes.book()).episodes[0].first, keyOf("a"));
  EXPECT_EQ(rowsOf(episodes.book()).episodes[0].second, std::nullopt);
  EXPECT_EQ(told(episodes), Words{"forgotten a"}) << "c did not fire";
}

TEST(Episodes, EveryEdgeIsToldAndNothingElse) {
  Episodes episodes;
  hear(episodes, "a", true, seconds(0), "x");
  hear(episodes, "b", false, seconds(0));
  EXPECT_EQ(told(episodes), Words{"firing a"});
  std::vector<HistoryEntry> entries;
  episodes.book().tell(entries, after(seconds(3)));
  const HistoryEntry expected{
      .kind = HistoryKind::kAlert,
      .event = "firing",
      .at = after(seconds(3)).wall,
      .remedy = "restart",
      .target = "x",
      .message = "Down",
      .details = {{"fingerprint", "a"}, {"startsAt", core::toIso8601(kStart)}}};
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0], expected);
  episodes.book().keep({});
  episodes.admitted(keyOf("a"), 1);
  EXPECT_TRUE(episodes.book().proposed());
  EXPECT_EQ(told(episodes), Words{}) << "an attempt is told by its governor";
  episodes.book().keep({});
  hear(episodes, "a", false, seconds(1));
  EXPECT_EQ(told(episodes), Words{"resolved a"});
}

TEST(Episodes, AnUndoneChangeLeavesEverythingAsItWas) {
  Episodes episodes;
  hear(episodes, "a", true, seconds(0));
  hear(episodes, "b", true, seconds(0), "x");
  hear(episodes, "b", false, seconds(1), "x");
  episodes.book().keep({});
  const auto before = allOf(episodes.book()).episodes;
  hear(episodes, "a", false, seconds(10));
  hear(episodes, "new", true, seconds(10));
  episodes.book().undo(after(seconds(10)));
  EXPECT_EQ(allOf(episodes.book()).episodes.size(), before.size());
  EXPECT_TRUE(episodes.book().firing(keyOf("a")));
  EXPECT_EQ(episodes.book().find(keyOf("new")), nullptr);
  EXPECT_EQ(episodes.lines().quietSince(kGroup), std::nullopt) << "a fires";
  EXPECT_EQ(episodes.lines().quietSince({"restart", "x"}), after(seconds(1)).boot) << "as it was";
  EXPECT_FALSE(episodes.book().proposed());
  hear(episodes, "a", false, seconds(20));
  EXPECT_EQ(episodes.lines().quietSince(kGroup), after(seconds(20)).boot) << "it was the only one";
}

TEST(Episodes, AGroupThatFiredInAnUndoneStepIsQuietOnlySinceThen) {
  Episodes episodes;
  hear(episodes, "a", true, seconds(0));
  hear(episodes, "a", false, seconds(1));
  episodes.book().keep({});
  hear(episodes, "b", true, seconds(10));
  episodes.book().undo(after(seconds(12)));
  EXPECT_EQ(episodes.lines().quietSince(kGroup), after(seconds(12)).boot);
}

TEST(Episodes, OneThatIsAdmittedInVainWaitsAgainAfterTheUndo) {
  Episodes episodes;
  hear(episodes, "a", true, seconds(0));
  hear(episodes, "b", true, seconds(0));
  episodes.book().keep({});
  episodes.admitted(keyOf("a"), 1);
  episodes.book().undo(after(seconds(1)));
  EXPECT_EQ(episodes.book().find(keyOf("a"))->attempt, 0u);
  EXPECT_EQ(episodes.lines().next(kGroup), keyOf("b")) << "b keeps its place";
  episodes.wakeAll();
  EXPECT_EQ(episodes.lines().waiting(kGroup), 2u);
}

TEST(Episodes, WhatIsLoadedTakesThePlaceOfAllThatWasKnown) {
  Episodes saved;
  hear(saved, "a", true, seconds(0));
  hear(saved, "a", true, seconds(3));
  hear(saved, "b", true, seconds(0));
  saved.admitted(keyOf("b"), 1);
  hear(saved, "c", true, seconds(0), "x");
  hear(saved, "c", false, seconds(7), "x");
  ASSERT_EQ(allOf(saved.book()).episodes.size(), 3u);
  EXPECT_EQ(allOf(saved.book()).episodes[0].second->heard_at, after(seconds(3)).wall);
  EXPECT_EQ(allOf(saved.book()).episodes[2].second->heard_at, after(seconds(7)).wall);
  std::vector<std::pair<EpisodeKey, Episode>> rows;
  const Changes all = allOf(saved.book());
  for (const auto& [key, episode] : all.episodes) {
    rows.emplace_back(key, *episode);
  }
  Episodes episodes;
  hear(episodes, "old", true, seconds(0));
  episodes.load(rows, after(hours(30)).boot);
  EXPECT_EQ(episodes.book().size(), 3u);
  EXPECT_FALSE(episodes.book().proposed());
  EXPECT_EQ(episodes.lines().next(kGroup), keyOf("a"));
  EXPECT_EQ(episodes.lines().waiting(kGroup), 1u) << "b has had its attempt";
  EXPECT_EQ(episodes.lines().quietSince(kGroup), std::nullopt);
  EXPECT_EQ(episodes.lines().quietSince({"restart", "x"}), after(hours(30)).boot);
  EXPECT_EQ(episodes.forgetOld(after(hours(31)), hours(24)).size(), 0u)
      << "they count as heard of when loaded";
}

// What Alertmanager tells of one alert: from when on, and until when, in seconds.
Heard fires(Episodes& episodes, int from, core::Duration at) {
  return episodes.hear(keyOf("a"), "", {"a", core::WallTime(seconds(from)), true, {}}, after(at));
}
Heard over(Episodes& episodes, int from, std::optional<int> until, core::Duration at) {
  Alert alert{"a", core::WallTime(seconds(from)), false, {}};
  if (until) alert.ends_at = core::WallTime(seconds(*until));
  return episodes.hear(keyOf("a"), "", alert, after(at));
}
std::uint64_t attempt(const Episodes& episodes) {
  return episodes.book().find(keyOf("a"))->attempt;
}

TEST(Episodes, AnotherStartWithoutAResolutionInBetweenIsTheSameEpisode) {
  for (const int other : {1, 99, 100, 101, 5'000}) {
    Episodes episodes;
    EXPECT_EQ(fires(episodes, 100, seconds(0)), Heard::kNew);
    episodes.admitted(keyOf("a"), 7);
    EXPECT_EQ(fires(episodes, other, hours(1)), Heard::kAgain);
    EXPECT_EQ(attempt(episodes), 7u) << other;
    EXPECT_EQ(episodes.lines().waiting(kGroup), 0u) << "it has had its attempt";
  }
}

TEST(Episodes, WhatStartsAfterTheEndIsAnotherOneAtOnce) {
  Episodes episodes;
  fires(episodes, 100, seconds(0));
  episodes.admitted(keyOf("a"), 7);
  EXPECT_EQ(over(episodes, 100, 200, seconds(1)), Heard::kResolved);
  EXPECT_EQ(fires(episodes, 200, seconds(2)), Heard::kOld) << "it had started when that was over";
  EXPECT_EQ(fires(episodes, 201, seconds(2)), Heard::kNew);
  EXPECT_EQ(attempt(episodes), 0u);
  EXPECT_EQ(episodes.lines().next(kGroup), keyOf("a"));
  EXPECT_TRUE(episodes.book().resolved(keyOf("a"), 7)) << "of the episode before";
  EXPECT_FALSE(episodes.book().resolved(keyOf("a"), 8));
}

TEST(Episodes, WhatIsToldLateOfTheEpisodeBeforeChangesNothing) {
  Episodes episodes;
  fires(episodes, 100, seconds(0));
  over(episodes, 100, 200, seconds(1));
  fires(episodes, 300, seconds(2));
  episodes.admitted(keyOf("a"), 7);
  EXPECT_EQ(fires(episodes, 100, seconds(3)), Heard::kOld);
  EXPECT_EQ(over(episodes, 100, 200, seconds(3)), Heard::kOld);
  EXPECT_EQ(over(episodes, 100, 440, seconds(3)), Heard::kOld)
      << "an Alertmanager that Prometheus did not reach guesses the end";
  EXPECT_TRUE(episodes.book().firing(keyOf("a")));
  EXPECT_EQ(over(episodes, 250, 299, seconds(3)), Heard::kOld) << "over before this one began";
  EXPECT_EQ(over(episodes, 250, 301, seconds(3)), Heard::kResolved) << "another replica's start";
}

TEST(Episodes, OfTwoEndsTheEarlierOneCounts) {
  Episodes episodes;
  fires(episodes, 100, seconds(0));
  over(episodes, 100, 200, seconds(1));
  over(episodes, 100, 440, seconds(2));
  EXPECT_EQ(episodes.book().find(keyOf("a"))->ended_at, core::WallTime(seconds(200)));
  over(episodes, 100, 190, seconds(2));
  EXPECT_EQ(episodes.book().find(keyOf("a"))->ended_at, core::WallTime(seconds(190)));
  EXPECT_EQ(fires(episodes, 195, seconds(3)), Heard::kNew);
}

// Its own late beginning was taken for another episode then, with an attempt.
TEST(Episodes, AnEndOfTheEpisodeBeforeDoesNotMoveTheEndOfThisOne) {
  Episodes episodes;
  fires(episodes, 100, seconds(0));
  over(episodes, 100, 200, seconds(1));
  fires(episodes, 300, seconds(2));
  over(episodes, 300, 400, seconds(3));
  over(episodes, 100, 200, seconds(4));
  over(episodes, 250, 290, seconds(4));  // a blip that another replica saw before
  EXPECT_EQ(episodes.book().find(keyOf("a"))->ended_at, core::WallTime(seconds(400)));
  EXPECT_EQ(fires(episodes, 300, seconds(5)), Heard::kOld);
}

TEST(Episodes, AnEndThatWasNoneIsToldSoLaterAndTheSameEpisodeGoesOn) {
  for (const bool attempted : {true, false}) {
    Episodes episodes;
    fires(episodes, 100, seconds(0));
    if (attempted) episodes.admitted(keyOf("a"), 7);
    over(episodes, 100, 340, minutes(1));
    const core::Duration late = minutes(1) + kLate;
    EXPECT_EQ(fires(episodes, 100, late - nanoseconds(1)), Heard::kOld) << "on its way since then";
    EXPECT_FALSE(episodes.book().firing(keyOf("a")));
    episodes.book().keep({});
    EXPECT_EQ(fires(episodes, 100, late), Heard::kAgain);
    EXPECT_TRUE(episodes.book().firing(keyOf("a")));
    EXPECT_EQ(told(episodes), Words{"firing a"});
    EXPECT_EQ(attempt(episodes), attempted ? 7u : 0u);
    EXPECT_EQ(episodes.lines().waiting(kGroup), attempted ? 0u : 1u) << "it has one attempt";
    EXPECT_EQ(over(episodes, 100, 900, late), Heard::kResolved);
  }
}

TEST(Episodes, AnEndWhoseBeginWasNotHeardTellsTheNextOnesApart) {
  Episodes episodes;
  fires(episodes, 100, seconds(0));
  episodes.admitted(keyOf("a"), 7);
  over(episodes, 100, 200, seconds(1));
  EXPECT_EQ(over(episodes, 300, 400, seconds(2)), Heard::kOld);
  EXPECT_EQ(fires(episodes, 300, seconds(3)), Heard::kOld);
  EXPECT_EQ(fires(episodes, 401, seconds(3)), Heard::kNew);
  EXPECT_TRUE(episodes.book().resolved(keyOf("a"), 7)) << "it was, two episodes ago";
}

TEST(Episodes, AnEndThatIsNotToldIsTheStart) {
  for (const auto& until : {std::optional<int>(), std::optional(0), std::optional(99)}) {
    Episodes episodes;
    fires(episodes, 100, seconds(0));
    EXPECT_EQ(over(episodes, 100, until, seconds(1)), Heard::kResolved);
    EXPECT_EQ(fires(episodes, 100, seconds(2)), Heard::kOld);
    EXPECT_EQ(fires(episodes, 101, seconds(2)), Heard::kNew);
  }
}

TEST(Episodes, AnAttemptThatEndsWhenAnotherEpisodeHasBegunIsNoneOfItsFailures) {
  Episodes episodes;
  fires(episodes, 100, seconds(0));
  episodes.admitted(keyOf("a"), 7);
  over(episodes, 100, 200, seconds(1));
  fires(episodes, 300, seconds(2));
  episodes.ended(keyOf("a"), 7, false);
  EXPECT_EQ(episodes.book().find(keyOf("a"))->failures, 0);
  episodes.admitted(keyOf("a"), 8);
  episodes.ended(keyOf("a"), 8, false);
  EXPECT_EQ(episodes.book().find(keyOf("a"))->failures, 1);
}

TEST(Episodes, AnEndAndABeginInOneNotificationAreBothInTheHistory) {
  Episodes episodes;
  fires(episodes, 100, seconds(0));
  episodes.book().keep({});
  over(episodes, 100, 200, seconds(1));
  fires(episodes, 300, seconds(1));
  EXPECT_EQ(told(episodes), (Words{"resolved a", "firing a"}));
  episodes.book().undo(after(seconds(2)));
  EXPECT_TRUE(episodes.book().firing(keyOf("a")));
  EXPECT_EQ(episodes.book().find(keyOf("a"))->starts_at, core::WallTime(seconds(100)));
}

TEST(Episodes, ABeginThatIsUndoneLeavesNobodyInTheLine) {
  Episodes episodes;
  fires(episodes, 100, seconds(0));
  over(episodes, 100, 200, seconds(1));
  episodes.book().keep({});
  fires(episodes, 300, seconds(2));
  episodes.book().undo(after(seconds(2)));
  EXPECT_EQ(episodes.lines().waiting(kGroup), 0u);
  EXPECT_EQ(episodes.lines().firing(kGroup), 0u);
}

TEST(Episodes, WhatIsOneAlertNowKeepsTheEpisodeThatHasHadAnAttempt) {
  Episodes episodes;
  hear(episodes, "a1", true, seconds(0));
  hear(episodes, "a2", true, seconds(0));
  hear(episodes, "b", true, seconds(0));
  episodes.admitted(keyOf("a2"), 7);
  episodes.book().keep({});
  const auto renamed = episodes.rename([](const Episode& e) { return e.fingerprint.substr(0, 1); },
                                       after(seconds(1)).boot);
  EXPECT_EQ(renamed.at(keyOf("a2")), keyOf("a"));
  EXPECT_FALSE(renamed.contains(keyOf("b")));
  EXPECT_EQ(episodes.book().size(), 2u);
  EXPECT_EQ(attempt(episodes), 7u);
  EXPECT_EQ(episodes.lines().firing(kGroup), 2u);
  EXPECT_EQ(rowsOf(episodes.book()).episodes.size(), 3u)
      << "both old names are forgotten, the new one is kept";
  episodes.book().undo(after(seconds(2)));
  EXPECT_EQ(episodes.book().size(), 3u);
}

TEST(Episodes, AnAlertIsNamedByItsLabelOrNot) {
  EXPECT_EQ(alertName({{"job", "x"}, {"alertname", "Down"}}), "Down");
  EXPECT_EQ(alertName({{"job", "x"}}), "without a name");
}

// It came back as one that was heard of when the machine booted: old, after a day.
TEST(Episodes, OneThatIsDroppedAndComesBackIsAsOldAsItWas) {
  Episodes episodes;
  ASSERT_EQ(hear(episodes, "a", true, hours(30)), Heard::kNew);
  episodes.book().keep({});
  episodes.keepOnly([](const EpisodeKey&, const Episode&) { return false; }, after(hours(31)).boot);
  EXPECT_EQ(episodes.book().size(), 0u);
  episodes.book().undo(after(hours(31)));
  EXPECT_EQ(episodes.forgetOld(after(hours(54)), hours(24)).size(), 0u);
  EXPECT_TRUE(episodes.book().firing(keyOf("a")));
  EXPECT_EQ(episodes.forgetOld(after(hours(54) + minutes(2)), hours(24)).size(), 1u);
}

TEST(Episodes, TargetsThatAreQuietForADayTakeNoRoom) {
  Episodes episodes;
  for (int i = 0; i < 100; ++i) {
    const std::string target = std::to_string(i);
    hear(episodes, target, true, hours(i), target);
    hear(episodes, target, false, hours(i), target);
    episodes.forgetOld(after(hours(i)), hours(24));
  }
  EXPECT_LE(episodes.lines().size(), 26u);
  // Nobody is said to be quiet for longer than is known.
  EXPECT_EQ(episodes.lines().quietSince({"restart", "99"}), after(hours(99)).boot);
  EXPECT_GE(episodes.lines().quietSince({"restart", "50"}), after(hours(50)).boot);
  EXPECT_LE(episodes.lines().quietSince({"restart", "50"}), after(hours(75)).boot);
}

TEST(Episodes, QuietLastsThroughACommitThatFails) {
  Episodes episodes;
  hear(episodes, "a", true, hours(1));
  episodes.keepOnly([](const EpisodeKey&, const Episode&) { return false; }, after(hours(2)).boot);
  episodes.book().keep({});
  hear(episodes, "another", true, hours(3), "a");
  episodes.book().undo(after(hours(3)));
  EXPECT_EQ(episodes.lines().quietSince({"restart", ""}), after(hours(2)).boot);
}

}  // namespace
}  // namespace heald::engine
