#include "api/availability.h"

#include <gmock/gmock.h>

namespace heald::api {
namespace {

using core::Health;
using engine::HistoryEntry;
using engine::HistoryKind;
using std::chrono::hours;
using std::chrono::minutes;

constexpr core::WallTime kNow{hours(500'000)};

class AvailabilityTest : public testing::Test {
 protected:
  AvailabilityTest() {
    view_.name = "web";
    view_.health = Health::kHealthy;
  }

  void add(core::Duration ago, HistoryKind kind, std::string event, std::string was = "") {
    HistoryEntry entry{.kind = kind, .event = std::move(event), .at = kNow - ago};
    if (kind == HistoryKind::kCheck) {
      entry.check = "web";
      entry.details = {{"was", std::move(was)}};
    }
    rows_.push_back({++last_, std::move(entry)});
  }
  void check(core::Duration ago, std::string is, std::string was) {
    add(ago, HistoryKind::kCheck, std::move(is), std::move(was));
  }

  Availability::Check look() {
    const auto read = [this](const engine::HistoryQuery& query) -> Result<engine::HistoryPage> {
      engine::HistoryPage page{{}, false, last_};
      for (const engine::HistoryRow& row : rows_) {
        const bool fits = row.id > query.after && (!query.since || row.entry.at >= *query.since);
        if (fits && page.rows.size() < query.limit) page.rows.push_back(row);
      }
      read_ += page.rows.size();
      return page;
    };
    return book_.look(read, {view_}, kNow)->front();
  }

  engine::CheckView view_;
  std::vector<engine::HistoryRow> rows_;
  std::int64_t last_ = 0;
  std::size_t read_ = 0;
  Availability book_;
};

TEST_F(AvailabilityTest, CountsTheTimeThatACheckWasUnhealthyOfTheTimeThatItWasKnown) {
  check(hours(48), "healthy", "unknown");
  check(hours(30), "unhealthy", "healthy");
  check(hours(18), "healthy", "unhealthy");
  const Availability::Check found = look();
  EXPECT_EQ(found.day.known, hours(24));
  EXPECT_EQ(found.day.unhealthy, hours(6));
  EXPECT_EQ(found.week.known, hours(48));
  EXPECT_EQ(found.week.unhealthy, hours(12));
  EXPECT_EQ(found.quarter.unhealthy, hours(12));
}

TEST_F(AvailabilityTest, KnowsNothingOfTheTimeInWhichHealdDidNotRun) {
  check(hours(10), "unhealthy", "unknown");
  add(hours(8), HistoryKind::kHeald, "stopped");
  add(hours(3), HistoryKind::kHeald, "started");
  check(hours(3), "healthy", "unknown");
  const Availability::Check found = look();
  EXPECT_EQ(found.day.known, hours(5));
  EXPECT_EQ(found.day.unhealthy, hours(2));
}

TEST_F(AvailabilityTest, GoesBackToWhereTheHistoryBeginsForWhatWasBeforeTheFirstChange) {
  add(hours(20), HistoryKind::kReload, "reloaded");
  check(hours(4), "unhealthy", "healthy");
  view_.health = Health::kUnhealthy;
  EXPECT_EQ(look().day.known, hours(20));
  EXPECT_EQ(look().day.unhealthy, hours(4));
}

TEST_F(AvailabilityTest, TakesWhatIsNowForWhatWasWhereNothingHasChanged) {
  add(hours(20), HistoryKind::kReload, "reloaded");
  EXPECT_EQ(look().day.known, hours(20));
  EXPECT_EQ(look().day.unhealthy, core::Duration::zero());
  view_.health = Health::kUnknown;
  EXPECT_EQ(look().day.known, core::Duration::zero());
}

TEST_F(AvailabilityTest, ReadsWhatItHasReadOnlyOnce) {
  for (int i = 100; i > 0; --i) check(minutes(i), i % 2 ? "healthy" : "unhealthy", "unknown");
  look();
  read_ = 0;
  look();
  EXPECT_EQ(read_, 1u);  // where the history begins
}

TEST_F(AvailabilityTest, BeginsAnewWithAStoreThatWasBegunAnew) {
  for (int i = 0; i < 9; ++i) check(hours(9), "unhealthy", "unknown");
  look();
  rows_.clear();
  last_ = 0;
  check(hours(2), "healthy", "unknown");
  EXPECT_EQ(look().day.known, hours(2));
  EXPECT_EQ(look().day.unhealthy, core::Duration::zero());
}

TEST_F(AvailabilityTest, PassesOnWhyTheHistoryCannotBeRead) {
  const auto broken = [](const engine::HistoryQuery&) -> Result<engine::HistoryPage> {
    return Error{ErrorCode::kUnavailable, "the disk is gone"};
  };
  EXPECT_EQ(book_.look(broken, {view_}, kNow).error().message, "the disk is gone");
}

}  // namespace
}  // namespace heald::api
