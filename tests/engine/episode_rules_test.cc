// The table of docs/adr/0047, row by row, without an episode that is kept.
#include "engine/episode_rules.h"

#include <gtest/gtest.h>

namespace heald::engine {
namespace {

using std::chrono::seconds;

core::WallTime wall(int second) {
  return core::WallTime(seconds(second));
}

Alert firesFrom(int start) {
  return {"a", wall(start), true, {}};
}
Alert overFrom(int start, std::optional<int> end = {}) {
  Alert alert{"a", wall(start), false, {}};
  if (end) alert.ends_at = wall(*end);
  return alert;
}

// The one before was over at 50.
Episode firing() {
  Episode episode;
  episode.starts_at = wall(100);
  episode.before = wall(50);
  return episode;
}
Episode over() {
  Episode episode = firing();
  episode.firing = false;
  episode.ended_at = wall(200);
  return episode;
}

TEST(EpisodeRules, OfNothingKnownOneBegins) {
  EXPECT_EQ(meaningOf(firesFrom(1)), Told::kBegins);
  EXPECT_EQ(meaningOf(overFrom(1)), Told::kBeganLate);
}

TEST(EpisodeRules, WhileOneFires) {
  EXPECT_EQ(meaningOf(firesFrom(5000), firing(), {}), Told::kAgain);
  EXPECT_EQ(meaningOf(firesFrom(50), firing(), {}), Told::kOld) << "of the one before";
  EXPECT_EQ(meaningOf(overFrom(100, 150), firing(), {}), Told::kEnds);
  EXPECT_EQ(meaningOf(overFrom(60, 99), firing(), {}), Told::kOld) << "an end before its start";
  EXPECT_EQ(meaningOf(overFrom(100), firing(), {}), Told::kEnds) << "no end is told";
}

TEST(EpisodeRules, WhenItIsOver) {
  EXPECT_EQ(meaningOf(firesFrom(201), over(), {}), Told::kBegins);
  EXPECT_EQ(meaningOf(overFrom(201, 300), over(), {}), Told::kBeganLate);
  EXPECT_EQ(meaningOf(overFrom(100, 199), over(), {}), Told::kEndsBefore);
  EXPECT_EQ(meaningOf(overFrom(100, 200), over(), {}), Told::kOld);
  EXPECT_EQ(meaningOf(overFrom(50, 199), over(), {}), Told::kOld) << "of the one before";
  EXPECT_EQ(meaningOf(firesFrom(200), over(), kLate - seconds(1)), Told::kOld);
  EXPECT_EQ(meaningOf(firesFrom(200), over(), kLate), Told::kGoesOn);
}

TEST(EpisodeRules, AnotherOneRemembersTheOneBefore) {
  Episode before = over();
  before.attempt = 7;
  const Episode next = beginningOf(firesFrom(300), "web", before);
  EXPECT_EQ(next.before, wall(200));
  EXPECT_EQ(next.earlier_attempt, 7u);
  EXPECT_EQ(next.target, "web");
  EXPECT_FALSE(next.firing) << "that is up to who counts";
  EXPECT_EQ(beginningOf(firesFrom(400), "web", next).earlier_attempt, 7u) << "it had none itself";
}

}  // namespace
}  // namespace heald::engine
