#include "engine/episode_lines.h"

#include <gtest/gtest.h>

namespace heald::engine {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const EpisodeLines::Group kWeb{"restart", "web"};
const EpisodeLines::Group kDb{"restart", "db"};

core::BootTime inLines(core::Duration since) {
  return core::BootTime(hours(1000)) + since;
}

EpisodeKey named(const std::string& identity) {
  return {"restart", identity};
}

TEST(EpisodeLines, TheOneThatWaitsLongestIsNextAndNobodyHasTwoPlaces) {
  EpisodeLines lines;
  for (const char* name : {"b", "a"}) {
    lines.fires(kWeb);
    lines.wait(kWeb, named(name));
  }
  lines.wait(kWeb, named("b"));
  EXPECT_EQ(lines.waiting(kWeb), 2u);
  EXPECT_EQ(lines.next(kWeb), named("b"));
  lines.leave(named("b"));
  lines.leave(named("b"));
  EXPECT_EQ(lines.next(kWeb), named("a"));
  lines.setAside(kWeb);
  EXPECT_EQ(lines.next(kWeb), std::nullopt);
  lines.wait(kWeb, named("a"));
  EXPECT_EQ(lines.next(kWeb), named("a")) << "it has lost its place, and gets another";
}

TEST(EpisodeLines, AGroupIsQuietSinceItsLastOneCeased) {
  EpisodeLines lines;
  lines.begin(inLines({}));
  EXPECT_EQ(lines.quietSince(kWeb), inLines({}));
  lines.fires(kWeb);
  lines.fires(kWeb);
  lines.ceases(kWeb, inLines(minutes(1)));
  EXPECT_EQ(lines.quietSince(kWeb), std::nullopt);
  EXPECT_EQ(lines.firing(), 1u);
  lines.ceases(kWeb, inLines(minutes(2)));
  EXPECT_EQ(lines.quietSince(kWeb), inLines(minutes(2)));
}

TEST(EpisodeLines, AQuietGroupIsForgottenAndIsStillQuietSinceThen) {
  EpisodeLines lines;
  for (const auto& group : {kWeb, kDb}) lines.fires(group);
  lines.ceases(kWeb, inLines(minutes(1)));
  lines.forgetQuiet(inLines(minutes(61)), hours(1));
  EXPECT_EQ(lines.size(), 2u) << "an hour exactly is not over it";
  lines.forgetQuiet(inLines(minutes(62)), hours(1));
  EXPECT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines.quietSince(kWeb), inLines(minutes(1)));
  EXPECT_EQ(lines.firing(kDb), 1u) << "what fires is not forgotten";
}

TEST(EpisodeLines, WhatIsCountedAnewKeepsPlacesAndQuiet) {
  EpisodeLines lines;
  for (const char* name : {"a", "b"}) {
    lines.fires(kWeb);
    lines.wait(kWeb, named(name));
  }
  lines.fires(kDb);
  lines.ceases(kDb, inLines(minutes(1)));
  lines.recount({{named("b"), kWeb, true}, {named("c"), kDb, false}}, inLines(minutes(5)));
  EXPECT_EQ(lines.next(kWeb), named("b"));
  EXPECT_EQ(lines.waiting(kWeb), 1u);
  EXPECT_EQ(lines.firing(), 1u);
  EXPECT_EQ(lines.quietSince(kDb), inLines(minutes(1)));
  lines.recount({}, inLines(minutes(6)));
  EXPECT_EQ(lines.quietSince(kWeb), inLines(minutes(6)));
}

TEST(EpisodeLines, OnlyGroupsThatHaveChangedAreNamedAndOnce) {
  EpisodeLines lines;
  lines.fires(kWeb);
  lines.fires(kDb);
  (void)lines.takeTouched();
  lines.wait(kDb, named("a"));
  EXPECT_EQ(lines.takeTouched(), std::set<EpisodeLines::Group>{kDb});
  lines.wait(kDb, named("a"));
  EXPECT_TRUE(lines.takeTouched().empty());
}

TEST(EpisodeLinesDeathTest, WhoWaitsFires) {
  EpisodeLines lines;
  EXPECT_DEATH(lines.wait(kWeb, named("a")), "fires");
  EXPECT_DEATH(lines.ceases(kWeb, {}), "fired");
}

}  // namespace
}  // namespace heald::engine
