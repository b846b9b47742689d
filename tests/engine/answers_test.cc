// What is asked for under a key is done once, and answered as it was.
#include <gtest/gtest.h>

#include "engine/drive.h"
#include "store/memory_store.h"
#include "support/setups.h"

namespace heald::engine {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

class AnswersTest : public ::testing::Test {
 protected:
  AnswersTest() { restart(); }

  void restart() {
    const auto saved = store_.open(stamp());
    engine_ = std::make_unique<Engine>(test::oneRemedy(), saved->value_or(Saved{}), now_);
  }
  Result<Reply> send(const Event& event, const std::string& key, const std::string& request = "r") {
    return *drive(
                *engine_, event, now_,
                [this](const Changes& changes) { return store_.commit(changes, stamp()); },
                Claim{key, request})
                .reply;
  }
  core::ClockStamp stamp() const { return {"boot-1", now_}; }
  std::uint64_t epoch() const { return engine_->snapshot(now_).governors[0].state.epoch; }

  core::Now now_{core::BootTime(hours(1)), core::WallTime(hours(490'000))};
  store::MemoryStore store_;
  std::unique_ptr<Engine> engine_;
  const Event reset_ = Reset{"main", false, "alice"};
};

TEST_F(AnswersTest, TheSameKeyIsDoneOnceAndAnsweredAsItWas) {
  const auto first = send(reset_, "k");
  const auto again = send(reset_, "k");
  ASSERT_TRUE(first && again);
  EXPECT_EQ(epoch(), 1u);
  EXPECT_EQ(again->message, first->message);
  EXPECT_EQ(first->repeat, Repeat::kNo);
  EXPECT_EQ(again->repeat, Repeat::kSame);
  EXPECT_EQ(send(reset_, "another")->repeat, Repeat::kNo);
  EXPECT_EQ(send(reset_, "")->repeat, Repeat::kNo);
  EXPECT_EQ(send(reset_, "")->repeat, Repeat::kNo);
  EXPECT_EQ(epoch(), 4u);
}

TEST_F(AnswersTest, TheSameKeyForAnotherRequestDoesNothing) {
  ASSERT_TRUE(send(reset_, "k", "one"));
  EXPECT_EQ(send(EnterDormant{"main", "why", "alice"}, "k", "other")->repeat, Repeat::kOther);
  EXPECT_FALSE(engine_->snapshot(now_).governors[0].state.dormant());
}

TEST_F(AnswersTest, IsKnownAfterTheEndOfHealdIfAndOnlyIfTheChangeIs) {
  ASSERT_TRUE(send(reset_, "k"));
  restart();
  EXPECT_EQ(epoch(), 1u);
  EXPECT_EQ(send(reset_, "k")->repeat, Repeat::kSame);
  store_.failCommits(2, 1);
  EXPECT_FALSE(send(reset_, "lost").ok());
  restart();
  EXPECT_EQ(epoch(), 1u);
  EXPECT_EQ(send(reset_, "lost")->repeat, Repeat::kNo) << "it was undone with its change";
  EXPECT_EQ(epoch(), 2u);
}

TEST_F(AnswersTest, ARefusalIsNotRememberedAndAskingAgainAsksAnew) {
  EXPECT_FALSE(send(Resume{"main", "fixed", "alice"}, "k").ok()) << "it is not dormant";
  ASSERT_TRUE(send(EnterDormant{"main", "why", "alice"}, "d"));
  EXPECT_TRUE(send(Resume{"main", "fixed", "alice"}, "k").ok());
}

TEST_F(AnswersTest, APermitIsGivenOnceAndNamedAgainAfterARestart) {
  const Event wanted = RequestPermit{"main", seconds(60), "backup", "cron"};
  const auto first = send(wanted, "k");
  ASSERT_TRUE(first && first->permit);
  restart();
  const auto again = send(wanted, "k");
  ASSERT_TRUE(again && again->permit);
  EXPECT_EQ(again->permit->id, first->permit->id);
  EXPECT_EQ(engine_->snapshot(now_).governors[0].state.totals.attempts, 1u);
}

TEST_F(AnswersTest, WhatCommitsNothingIsRememberedUntilTheEndOfHeald) {
  const std::string check = test::oneRemedy().checks[0].name;
  EXPECT_EQ(send(RunCheckNow{check, "alice"}, "k")->repeat, Repeat::kNo);
  EXPECT_EQ(send(RunCheckNow{check, "alice"}, "k")->repeat, Repeat::kSame);
}

TEST_F(AnswersTest, AreForgottenAfterADayAndBeyondAThousandTheOldestFirst) {
  ASSERT_TRUE(send(reset_, "old"));
  now_.boot += hours(25);
  now_.wall += hours(25);
  ASSERT_TRUE(send(reset_, "young"));
  EXPECT_EQ(send(reset_, "old")->repeat, Repeat::kNo);
  for (int i = 0; i < 1100; ++i) {
    now_.wall += seconds(1);
    ASSERT_TRUE(send(reset_, "k" + std::to_string(i)));
  }
  EXPECT_EQ(send(reset_, "young")->repeat, Repeat::kNo);
  EXPECT_EQ(send(reset_, "k1000")->repeat, Repeat::kSame);
  EXPECT_EQ(store_.open(stamp())->value().answers.size(), Answers::kMostRemembered);
}

}  // namespace
}  // namespace heald::engine
