#include "store/etcd_store.h"

#include "etcd/client.h"
#include "store/history_reader.h"
#include "store/support.h"
#include "support/cutting_proxy.h"
#include "support/etcd.h"

namespace heald::store {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const std::string kPrefix = "/heald/test";

// A replica, as far as its store goes.
struct Machine {
  Machine(const std::string& name, std::vector<std::string> endpoints) {
    EtcdOptions options;
    options.address.endpoints = std::move(endpoints);
    options.prefix = kPrefix;
    options.replica = name;
    options.may_act = [this] { return leads; };
    options.why_not = [] { return std::string("another replica leads: b"); };
    options.deposed = [this](const std::string& reason) { deposed = reason; };
    options.warn = [this](const std::string& reason) { warned = reason; };
    options.history_path = folder / "history.db";
    options.memory_file = folder / "seen";
    store = makeEtcdStore(std::move(options), makeSqliteStore({.path = folder / "history.db"}));
  }

  std::string commit(std::uint64_t number) const {
    return store->commit(changesOf(number), stampAt(static_cast<std::int64_t>(number)));
  }

  TempFolder folder;
  bool leads = true;
  std::string deposed;
  std::string warned;
  std::unique_ptr<Store> store;
};

class EtcdStoreTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(etcd_.ready()) << etcd_.log(); }

  Machine machine(const std::string& name) { return Machine(name, etcd_.urls()); }
  // As `etcdctl snapshot restore` does it: the rows are these, and no others.
  void putBack(const std::vector<etcd::KeyValue>& rows) {
    for (const auto& row : client().list(kPrefix + "/").rows) {
      client().commit({}, {etcd::Remove{row.key}});
    }
    for (const auto& row : rows) client().commit({}, {etcd::Put{row.key, row.value}});
  }
  etcd::Client client() { return etcd::Client({.endpoints = etcd_.urls()}, seconds(2)); }
  std::uint64_t numberInEtcd() {
    Machine reader("reader", etcd_.urls());
    return numberIn(openedAt(*reader.store, stampAt(1000))).value_or(999'999);
  }

  test::Etcd etcd_;
};

TEST_F(EtcdStoreTest, WhatOneCommitsTheNextFinds) {
  Machine a("a", etcd_.urls());
  const auto first = a.store->open(stampAt(1));
  ASSERT_TRUE(first.ok()) << first.error().message;
  EXPECT_FALSE(first->has_value()) << "a first start";
  EXPECT_EQ(a.commit(7), "");
  EXPECT_EQ(a.store->probe(stampAt(8)), "");
  Machine b("b", etcd_.urls());
  EXPECT_EQ(numberIn(openedAt(*b.store, stampAt(9, "boot-of-b"))), 7u);
}

TEST_F(EtcdStoreTest, OnceAnotherHasOpenedItNothingOfTheFirstIsDone) {
  Machine a("a", etcd_.urls());
  Machine b("b", etcd_.urls());
  openedAt(*a.store, stampAt(1));
  ASSERT_EQ(a.commit(1), "");
  openedAt(*b.store, stampAt(2));
  EXPECT_NE(a.commit(2), "");
  EXPECT_NE(a.deposed, "") << "and it is told so";
  EXPECT_NE(a.store->probe(stampAt(3)), "");
  EXPECT_NE(a.store->reopen(changesOf(9), stampAt(3)), "");
  EXPECT_EQ(b.commit(3), "");
  EXPECT_EQ(numberInEtcd(), 3u);
}

TEST_F(EtcdStoreTest, WhoDoesNotLeadOpensAndCommitsNothing) {
  Machine a("a", etcd_.urls());
  a.leads = false;
  const auto opened = a.store->open(stampAt(1));
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().message.find("another replica leads: b"), std::string::npos);
  a.leads = true;
  openedAt(*a.store, stampAt(1));
  a.leads = false;
  EXPECT_NE(a.commit(1), "");
  EXPECT_EQ(a.deposed, "") << "nobody else has written";
  a.leads = true;
  EXPECT_EQ(a.commit(2), "") << "it leads again, and nobody has led in between";
}

TEST_F(EtcdStoreTest, ThePermitsThatShareACommitAreOneTransaction) {
  Machine a("a", etcd_.urls());
  openedAt(*a.store, stampAt(1));
  const auto revision = [&] { return client().list(kPrefix + "/head").revision; };
  const auto transactionsOf = [&](std::size_t calls, bool with_keys) {
    engine::Changes changes = changesOf(2);
    for (std::size_t i = 0; i < calls; ++i) {
      engine::Permit permit;
      permit.id = "new-" + std::to_string(i);
      changes.permits.emplace_back(permit.id, permit);
      changes.permits.emplace_back("old-" + std::to_string(i), std::nullopt);
      if (!with_keys) continue;
      changes.answers.emplace_back("new-" + std::to_string(i), engine::KeptAnswer{});
      changes.answers.emplace_back("old-" + std::to_string(i), std::nullopt);
    }
    const auto before = revision();
    EXPECT_EQ(a.store->commit(changes, stampAt(2)), "");
    return revision() - before;
  };
  EXPECT_EQ(transactionsOf(a.store->mostTogether(), false), 1);
  EXPECT_EQ(transactionsOf(a.store->mostTogether() / 2, true), 1) << "with a key each counts twice";
}

TEST_F(EtcdStoreTest, ACommitOfThousandsOfRowsIsWholeOrNotThere) {
  Machine a("a", etcd_.urls());
  openedAt(*a.store, stampAt(1));
  engine::Changes many;
  for (int i = 0; i < 1234; ++i) many.governors.emplace_back("g" + std::to_string(i), stateOf(5));
  EXPECT_EQ(a.store->commit(many, stampAt(2)), "");
  EXPECT_EQ(a.commit(3), "") << "and it goes on";
  Machine b("b", etcd_.urls());
  EXPECT_EQ(openedAt(*b.store, stampAt(3)).governors.size(), 1236u);
  EXPECT_TRUE(client().list(kPrefix + "/staged/").rows.empty());
}

// Every request of such a commit is cut in turn: by its answer, when it was done.
TEST_F(EtcdStoreTest, ALargeCommitThatIsCutAnywhereIsDoneOrUndone) {
  for (int cut = 0; cut < 9; ++cut) {
    SCOPED_TRACE(cut);
    const std::string prefix_rows = kPrefix + "/";
    for (const auto& row : client().list(prefix_rows).rows) {
      client().commit({}, {etcd::Remove{row.key}});
    }
    std::atomic<int> left{-1};
    test::CuttingProxy proxy(etcd_.port(), [&left] {
      const int now = left.load();
      if (now < 0) return false;
      left = now - 1;
      return now == 0;
    });
    Machine a("a", {proxy.url()});
    openedAt(*a.store, stampAt(1));
    ASSERT_EQ(a.commit(1), "");
    engine::Changes many = changesOf(2);
    for (int i = 0; i < 450; ++i) {
      many.remedies.emplace_back("r" + std::to_string(i), engine::RemedyTotals{2, 2, {}});
    }
    left = cut;
    const std::string error = a.store->commit(many, stampAt(2));
    left = -1;
    Machine b("b", etcd_.urls());
    const engine::Saved found = openedAt(*b.store, stampAt(3));
    const bool done = found.governors.at(0).second.epoch == 2;
    EXPECT_EQ(found.remedies.size(), done ? 451u : 1u);
    EXPECT_EQ(done, error.empty()) << error;
  }
}

TEST_F(EtcdStoreTest, ACommitWhoseAnswerIsLostIsAskedAfterAndTold) {
  std::atomic<int> cuts{0};
  test::CuttingProxy proxy(etcd_.port(), [&cuts] { return cuts > 0 && cuts-- > 0; });
  Machine a("a", {proxy.url()});
  openedAt(*a.store, stampAt(1));
  cuts = 1;
  EXPECT_EQ(a.commit(5), "") << "it was done";
  EXPECT_EQ(a.commit(6), "");
  EXPECT_EQ(numberInEtcd(), 6u);
}

TEST_F(EtcdStoreTest, ADoubtThatCannotBeResolvedIsSaidAndEndsWithAReopen) {
  std::atomic<bool> cut{false};
  test::CuttingProxy proxy(etcd_.port(), [&cut] { return cut.load(); });
  Machine a("a", {proxy.url()});
  openedAt(*a.store, stampAt(1));
  ASSERT_EQ(a.commit(1), "");
  cut = true;
  const std::string error = a.commit(2);
  EXPECT_TRUE(error.ends_with(kInDoubt)) << error;
  cut = false;
  // The engine goes on with what it knew, and has it written anew.
  if (!a.store->probe(stampAt(3)).empty()) {
    EXPECT_EQ(a.store->reopen(changesOf(1), stampAt(4)), "");
  }
  EXPECT_EQ(a.store->probe(stampAt(5)), "");
  EXPECT_EQ(a.commit(3), "");
  EXPECT_EQ(numberInEtcd(), 3u);
}

TEST_F(EtcdStoreTest, WhatIsUndoneAfterADoubtIsNotFoundLater) {
  std::atomic<bool> cut{false};
  test::CuttingProxy proxy(etcd_.port(), [&cut] { return cut.load(); });
  Machine a("a", {proxy.url()});
  openedAt(*a.store, stampAt(1));
  ASSERT_EQ(a.commit(1), "");
  cut = true;
  ASSERT_NE(a.commit(2), "");
  cut = false;
  if (!a.store->probe(stampAt(3)).empty()) {
    ASSERT_EQ(a.store->reopen(changesOf(1), stampAt(4)), "");
  }
  EXPECT_EQ(numberInEtcd(), 1u);
}

TEST_F(EtcdStoreTest, AnEtcdThatIsSilentIsToldWithinASecond) {
  Machine a("a", etcd_.urls());
  openedAt(*a.store, stampAt(1));
  etcd_.pause();
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_NE(a.commit(1), "");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, milliseconds(1500));
  etcd_.goOn();
}

TEST_F(EtcdStoreTest, AnOlderStateThanOnceSeenIsRefusedUntilAHumanAgrees) {
  Machine a("a", etcd_.urls());
  openedAt(*a.store, stampAt(1));
  const auto old_rows = client().list(kPrefix + "/").rows;
  for (std::uint64_t i = 1; i < 9; ++i) ASSERT_EQ(a.commit(i), "");
  ASSERT_EQ(a.store->probe(stampAt(9)), "");  // remembers
  putBack(old_rows);
  EXPECT_NE(a.commit(10), "") << "it is not what this one has written";
  EXPECT_NE(a.deposed, "");
  const auto again = a.store->open(stampAt(11));
  ASSERT_FALSE(again.ok());
  EXPECT_NE(again.error().message.find("older state"), std::string::npos) << again.error().message;
  std::filesystem::remove(a.folder / "seen");
  EXPECT_TRUE(a.store->open(stampAt(12)).ok());
}

TEST_F(EtcdStoreTest, EachCommitIsRememberedSoThatNoneOfThemIsForgottenUnseen) {
  Machine a("a", etcd_.urls());
  openedAt(*a.store, stampAt(1));
  ASSERT_EQ(a.commit(1), "");
  const auto old_rows = client().list(kPrefix + "/").rows;
  ASSERT_EQ(a.commit(2), "");
  putBack(old_rows);
  const auto opened = a.store->open(stampAt(3));
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().message.find("older state"), std::string::npos)
      << opened.error().message;
}

TEST_F(EtcdStoreTest, WhoStandsByRefusesAnOlderStateThanTheOtherHasWritten) {
  Machine a("a", etcd_.urls());
  openedAt(*a.store, stampAt(1));
  const auto old_rows = client().list(kPrefix + "/").rows;
  ASSERT_EQ(a.commit(1), "");
  Machine b("b", etcd_.urls());
  b.leads = false;
  EXPECT_FALSE(b.store->open(stampAt(2)).ok());
  putBack(old_rows);
  EXPECT_FALSE(b.store->open(stampAt(20)).ok());
  EXPECT_NE(b.warned.find("older state"), std::string::npos) << "while it stands by: " << b.warned;
  b.leads = true;
  const auto opened = b.store->open(stampAt(21));
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().message.find("older state"), std::string::npos)
      << opened.error().message;
}

// As a power cut may leave it: nobody has to come for that.
TEST_F(EtcdStoreTest, AMemoryThatIsEmptyIsNone) {
  Machine a("a", etcd_.urls());
  openedAt(*a.store, stampAt(1));
  ASSERT_EQ(a.commit(1), "");
  std::filesystem::resize_file(a.folder / "seen", 0);
  EXPECT_TRUE(a.store->open(stampAt(2)).ok());
  EXPECT_GT(std::filesystem::file_size(a.folder / "seen"), 0u);
}

TEST_F(EtcdStoreTest, AStateOnThisMachineIsNotForgottenForAnEmptyEtcd) {
  Machine a("a", etcd_.urls());
  makeStore(a.folder / "history.db", 3);
  const auto opened = a.store->open(stampAt(1));
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().message.find("move it away"), std::string::npos)
      << opened.error().message;
}

TEST_F(EtcdStoreTest, TheHistoryStaysOnThisMachine) {
  Machine a("a", etcd_.urls());
  openedAt(*a.store, stampAt(1));
  engine::Changes changes = changesOf(1);
  changes.history = {{.kind = engine::HistoryKind::kHeald, .event = "started"}};
  changes.at = stampAt(2).at;
  ASSERT_EQ(a.store->commit(changes, stampAt(2)), "");
  const auto page = readHistory(a.folder / "history.db", {});
  ASSERT_TRUE(page.ok()) << page.error().message;
  EXPECT_EQ(page->rows.size(), 1u);
  EXPECT_EQ(a.warned, "");
}

engine::Changes historyAlone() {
  engine::Changes changes;
  changes.history = {{.kind = engine::HistoryKind::kHeald, .event = "stopped"}};
  changes.at = stampAt(2).at;
  return changes;
}

TEST_F(EtcdStoreTest, HistoryAloneIsRecordedWithoutAWriteToEtcd) {
  Machine a("a", etcd_.urls());
  openedAt(*a.store, stampAt(1));
  const auto before = client().list(kPrefix + "/");
  EXPECT_EQ(a.store->commit(historyAlone(), stampAt(2)), "");
  const auto after = client().list(kPrefix + "/");
  EXPECT_EQ(after.revision, before.revision);
  EXPECT_EQ(after.rows, before.rows);
  EXPECT_EQ(readHistory(a.folder / "history.db", {})->rows.size(), 1u);
  EXPECT_EQ(a.commit(3), "") << "and it goes on";
}

TEST_F(EtcdStoreTest, HistoryAloneIsRefusedOnceAnotherHasOpenedIt) {
  Machine a("a", etcd_.urls());
  Machine b("b", etcd_.urls());
  openedAt(*a.store, stampAt(1));
  openedAt(*b.store, stampAt(2));
  EXPECT_NE(a.store->commit(historyAlone(), stampAt(3)), "");
  EXPECT_NE(a.deposed, "") << "and it is told so";
  EXPECT_TRUE(readHistory(a.folder / "history.db", {})->rows.empty());
}

TEST_F(EtcdStoreTest, HistoryAloneIsRefusedWhileEtcdIsSilentAndNothingIsInDoubt) {
  Machine a("a", etcd_.urls());
  openedAt(*a.store, stampAt(1));
  etcd_.pause();
  EXPECT_NE(a.store->commit(historyAlone(), stampAt(2)), "");
  etcd_.goOn();
  EXPECT_EQ(a.store->commit(historyAlone(), stampAt(3)), "");
  EXPECT_EQ(a.deposed, "");
}

// A member that has lost the others knows an older head.
TEST(EtcdStore, HistoryAloneNeedsAMajorityOfEtcd) {
  test::Etcd etcd(3);
  ASSERT_TRUE(etcd.ready()) << etcd.log();
  Machine a("a", {etcd.urls().front()});
  openedAt(*a.store, stampAt(1));
  etcd.kill(1);
  etcd.kill(2);
  EXPECT_NE(a.store->commit(historyAlone(), stampAt(2)), "");
}

}  // namespace
}  // namespace heald::store
