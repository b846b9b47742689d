#include "store/etcd_rows.h"

#include "engine/pauses.h"
#include "store/fault.h"
#include "store/memory_rows.h"
#include "store/support.h"

namespace heald::store {
namespace {

std::vector<std::pair<std::string, std::string>> stored(const std::vector<Row>& rows) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const Row& row : rows) {
    if (row.text) all.emplace_back(row.key, *row.text);
  }
  return all;
}

engine::Changes everyKind(std::uint64_t number) {
  engine::Changes changes = changesOf(number);
  core::FeatureFlags::Layers layers;
  layers.overridden = false;
  layers.changed_at = core::WallTime(std::chrono::hours(1));
  changes.flags = {{core::kFeatures[0], layers}};
  changes.pauses = {{"restart", engine::Pause{core::BootTime(std::chrono::hours(1)),
                                              core::WallTime(std::chrono::hours(2)), "why", "me"}}};
  changes.approvals = {{{"fix", "web\n1/a", 2},
                        engine::Approval{"main", core::BootTime(std::chrono::hours(1)),
                                         core::WallTime(std::chrono::hours(2)), "why", "me"}}};
  changes.counts = {{"one", number}};
  engine::UnhealthyTime time;
  time.ended = std::chrono::seconds(7);
  time.since = core::BootTime(std::chrono::seconds(3));
  time.human = true;
  changes.unhealthy_times = {{"check/with/slashes", time}};
  return changes;
}

TEST(EtcdRows, WhatIsWrittenIsFoundAsAnotherStoreFindsIt) {
  for (const char* boot : {"boot-1", "another"}) {
    const engine::Changes changes = everyKind(5);
    MemoryRows reference;
    reference.put(changes, stampAt(100));
    const core::ClockStamp present = stampAt(200, boot);
    const engine::Saved expected = reference.load(present);
    const engine::Saved found = savedOf(stored(rowsOf(changes, stampAt(100))), present);
    EXPECT_EQ(found.governors, expected.governors) << boot;
    EXPECT_EQ(found.remedies, expected.remedies) << boot;
    EXPECT_EQ(found.counts, expected.counts) << boot;
    ASSERT_EQ(found.pauses.size(), 1u);
    EXPECT_EQ(found.pauses[0].second.until, expected.pauses[0].second.until) << boot;
    ASSERT_EQ(found.approvals.size(), 1u);
    EXPECT_EQ(found.approvals, expected.approvals) << boot;
    ASSERT_EQ(found.unhealthy_times.size(), 1u);
    EXPECT_EQ(found.unhealthy_times[0].first, "check/with/slashes");
    EXPECT_EQ(found.unhealthy_times[0].second.since, expected.unhealthy_times[0].second.since);
    ASSERT_EQ(found.flags.size(), 1u);
    EXPECT_EQ(found.flags[0].second.overridden, false);
    EXPECT_TRUE(found.unreadable.empty());
  }
}

TEST(EtcdRows, WhatIsForgottenIsAKeyThatGoes) {
  engine::Changes changes;
  changes.forgotten = {"api"};
  changes.pauses = {{"restart", std::nullopt}};
  EXPECT_EQ(rowsOf(changes, stampAt(1)),
            (std::vector<Row>{{"governors/api", std::nullopt}, {"pauses/restart", std::nullopt}}));
}

TEST(EtcdRows, WhatCannotBeReadIsListedWhereItMattersAndAPauseHolds) {
  const core::ClockStamp present = stampAt(10);
  const engine::Saved saved = savedOf({{"governors/api", "{"},
                                       {"pauses/restart", "[]"},
                                       {"approvals/fix\n1\n", "{}"},
                                       {"approvals/fix", "{}"},
                                       {"episodes/x", "{}"},
                                       {"unknown/y", "{}"},
                                       {"no-table", "{}"}},
                                      present);
  ASSERT_EQ(saved.unreadable.size(), 1u);
  EXPECT_EQ(saved.unreadable[0].first, "api");
  ASSERT_EQ(saved.pauses.size(), 1u);
  EXPECT_EQ(saved.pauses[0].second.until, present.at.boot + engine::Pauses::kLongest);
  EXPECT_TRUE(saved.approvals.empty()) << "not knowing means not acting";
}

TEST(EtcdRows, RowsComeBackFromTheirText) {
  const std::vector<Row> rows = {{"a", "x"}, {"b", std::nullopt}, {"c\n", ""}};
  EXPECT_EQ(rowsIn(textOf(rows)), rows);
  EXPECT_TRUE(rowsIn(textOf({})).empty());
  for (const char* wrong : {"", "{", "[1]", "[[]]", R"([["a",1]])", R"([["a","b","c"]])"}) {
    EXPECT_THROW(rowsIn(wrong), Fault) << wrong;
  }
}

// After a reboot the boot clock begins anew: what was to end in a quarter of an hour still does.
TEST(EtcdRows, AnEndComesAtTheSameTimeOfDayOverAReboot) {
  engine::Changes changes;
  engine::Permit permit;
  permit.id = "p1";
  permit.governor = "main";
  permit.deadline = stampAt(1000).at.boot;
  changes.permits = {{"p1", permit}};
  engine::Pause pause;
  pause.until = stampAt(1000).at.boot;
  changes.pauses = {{"restart", pause}};
  engine::Approval approval;
  approval.until = stampAt(1000).at.boot;
  changes.approvals = {{{"fix", "", 1}, approval}};
  core::ClockStamp present = stampAt(400, "another");
  present.at.boot = core::BootTime(std::chrono::seconds(10));
  const engine::Saved found = savedOf(stored(rowsOf(changes, stampAt(100))), present);
  const auto same = present.at.boot + std::chrono::seconds(600);
  ASSERT_EQ(found.permits.size(), 1u);
  EXPECT_EQ(found.permits[0].deadline, same);
  ASSERT_EQ(found.pauses.size(), 1u);
  EXPECT_EQ(found.pauses[0].second.until, same);
  ASSERT_EQ(found.approvals.size(), 1u);
  EXPECT_EQ(found.approvals[0].second.until, same);
}

TEST(EtcdRows, AsManyFitAsATransactionHoldsByTheirNumberAndTheirBytes) {
  EXPECT_EQ(fitting(std::vector<Row>(kMostRows, Row{"k", "v"})), kMostRows);
  EXPECT_EQ(fitting(std::vector<Row>(kMostRows + 1, Row{"k", "v"})), kMostRows);
  const Row large{"k", std::string(std::size_t{400} * 1024, 'x')};
  EXPECT_EQ(fitting(std::vector<Row>(5, large)), 1u) << "etcd takes 1.5 MiB, which are fewer here";
  EXPECT_EQ(fitting(std::vector<Row>(1, Row{"k", std::string(std::size_t{2} << 20, 'x')})), 1u)
      << "one goes at any rate";
}

}  // namespace
}  // namespace heald::store
