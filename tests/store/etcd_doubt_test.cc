// Answers that are lost, one by one: on an etcd in memory, as the real one cannot be told which.
#include <deque>
#include <map>

#include "store/etcd_head.h"
#include "store/etcd_store.h"
#include "store/memory_store.h"
#include "support.h"

namespace heald::store {
namespace {

enum class Answer { kComes, kIsLost, kIsLostAndNothingWasDone };

struct Memory {
  std::map<std::string, etcd::KeyValue> keys;
  std::int64_t revision = 1;
  std::deque<Answer> answers = {};  // of the next transactions; then they come
  std::function<void()> before_next = nullptr;
  bool compares = true;

  void beforeThe(int nth, std::function<void()> done) {
    before_next = nth == 1 ? std::move(done) : [this, nth, done] { beforeThe(nth - 1, done); };
  }
  std::size_t countUnder(const std::string& prefix) const {
    std::size_t count = 0;
    for (const auto& [key, row] : keys) count += key.starts_with(prefix) ? 1 : 0;
    return count;
  }
};

class Connection : public etcd::Keys {
 public:
  explicit Connection(Memory& memory) : m_(memory) {}
  etcd::Range get(const std::string& key) override {
    etcd::Range range{m_.revision, 1, {}};
    if (m_.keys.contains(key)) range.rows.push_back(m_.keys.at(key));
    return range;
  }
  etcd::Range list(const std::string& prefix) override {
    etcd::Range range{m_.revision, 1, {}};
    for (const auto& [key, row] : m_.keys) {
      if (key.starts_with(prefix)) range.rows.push_back(row);
    }
    return range;
  }
  etcd::Done commit(const std::vector<etcd::Compare>& compares,
                    const std::vector<etcd::Operation>& operations) override {
    if (!operations.empty() && m_.before_next) std::exchange(m_.before_next, nullptr)();
    Answer answer = Answer::kComes;
    if (!operations.empty() && !m_.answers.empty()) {
      answer = m_.answers.front();
      m_.answers.pop_front();
    }
    if (answer == Answer::kIsLostAndNothingWasDone) throw etcd::Fault("no answer", true);
    const etcd::Done done = apply(compares, operations);
    if (answer == Answer::kIsLost) throw etcd::Fault("no answer", true);
    return done;
  }

 private:
  etcd::Done apply(const std::vector<etcd::Compare>& compares,
                   const std::vector<etcd::Operation>& operations) {
    for (const etcd::Compare& one : compares) {
      const auto row = m_.keys.find(one.key);
      const std::int64_t is = row == m_.keys.end() ? 0 : row->second.mod_revision;
      if (m_.compares && is != one.equals) return {false, m_.revision};
    }
    ++m_.revision;
    for (const etcd::Operation& operation : operations) {
      if (const auto* put = std::get_if<etcd::Put>(&operation)) {
        m_.keys[put->key] = {put->key, put->value, m_.revision, m_.revision, 0};
      } else {
        m_.keys.erase(std::get<etcd::Remove>(operation).key);
      }
    }
    return {true, m_.revision};
  }

  Memory& m_;
};

class EtcdDoubt : public testing::Test {
 protected:
  struct Replica {
    Replica(const std::string& name, Memory& memory, const std::string& memory_file = "") {
      EtcdOptions options;
      options.prefix = "/heald";
      options.replica = name;
      options.memory_file = memory_file;
      options.may_act = [this] { return may_act; };
      options.why_not = [] { return std::string("its lease is over"); };
      options.deposed = [this](const std::string& reason) { deposed = reason; };
      options.took_over = [this](std::uint64_t its_term) { term = its_term; };
      store = makeEtcdStore(std::move(options), std::make_unique<MemoryStore>(),
                            std::make_unique<Connection>(memory));
    }
    bool may_act = true;
    std::string deposed;
    std::uint64_t term = 0;
    std::unique_ptr<Store> store;
  };

  void SetUp() override {
    openedAt(*a_.store, stampAt(1));
    ASSERT_EQ(a_.store->commit(changesOf(1), stampAt(2)), "");
  }
  // A commit with a permit is done, and nobody hears of it: the engine goes on without it.
  void commitInDoubt() {
    engine::Changes changes = changesOf(2);
    changes.permits = {{"p", permit()}};
    memory_.answers = {Answer::kIsLost, Answer::kIsLostAndNothingWasDone};
    EXPECT_THAT(a_.store->commit(changes, stampAt(3)), testing::EndsWith(kInDoubt));
    EXPECT_NE(a_.store->probe(stampAt(4)), "") << "what is there has to be written anew";
  }
  // Four parts; the parts are five transactions with the head, and then there are five more.
  static engine::Changes large(std::uint64_t number) {
    engine::Changes many = changesOf(number);
    for (int i = 0; i < 450; ++i) {
      many.remedies.emplace_back("r" + std::to_string(i), engine::RemedyTotals{number, number, {}});
    }
    return many;
  }
  static engine::Permit permit() {
    engine::Permit permit;
    permit.id = "p";
    permit.governor = "first";
    permit.deadline = stampAt(600).at.boot;
    return permit;
  }
  engine::Saved foundByAnother() {
    Replica b("b", memory_);
    return openedAt(*b.store, stampAt(9));
  }

  Memory memory_;
  Replica a_{"a", memory_};
};

TEST_F(EtcdDoubt, AStateThatWasNotWrittenAnewIsNotSaidToBe) {
  commitInDoubt();
  memory_.answers = {Answer::kIsLostAndNothingWasDone};
  EXPECT_NE(a_.store->reopen(changesOf(1), stampAt(5)), "");
  EXPECT_EQ(a_.store->reopen(changesOf(1), stampAt(6)), "");
  EXPECT_EQ(numberIn(foundByAnother()), 1u);
}

TEST_F(EtcdDoubt, WhatTheEngineGoesOnWithoutIsRemovedHoweverOftenThatIsTried) {
  commitInDoubt();
  memory_.answers = {Answer::kIsLostAndNothingWasDone};
  EXPECT_NE(a_.store->reopen(changesOf(1), stampAt(5)), "");
  EXPECT_EQ(a_.store->reopen(changesOf(1), stampAt(6)), "");
  EXPECT_TRUE(foundByAnother().permits.empty());
}

TEST_F(EtcdDoubt, AReplicaThatIsNotFastEnoughToTakeOverWasNotDeposed) {
  Replica b("b", memory_);
  memory_.before_next = [this] { EXPECT_EQ(a_.store->commit(changesOf(2), stampAt(3)), ""); };
  const auto opened = b.store->open(stampAt(4));
  EXPECT_FALSE(opened.ok());
  EXPECT_EQ(b.deposed, "") << "it has never led";
  EXPECT_EQ(numberIn(openedAt(*b.store, stampAt(5))), 2u);
  EXPECT_NE(a_.store->commit(changesOf(3), stampAt(6)), "");
  EXPECT_NE(a_.deposed, "");
}

TEST_F(EtcdDoubt, ThatTheQuestionIsInDoubtTooDeposesNobody) {
  memory_.answers = {Answer::kIsLostAndNothingWasDone, Answer::kIsLost};
  EXPECT_THAT(a_.store->commit(changesOf(2), stampAt(3)), testing::EndsWith(kInDoubt));
  EXPECT_EQ(a_.store->probe(stampAt(4)), "") << "it was not done, and never will be";
  EXPECT_EQ(a_.deposed, "");
  EXPECT_EQ(numberIn(foundByAnother()), 1u);
}

// Of a fence, every transaction is a part: also those that write no head.
class EtcdFence : public EtcdDoubt {};

TEST_F(EtcdFence, ALargeCommitOfWhoHasLedLeavesNothing) {
  Replica b("b", memory_);
  openedAt(*b.store, stampAt(3));
  EXPECT_NE(a_.store->commit(large(2), stampAt(4)), "");
  EXPECT_EQ(memory_.countUnder("/heald/staged/"), 0u);
}

TEST_F(EtcdFence, PartsThatBecomeRowsTooLateOverwriteNothing) {
  Replica b("b", memory_);
  memory_.beforeThe(6, [&] {
    openedAt(*b.store, stampAt(3));
    EXPECT_EQ(b.store->commit(large(3), stampAt(4)), "");
  });
  EXPECT_NE(a_.store->commit(large(2), stampAt(2)), "");
  EXPECT_NE(a_.deposed, "");
  for (const auto& [name, totals] : foundByAnother().remedies) {
    if (name != "r0") continue;
    EXPECT_EQ(totals.attempts, 3u);
  }
}

TEST_F(EtcdFence, WhatIsLeftOfALargeCommitIsDoneBeforeTheNext) {
  memory_.answers = {5, Answer::kComes};
  memory_.answers.push_back(Answer::kIsLostAndNothingWasDone);
  EXPECT_EQ(a_.store->commit(large(2), stampAt(3)), "") << "from the head on it counts";
  EXPECT_GT(memory_.countUnder("/heald/staged/"), 0u);
  EXPECT_EQ(a_.store->commit(changesOf(3), stampAt(4)), "");
  EXPECT_EQ(memory_.countUnder("/heald/staged/"), 0u);
  EXPECT_EQ(foundByAnother().governors.at(0).second.epoch, 3u);
}

TEST_F(EtcdFence, ALargeCommitWhoseLastTransactionWasNotDoneCounts) {
  memory_.answers = {9, Answer::kComes};
  memory_.answers.push_back(Answer::kIsLostAndNothingWasDone);
  EXPECT_EQ(a_.store->commit(large(2), stampAt(3)), "") << "all of it is there";
  EXPECT_EQ(a_.store->commit(changesOf(3), stampAt(4)), "");
  EXPECT_EQ(foundByAnother().governors.at(0).second.epoch, 3u);
}

TEST_F(EtcdFence, ALargeCommitThatIsTriedAgainHasPartsOfItsOwn) {
  const auto cut_at_its_head = [this] {
    memory_.answers = {4, Answer::kComes};
    memory_.answers.push_back(Answer::kIsLostAndNothingWasDone);
    EXPECT_NE(a_.store->commit(large(2), stampAt(3)), "");
    return memory_.countUnder("/heald/staged/");
  };
  EXPECT_EQ(cut_at_its_head(), 4u);
  EXPECT_EQ(cut_at_its_head(), 8u) << "what a late request of the first does harms nobody";
  EXPECT_EQ(numberIn(foundByAnother()), 1u);
  EXPECT_EQ(memory_.countUnder("/heald/staged/"), 0u)
      << "who takes over removes what never counted";
}

TEST_F(EtcdFence, EachWhoTakesOverHasTheNextTerm) {
  EXPECT_EQ(a_.term, 1u);
  Replica b("b", memory_);
  openedAt(*b.store, stampAt(3));
  EXPECT_EQ(b.term, 2u);
}

TEST_F(EtcdFence, WhoTakesOverRemembersWhatItHasFound) {
  const TempFolder folder;
  Replica b("b", memory_, folder / "seen");
  openedAt(*b.store, stampAt(3));
  const auto seen = readSeenHead(folder / "seen");
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->head, decodeHead(memory_.keys.at("/heald/head").value));
}

TEST_F(EtcdFence, AProbeNoticesWhoHasTakenOver) {
  Replica b("b", memory_);
  openedAt(*b.store, stampAt(3));
  EXPECT_NE(a_.store->probe(stampAt(4)), "");
  EXPECT_NE(a_.deposed, "");
}

TEST_F(EtcdFence, BehindTheEndOfItsLeaseAReplicaWritesNothing) {
  const auto before = memory_.revision;
  a_.may_act = false;
  EXPECT_THAT(a_.store->commit(changesOf(2), stampAt(3)), testing::HasSubstr("its lease is over"));
  EXPECT_THAT(a_.store->probe(stampAt(4)), testing::HasSubstr("its lease is over"));
  EXPECT_THAT(a_.store->reopen(changesOf(2), stampAt(5)), testing::HasSubstr("its lease is over"));
  EXPECT_EQ(memory_.revision, before);
  EXPECT_EQ(a_.deposed, "") << "nobody else has written";
}

TEST_F(EtcdFence, AnEtcdThatComparesNothingIsNone) {
  memory_.compares = false;
  Replica b("b", memory_);
  const auto opened = b.store->open(stampAt(3));
  ASSERT_FALSE(opened.ok());
  EXPECT_THAT(opened.error().message, testing::HasSubstr("the comparison does not hold"));
}

TEST_F(EtcdFence, RowsWithoutAHeadAreNoState) {
  memory_.keys.erase("/heald/head");
  Replica b("b", memory_);
  const auto opened = b.store->open(stampAt(3));
  ASSERT_FALSE(opened.ok());
  EXPECT_THAT(opened.error().message, testing::HasSubstr("rows and no head"));
}

}  // namespace
}  // namespace heald::store
