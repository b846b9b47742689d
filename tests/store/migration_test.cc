#include "store/migration.h"

#include <gmock/gmock.h>

#include "etcd/election.h"
#include "store/etcd_store.h"
#include "store/history_reader.h"
#include "store/support.h"
#include "support/etcd.h"

namespace heald::store {
namespace {

using std::chrono::seconds;
using To = Migration::To;

const std::string kMoved = "/heald/moved";

core::Now steadyNow() {
  return {core::BootTime(std::chrono::steady_clock::now().time_since_epoch()),
          stampAt(100).at.wall};
}

// Everything that a state can hold.
engine::Changes everything() {
  engine::Changes changes = changesOf(7);
  changes.pauses = {{"restart", engine::Pause{core::BootTime(std::chrono::hours(9000)),
                                              stampAt(5).at.wall, "work", "alice@host"}}};
  engine::Permit permit;
  permit.id = "p1";
  permit.governor = "first";
  permit.deadline = core::BootTime(std::chrono::hours(9000));
  changes.permits = {{"p1", permit}};
  changes.approvals = {{{"restart", "", 1},
                        engine::Approval{"first", core::BootTime(std::chrono::hours(9000)),
                                         stampAt(5).at.wall, "go", "alice@host"}}};
  changes.incidents = {{"restart", engine::Incident{}}};
  changes.counts = {{"starts", 3}};
  return changes;
}

class MigrationTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(etcd_.ready()) << etcd_.log(); }

  std::string path() const { return folder_ / "heald.db"; }
  Migration to(To where) {
    Migration m;
    m.to = where;
    m.path = path();
    m.address.endpoints = etcd_.urls();
    m.prefix = kMoved;
    m.lease = seconds(2);
    m.actor = "alice@host";
    m.now = [] { return core::ClockStamp{"boot-1", steadyNow()}; };
    m.progress = [this](const std::string& line) { said_ += line + "\n"; };
    return m;
  }
  std::string refusal(To where) {
    const auto moved = migrate(to(where));
    if (moved) return "it was moved";
    EXPECT_EQ(moved.error().code, ErrorCode::kConflict) << moved.error().message;
    return moved.error().message;
  }

  void fill(const engine::Changes& changes = everything()) const {
    const auto store = makeSqliteStore({.path = path()});
    ASSERT_TRUE(store->open(stampAt(1)).ok());
    ASSERT_EQ(store->commit(changes, {"boot-1", steadyNow()}), "");
  }
  engine::Saved inFile() const {
    const auto store = makeSqliteStore({.path = path()});
    return openedAt(*store, {"boot-1", steadyNow()});
  }
  // As a replica would find it, on another machine.
  engine::Saved inEtcd() {
    TempFolder elsewhere;
    const auto store = replica(elsewhere / "history.db");
    return openedAt(*store, {"boot-1", steadyNow()});
  }
  std::unique_ptr<Store> replica(const std::string& history) {
    EtcdOptions options;
    options.address.endpoints = etcd_.urls();
    options.prefix = kMoved;
    options.replica = "a";
    options.may_act = [] { return true; };
    options.warn = [](const std::string&) {};
    options.history_path = history;
    options.memory_file = history + ".etcd";
    return makeEtcdStore(std::move(options), makeSqliteStore({.path = history}));
  }
  etcd::Client client() { return etcd::Client({.endpoints = etcd_.urls()}, seconds(2)); }
  std::size_t keys() { return client().list(kMoved + "/").rows.size(); }

  void expectWhole(const engine::Saved& saved) {
    EXPECT_EQ(numberIn(saved), 7u);
    EXPECT_EQ(saved.pauses.size(), 1u);
    EXPECT_EQ(saved.permits.size(), 1u);
    EXPECT_EQ(saved.approvals.size(), 1u);
    EXPECT_EQ(saved.incidents.size(), 1u);
    EXPECT_EQ(saved.counts.size(), 1u);
  }

  test::Etcd etcd_;
  TempFolder folder_;
  std::string said_;
};

TEST_F(MigrationTest, AStateMovesToEtcdAndBackWhole) {
  fill();
  const auto there = migrate(to(To::kEtcd));
  ASSERT_TRUE(there.ok()) << there.error().message;
  EXPECT_EQ(there->governors, 2u);
  EXPECT_EQ(there->rows, 8u);
  EXPECT_TRUE(inFile().governors.empty());
  EXPECT_TRUE(inFile().pauses.empty());
  EXPECT_TRUE(inFile().approvals.empty());
  expectWhole(inEtcd());

  const auto back = migrate(to(To::kSqlite));
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_EQ(back->rows, 8u);
  expectWhole(inFile());
  EXPECT_EQ(keys(), 0u);
  ASSERT_TRUE(migrate(to(To::kEtcd)).ok()) << "and again";
}

TEST_F(MigrationTest, AHealdThatStartsOnEtcdTakesWhatWasMovedWithTheHistoryOfItsFile) {
  fill();
  ASSERT_TRUE(migrate(to(To::kEtcd)).ok());
  const auto store = replica(path());
  expectWhole(openedAt(*store, {"boot-1", steadyNow()}));
  const auto page = readHistory(path(), {});
  ASSERT_TRUE(page.ok()) << page.error().message;
  ASSERT_FALSE(page->rows.empty());
  EXPECT_EQ(page->rows.front().entry.event, "migrated");
  EXPECT_EQ(page->rows.front().entry.actor, "alice@host");
}

TEST_F(MigrationTest, AnApprovalAloneIsAStateToMove) {
  engine::Changes changes;
  changes.approvals = everything().approvals;
  fill(changes);
  const auto done = migrate(to(To::kEtcd));
  ASSERT_TRUE(done.ok()) << done.error().message;
  EXPECT_EQ(inEtcd().approvals.size(), 1u);
}

TEST_F(MigrationTest, MoreRowsThanATransactionHoldsAreMovedAtOnce) {
  engine::Changes many;
  for (int i = 0; i < 1234; ++i) many.governors.emplace_back("g" + std::to_string(i), stateOf(5));
  fill(many);
  const auto moved = migrate(to(To::kEtcd));
  ASSERT_TRUE(moved.ok()) << moved.error().message;
  EXPECT_EQ(inEtcd().governors.size(), 1234u);
  ASSERT_TRUE(migrate(to(To::kSqlite)).ok());
  EXPECT_EQ(inFile().governors.size(), 1234u);
  EXPECT_EQ(keys(), 0u);
}

TEST_F(MigrationTest, WhatIsInTheWayIsNamedAndNothingIsChanged) {
  EXPECT_THAT(refusal(To::kEtcd), testing::HasSubstr("there is no such file"));
  EXPECT_THAT(refusal(To::kSqlite), testing::HasSubstr("etcd holds no state there"));
  EXPECT_EQ(keys(), 0u) << "nor was a head written";
  fill();
  ASSERT_TRUE(migrate(to(To::kEtcd)).ok());
  EXPECT_THAT(refusal(To::kEtcd), testing::HasSubstr("the state is in etcd already"));
  fill(changesOf(9));
  EXPECT_THAT(refusal(To::kEtcd), testing::HasSubstr("etcd holds another state"));
  EXPECT_THAT(refusal(To::kSqlite), testing::HasSubstr("it holds another state already"));
  EXPECT_EQ(numberIn(inFile()), 9u);
  expectWhole(inEtcd());
}

TEST_F(MigrationTest, AHealdThatRunsIsInTheWay) {
  fill();
  {
    const auto running = makeSqliteStore({.path = path()});
    openedAt(*running, stampAt(1));
    const auto moved = migrate(to(To::kEtcd));
    ASSERT_FALSE(moved.ok());
    EXPECT_THAT(moved.error().message, testing::HasSubstr("another heald uses this store"));
  }
  etcd::ElectionOptions options;
  options.address.endpoints = etcd_.urls();
  options.prefix = kMoved;
  options.lease = seconds(2);
  options.self = {"heald-1", "https://heald-1:3001", "", ""};
  options.now = [] { return steadyNow().boot; };
  etcd::Election acts(options);
  acts.start([] {});
  ASSERT_TRUE(test::eventually([&] { return acts.mayAct(); }, seconds(10)));
  EXPECT_THAT(refusal(To::kEtcd), testing::HasSubstr("heald-1 (https://heald-1:3001) acts"));
  EXPECT_THAT(said_, testing::HasSubstr("heald-1 (https://heald-1:3001) leads; waiting"));
  acts.stop(true);
  options.self.name = "heald-2";
  ASSERT_TRUE(migrate(to(To::kEtcd)).ok()) << "now that it is stopped";
}

TEST_F(MigrationTest, ARowThatCannotBeReadIsInTheWay) {
  fill();
  runSql(path(), "UPDATE governors SET state = 'broken' WHERE name = 'second'");
  EXPECT_THAT(refusal(To::kEtcd), testing::HasSubstr("1 rows cannot be read"));
  EXPECT_EQ(keys(), 0u);
}

TEST_F(MigrationTest, AReplicaThatStandsByIsInTheWay) {
  fill();
  etcd::Client client({.endpoints = etcd_.urls()}, seconds(2));
  const std::int64_t lease = client.grant(seconds(60));
  client.commit({}, {etcd::Put{kMoved + "/replicas/heald-2", R"({"name":"heald-2"})", lease}});
  EXPECT_THAT(refusal(To::kEtcd), testing::HasSubstr("heald-2 stands by"));
  client.revoke(lease);
  EXPECT_TRUE(migrate(to(To::kEtcd)).ok());
}

TEST_F(MigrationTest, ARowOfEtcdThatCannotBeReadIsInTheWay) {
  fill();
  ASSERT_TRUE(migrate(to(To::kEtcd)).ok());
  etcd::Client client({.endpoints = etcd_.urls()}, seconds(2));
  client.commit({}, {etcd::Put{kMoved + "/rows/governors/second", "broken"}});
  EXPECT_THAT(refusal(To::kSqlite), testing::HasSubstr("1 rows cannot be read"));
  EXPECT_EQ(client.get(kMoved + "/rows/governors/second").rows.size(), 1u);
}

TEST_F(MigrationTest, RowsWithoutAHeadAreRemovedOnlyWhenTheFileHasThem) {
  fill();
  etcd::Client client({.endpoints = etcd_.urls()}, seconds(2));
  client.commit({}, {etcd::Put{kMoved + "/rows/governors/second", "left"},
                     etcd::Put{kMoved + "/rows/governors/unknown", "whose"},
                     etcd::Put{kMoved + "/staged/1-1/0", "[]"}});
  EXPECT_THAT(refusal(To::kSqlite), testing::HasSubstr("remove those keys by hand"));
  EXPECT_EQ(client.list(kMoved + "/rows/").rows.size(), 2u);
  client.commit({}, {etcd::Remove{kMoved + "/rows/governors/unknown"}});
  const auto moved = migrate(to(To::kSqlite));
  ASSERT_TRUE(moved.ok()) << moved.error().message;
  EXPECT_TRUE(moved->resumed);
  EXPECT_EQ(keys(), 0u) << "staged parts as well";
}

// Done, and then cut: after so many transactions nothing is answered any more.
class CutConnection : public etcd::Keys {
 public:
  CutConnection(etcd::Address address, int& left)
      : client_(std::move(address), seconds(2)), left_(left) {}
  etcd::Range get(const std::string& key) override { return answered(client_.get(key)); }
  etcd::Range list(const std::string& prefix) override { return answered(client_.list(prefix)); }
  etcd::Done commit(const std::vector<etcd::Compare>& compares,
                    const std::vector<etcd::Operation>& operations) override {
    if (left_ <= 0) throw etcd::Fault("no answer", true);
    const etcd::Done done = client_.commit(compares, operations);
    if (--left_ <= 0) throw etcd::Fault("no answer", true);
    return done;
  }

 private:
  etcd::Range answered(etcd::Range range) const {
    if (left_ <= 0) throw etcd::Fault("no answer", false);
    return range;
  }

  etcd::Client client_;
  int& left_;
};

TEST_F(MigrationTest, AMoveThatIsCutBehindAnyTransactionIsFinishedByTheNext) {
  for (const To where : {To::kEtcd, To::kSqlite}) {
    bool whole = false;
    for (int cut = 1; cut < 30 && !whole; ++cut) {
      SCOPED_TRACE(cut);
      for (const auto& row : client().list(kMoved + "/").rows) {
        client().commit({}, {etcd::Remove{row.key}});
      }
      std::filesystem::remove(path());
      std::filesystem::remove(path() + ".etcd");
      fill();
      if (where == To::kSqlite) {
        ASSERT_TRUE(migrate(to(To::kEtcd)).ok());
      }
      int left = cut;
      Migration through = to(where);
      through.connect = [&] { return std::make_unique<CutConnection>(through.address, left); };
      whole = migrate(through).ok();
      if (!whole) {
        const auto again = migrate(to(where));
        // Nothing but its answer was missing.
        const bool was_done =
            !again.ok() && again.error().message.find("already") != std::string::npos;
        EXPECT_TRUE(again.ok() || was_done) << again.error().message;
      }
      expectWhole(where == To::kEtcd ? inEtcd() : inFile());
    }
    EXPECT_TRUE(whole) << "the cuts have come to the end";
  }
}

}  // namespace
}  // namespace heald::store
