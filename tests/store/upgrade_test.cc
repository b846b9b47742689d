#include "store/history_reader.h"
#include "store/schema.h"
#include "support.h"

// Stores that released versions have written: each is opened with all that it holds.
namespace heald::store {
namespace {

using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

constexpr std::int64_t kLastBeat = 1'795'938'151'170'241'733;  // of that store, since 1970

// An hour after it was written, in another boot.
core::ClockStamp anHourLater() {
  return {"boot-2",
          {core::BootTime(std::chrono::minutes(5)),
           core::WallTime(core::Duration(kLastBeat) + std::chrono::hours(1))}};
}

std::string storeOf010(const TempFolder& folder) {
  const std::string path = folder / "heald.db";
  runSql(path, readFile(HEALD_SOURCE_DIR "/tests/testdata/store/0.1.0.sql"));
  return path;
}

TEST(Upgrade, AStoreOf010IsOpenedWithEverythingThatGovernsAttempts) {
  const TempFolder folder;
  const auto store = storeAt(storeOf010(folder));
  const engine::Saved saved = openedAt(*store, anHourLater());
  EXPECT_TRUE(saved.unreadable.empty());
  std::map<std::string, core::GovernorState> governors(saved.governors.begin(),
                                                       saved.governors.end());
  ASSERT_EQ(governors.size(), 3U);
  const core::GovernorState& dormant = governors["restart-shop"];
  ASSERT_TRUE(dormant.dormancy);
  EXPECT_EQ(dormant.dormancy->reason, "Exceeded max failures");
  EXPECT_EQ(dormant.consecutive_failures, 10);
  EXPECT_EQ(dormant.breaker.state, core::BreakerState::kPermanentOpen);
  EXPECT_EQ(dormant.starts.size(), 10U) << "what the budgets count";
  EXPECT_EQ(governors["ci"].in_flight.size(), 1U);
  EXPECT_EQ(governors["restart-exporter@db1:9100"].in_flight.size(), 1U);
}

TEST(Upgrade, AStoreOf010IsOpenedWithWhatHumansAndOtherProgramsHaveDone) {
  const TempFolder folder;
  const auto store = storeAt(storeOf010(folder));
  const engine::Saved saved = openedAt(*store, anHourLater());
  ASSERT_EQ(saved.pauses.size(), 1U);
  EXPECT_EQ(saved.pauses[0].first, "clean-up");
  EXPECT_EQ(saved.pauses[0].second.reason, "the disk is being replaced");
  ASSERT_EQ(saved.permits.size(), 1U);
  EXPECT_EQ(saved.permits[0].governor, "ci");
  EXPECT_EQ(saved.permits[0].reason, "nightly build");
  ASSERT_EQ(saved.episodes.size(), 1U);
  EXPECT_TRUE(saved.episodes[0].second.firing);
  EXPECT_EQ(saved.episodes[0].second.target, "db1:9100");
  ASSERT_EQ(saved.flags.size(), 1U);
  EXPECT_EQ(saved.flags[0].first, core::Feature::kPreventiveHealing);
  EXPECT_EQ(saved.incidents.count("restart-shop"), 1U);
  EXPECT_EQ(saved.answers.size(), 2U);
  EXPECT_THAT(saved.counts,
              UnorderedElementsAre(Pair("human_actions/flag", 1), Pair("human_actions/pause", 1)));
  EXPECT_EQ(saved.unhealthy_times.size(), 1U);
}

TEST(Upgrade, TheHistoryOf010IsThereAndGoesOn) {
  const TempFolder folder;
  const std::string path = storeOf010(folder);
  const auto store = storeAt(path);
  openedAt(*store, anHourLater());
  engine::HistoryQuery query;
  query.limit = 1000;
  const auto before = readHistory(path, query);
  ASSERT_TRUE(before.ok()) << before.error().message;
  EXPECT_GT(before->rows.size(), 30U);
  for (const auto& row : before->rows) EXPECT_EQ(row.unreadable, "") << row.id;
  EXPECT_EQ(store->commit(changesOf(1), anHourLater()), "");
}

TEST(Upgrade, AnOlderHealdRefusesTheStoreOfANewerOneAndChangesNothingInIt) {
  const TempFolder folder;
  const std::string path = storeOf010(folder);
  { openedAt(*storeAt(path), anHourLater()); }
  const std::string next = std::to_string(schemaVersion() + 1);
  runSql(path, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA user_version = " + next);
  const std::string content = readFile(path);
  const auto opened = storeAt(path)->open(anHourLater());
  ASSERT_FALSE(opened.ok());
  EXPECT_THAT(opened.error().message,
              testing::HasSubstr("its schema has version " + next + ", this heald knows 1 to " +
                                 std::to_string(schemaVersion()) +
                                 "; use the heald that wrote it, or a newer one"));
  EXPECT_EQ(readFile(path), content);
}

}  // namespace
}  // namespace heald::store
