#include "store/etcd_ahead.h"

#include <gtest/gtest.h>

#include "store/fault.h"

namespace heald::store {
namespace {

Head headOf(std::uint64_t term) {
  Head head;
  head.term = term;
  return head;
}

// Counts what it is asked.
struct Asked : etcd::Keys {
  etcd::Range get(const std::string&) override {
    ++gets;
    if (silent) throw etcd::Fault("no answer", false);
    return {};
  }
  etcd::Range list(const std::string&) override {
    ++lists;
    if (silent) throw etcd::Fault("no answer", false);
    etcd::Range range{5, 1, {}};
    range.rows.push_back({"/heald/head", encode(headOf(term)), 1, 4, 0});
    range.rows.push_back({"/heald/leader", "{}", 1, 1, 0});
    range.rows.push_back({"/heald/rows/governors/a", "{}", 1, 4, 0});
    range.rows.push_back({"/heald/staged/1-1/0", "[]", 1, 4, 0});
    return range;
  }
  etcd::Done commit(const std::vector<etcd::Compare>&,
                    const std::vector<etcd::Operation>&) override {
    ++commits;
    return {passes_over_compares, 5};
  }
  int gets = 0;
  int lists = 0;
  int commits = 0;
  std::uint64_t term = 1;
  bool silent = false;
  bool passes_over_compares = false;
};

class EtcdAheadTest : public testing::Test {
 protected:
  static core::BootTime at(int second) { return core::BootTime(std::chrono::seconds(second)); }
  Asked etcd_;
  EtcdAhead ahead_{etcd_, "/heald"};
};

TEST_F(EtcdAheadTest, WhatIsUnderThePrefixIsToldApart) {
  const EtcdState state = ahead_.state(at(1));
  EXPECT_EQ(state.cluster, 1u);
  EXPECT_EQ(state.head, headOf(1));
  EXPECT_EQ(state.head_revision, 4);
  EXPECT_EQ(state.rows, (std::map<std::string, std::string>{{"governors/a", "{}"}}));
  EXPECT_EQ(state.staged, (std::map<std::string, std::string>{{"/heald/staged/1-1/0", "[]"}}));
}

TEST_F(EtcdAheadTest, WhatWasReadWhileNobodyLedIsNotReadAgain) {
  ahead_.prepare(at(1), true);
  EXPECT_EQ(etcd_.lists, 1);
  etcd_.term = 2;
  EXPECT_EQ(ahead_.state(at(1)).head.term, 1u);
  EXPECT_EQ(etcd_.lists, 1);
  EXPECT_EQ(ahead_.state(at(1)).head.term, 2u) << "it is good for one try";
}

TEST_F(EtcdAheadTest, WhatWasReadLongAgoIsReadAgain) {
  ahead_.prepare(at(1), true);
  EXPECT_EQ(ahead_.state(at(2)).head.term, 1u);
  EXPECT_EQ(etcd_.lists, 2);
  ahead_.prepare(at(3), true);
  ahead_.prepare(at(3), false);
  ahead_.state(at(3));
  EXPECT_EQ(etcd_.lists, 4) << "another has won in between";
}

TEST_F(EtcdAheadTest, WhileAnotherLeadsTheStateIsNotReadAndTheHeadSeldom) {
  for (int second = 0; second < 60; ++second) ahead_.prepare(at(second), false);
  EXPECT_EQ(etcd_.lists, 0);
  EXPECT_EQ(etcd_.gets, 2);
  EXPECT_EQ(etcd_.commits, 2) << "that etcd compares is tried once, in both ways";
}

TEST_F(EtcdAheadTest, AnEtcdThatDoesNotAnswerAheadIsAskedWhenItMatters) {
  etcd_.silent = true;
  ahead_.prepare(at(1), true);
  EXPECT_THROW((void)ahead_.state(at(1)), etcd::Fault);
  etcd_.silent = false;
  EXPECT_EQ(ahead_.state(at(1)).head_revision, 4);
}

TEST_F(EtcdAheadTest, AnEtcdThatPassesOverComparesIsRefused) {
  etcd_.passes_over_compares = true;
  ahead_.prepare(at(1), false);
  EXPECT_THROW(ahead_.requireComparing(), Fault);
}

}  // namespace
}  // namespace heald::store
