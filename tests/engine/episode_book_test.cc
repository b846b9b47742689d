#include "engine/episode_book.h"

#include <gtest/gtest.h>

#include "book_views.h"

namespace heald::engine {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

core::Now inEpisodes(core::Duration since) {
  return {core::BootTime(hours(1000)) + since, core::WallTime(hours(490'000)) + since};
}

EpisodeKey rowNamed(const std::string& identity, const std::string& remedy = "restart") {
  return {remedy, identity};
}

struct Shelved {
  void hears(const EpisodeKey& key, core::Duration since, std::uint64_t attempt = 0) {
    book.change(key).attempt = attempt;
    book.heard(key, inEpisodes(since));
  }

  std::vector<core::BootTime> undone;
  EpisodeBook book{[this](core::BootTime now) { undone.push_back(now); }};
};

TEST(EpisodeBook, ThoseHeardOfLongestAgoComeFirstAndNoOthers) {
  Shelved ward;
  ward.hears(rowNamed("b"), minutes(1));
  ward.hears(rowNamed("a"), minutes(2));
  ward.hears(rowNamed("c"), minutes(3));
  ward.hears(rowNamed("b"), minutes(4));
  EXPECT_EQ(ward.book.heardBefore(inEpisodes(minutes(4)).boot),
            (std::vector{rowNamed("a"), rowNamed("c")}));
  ward.book.drop(rowNamed("a"));
  EXPECT_EQ(ward.book.heardBefore(inEpisodes(hours(1)).boot),
            (std::vector{rowNamed("c"), rowNamed("b")}));
}

TEST(EpisodeBook, AnUndoBringsBackWhatWasAndWhenItWasHeardOf) {
  Shelved ward;
  ward.hears(rowNamed("a"), minutes(1), 7);
  ward.hears(rowNamed("b"), minutes(2));
  ward.book.keep({});
  ward.hears(rowNamed("a"), minutes(3), 8);
  ward.book.drop(rowNamed("b"));
  ward.hears(rowNamed("c"), minutes(3));
  ward.book.undo(inEpisodes(minutes(3)));
  EXPECT_EQ(ward.undone, std::vector{inEpisodes(minutes(3)).boot});
  EXPECT_EQ(ward.book.size(), 2u);
  EXPECT_EQ(ward.book.find(rowNamed("a"))->attempt, 7u);
  EXPECT_EQ(ward.book.heardBefore(inEpisodes(hours(1)).boot),
            (std::vector{rowNamed("a"), rowNamed("b")}));
  EXPECT_FALSE(ward.book.proposed());
}

TEST(EpisodeBook, ThatOneWasHeardOfIsNoProposalAndIsWrittenWithTheNext) {
  Shelved ward;
  ward.hears(rowNamed("a"), minutes(1));
  ward.book.keep({});
  ward.book.heard(rowNamed("a"), inEpisodes(minutes(2)));
  EXPECT_FALSE(ward.book.proposed());
  EXPECT_TRUE(rowsOf(ward.book).episodes.empty());
  ward.book.change(rowNamed("a")).failures = 1;
  ASSERT_EQ(rowsOf(ward.book).episodes.size(), 1u);
  EXPECT_EQ(rowsOf(ward.book).episodes[0].second->heard_at, inEpisodes(minutes(2)).wall);
}

TEST(EpisodeBook, OfOneRemedyLooksAtNoOther) {
  Shelved ward;
  for (const char* remedy : {"a", "b", "c"}) ward.hears(rowNamed("x", remedy), minutes(1));
  std::vector<std::string> seen;
  const auto chosen = [&](const EpisodeKey& key, const Episode&) {
    seen.push_back(key.remedy);
    return true;
  };
  EXPECT_EQ(ward.book.keys(chosen, "b"), std::vector{rowNamed("x", "b")});
  EXPECT_EQ(seen, std::vector<std::string>{"b"});
}

}  // namespace
}  // namespace heald::engine
