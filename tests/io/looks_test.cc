#include "io/looks.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <iterator>
#include <system_error>
#include <thread>
#include <utility>

#include "support/eventually.h"

namespace heald::io {
namespace {

using namespace std::chrono_literals;

std::ptrdiff_t threadsOfThisProcess() {
  const std::filesystem::directory_iterator tasks("/proc/self/task"), end;
  return std::distance(tasks, end);
}

class LooksTest : public testing::Test {
 protected:
  LooksTest() = default;
  explicit LooksTest(Looks::BeginThread begin) : looks_(std::move(begin)) {}

  std::future<LookEnd> start(const Looks::Place& place, core::Duration timeout,
                             std::function<void()> look, CancelToken cancel = {}) {
    auto end = std::make_shared<std::promise<LookEnd>>();
    looks_.start(place, timeout, std::move(cancel), std::move(look),
                 [end](LookEnd how) { end->set_value(how); });
    return end->get_future();
  }
  // One that hangs until release().
  std::function<void()> hang() {
    return [gate = gate_, hanging = hanging_] {
      ++*hanging;
      gate.wait();
    };
  }
  void release() {
    if (!std::exchange(released_, true)) release_.set_value();
  }

  std::promise<void> release_;
  bool released_ = false;
  std::shared_future<void> gate_ = release_.get_future().share();
  std::shared_ptr<std::atomic<int>> hanging_ = std::make_shared<std::atomic<int>>(0);
  Looks looks_;
};

TEST_F(LooksTest, AreDoneWhenTheyHaveEndedAndWhatTheyWroteIsThere) {
  const Looks::Place place;
  for (int i = 0; i < 100; ++i) {
    auto seen = std::make_shared<int>(0);
    EXPECT_EQ(start(place, 20s, [seen] { *seen = 7; }).get(), LookEnd::kDone);
    EXPECT_EQ(*seen, 7);
  }
}

TEST_F(LooksTest, OneThatHangsHoldsNobodyElse) {
  const Looks::Place dead, alive;
  auto first = start(dead, 20s, hang());
  EXPECT_TRUE(test::eventually([&] { return hanging_->load() == 1; }));
  EXPECT_EQ(start(alive, 20s, [] {}).get(), LookEnd::kDone);
  release();
  EXPECT_EQ(first.get(), LookEnd::kDone);
}

TEST_F(LooksTest, ManyThatHangHoldNobodyElse) {
  std::vector<Looks::Place> dead(60);
  std::vector<std::future<LookEnd>> ends;
  for (const auto& place : dead) ends.push_back(start(place, 20s, hang()));
  const Looks::Place alive;
  EXPECT_EQ(start(alive, 20s, [] {}).get(), LookEnd::kDone);
  release();
  for (auto& end : ends) EXPECT_EQ(end.get(), LookEnd::kDone);
}

TEST_F(LooksTest, ThreadsThatHelpedAreGoneWhenTheirLookIsThoughOthersAreLookedAt) {
  std::vector<Looks::Place> dead(60);
  std::vector<std::future<LookEnd>> ends;
  for (const auto& place : dead) ends.push_back(start(place, 1h, hang()));
  EXPECT_TRUE(test::eventually([&] { return *hanging_ == 60; }));
  EXPECT_GE(threadsOfThisProcess(), 60);
  release();
  for (auto& end : ends) EXPECT_EQ(end.get(), LookEnd::kDone);
  EXPECT_TRUE(test::eventually([&] {
    for (const auto& place : dead) EXPECT_EQ(start(place, 20s, [] {}).get(), LookEnd::kDone);
    return threadsOfThisProcess() < 10;
  }));
}

TEST_F(LooksTest, ALaterLookAtWhatHangsWaitsForTheEarlierOne) {
  const Looks::Place place;
  EXPECT_EQ(start(place, 1ms, hang()).get(), LookEnd::kTimeout);
  EXPECT_EQ(start(place, 1ms, hang()).get(), LookEnd::kTimeout);
  auto third = start(place, 20s, [] {});
  EXPECT_EQ(*hanging_, 1) << "the second has waited for the first";
  release();
  EXPECT_EQ(third.get(), LookEnd::kDone);
  EXPECT_EQ(*hanging_, 1) << "nobody waits for the second any more";
}

TEST_F(LooksTest, OneBehindWhatHangsIsForgottenWhenItsTimeIsOver) {
  const Looks::Place place;
  const auto held = std::make_shared<int>(0);
  auto first = start(place, 1h, hang());
  EXPECT_EQ(start(place, 1ms, [held] {}).get(), LookEnd::kTimeout);
  EXPECT_TRUE(test::eventually([&] { return held.use_count() == 1; }));
  release();
  EXPECT_EQ(first.get(), LookEnd::kDone);
}

TEST_F(LooksTest, EndEarlyWhenCancelled) {
  const Looks::Place place;
  CancelSource cancel;
  auto end = start(place, 1h, hang(), cancel.token());
  cancel.cancel();
  EXPECT_EQ(end.get(), LookEnd::kCancelled);
  release();
}

TEST_F(LooksTest, DoNotBeginWhenCancelledBefore) {
  CancelSource cancel;
  cancel.cancel();
  auto looked = std::make_shared<std::atomic<bool>>(false);
  EXPECT_EQ(start(
                {}, 1h, [looked] { *looked = true; }, cancel.token())
                .get(),
            LookEnd::kCancelled);
  EXPECT_FALSE(*looked);
}

TEST_F(LooksTest, MayBeWaitedFor) {
  const Looks::Place place;
  auto seen = std::make_shared<int>(0);
  EXPECT_EQ(looks_.run(place, 20s, {}, [seen] { *seen = 7; }), LookEnd::kDone);
  EXPECT_EQ(*seen, 7);
  EXPECT_EQ(looks_.run(place, 1ms, {}, hang()), LookEnd::kTimeout);
  CancelSource cancel;
  cancel.cancel();
  EXPECT_EQ(looks_.run(place, 1h, cancel.token(), [] {}), LookEnd::kCancelled);
  release();
}

// Of those that hang, there is one thread for each; then the system gives no more.
class LooksWithoutThreads : public LooksTest {
 protected:
  LooksWithoutThreads()
      : LooksTest([left = std::make_shared<std::atomic<int>>(1)](std::function<void()> body) {
          if ((*left)-- <= 0) throw std::system_error(EAGAIN, std::generic_category());
          std::thread(std::move(body)).detach();
        }) {
    ends_.push_back(start(dead_, 1h, hang()));
    EXPECT_TRUE(test::eventually([&] { return hanging_->load() == 1; }));
  }
  ~LooksWithoutThreads() override { release(); }

  const Looks::Place dead_, place_;
  std::vector<std::future<LookEnd>> ends_;
};

TEST_F(LooksWithoutThreads, OneThatGotNoneInItsTimeIsRefused) {
  EXPECT_EQ(start(place_, 1ms, [] {}).get(), LookEnd::kRefused);
  EXPECT_EQ(start(dead_, 1ms, [] {}).get(), LookEnd::kTimeout) << "it waits for one that hangs";
}

TEST_F(LooksWithoutThreads, OneBehindOneThatGotNoneIsRefusedTooAndNotATimeout) {
  ends_.push_back(start(place_, 1h, [] {}));
  EXPECT_EQ(start(place_, 1ms, [] {}).get(), LookEnd::kRefused) << "nothing was looked at";
}

TEST_F(LooksWithoutThreads, WhatWaitsBeginsWhenAThreadIsFree) {
  auto first = start(place_, 1h, [] {});
  auto second = start(place_, 1h, [] {});
  EXPECT_EQ(start(place_, 1ms, [] {}).get(), LookEnd::kRefused);
  release();
  EXPECT_EQ(first.get(), LookEnd::kDone);
  EXPECT_EQ(second.get(), LookEnd::kDone);
}

TEST_F(LooksTest, EndWithTheirOwnerAndNotLater) {
  const Looks::Place place, other;
  auto hangs = start(place, 1h, hang());
  auto waits = start(place, 1h, [] {});
  looks_.stop();
  EXPECT_EQ(hangs.get(), LookEnd::kCancelled);
  EXPECT_EQ(waits.get(), LookEnd::kCancelled);
  EXPECT_EQ(start(other, 1h, [] {}).get(), LookEnd::kCancelled);
  release();
  looks_.stop();
}

}  // namespace
}  // namespace heald::io
