// Answers that are lost, one by one: on an etcd in memory, as the real one cannot be told which.
#include <deque>
#include <map>

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
      if (is != one.equals) return {false, m_.revision};
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
    Replica(const std::string& name, Memory& memory) {
      EtcdOptions options;
      options.prefix = "/heald";
      options.replica = name;
      options.may_act = [] { return true; };
      options.deposed = [this](const std::string& reason) { deposed = reason; };
      store = makeEtcdStore(std::move(options), std::make_unique<MemoryStore>(),
                            std::make_unique<Connection>(memory));
    }
    std::string deposed;
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

}  // namespace
}  // namespace heald::store
