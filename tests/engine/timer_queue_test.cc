#include "engine/timer_queue.h"

#include <gtest/gtest.h>

namespace heald::engine {
namespace {

constexpr core::BootTime at(int second) {
  return core::BootTime{std::chrono::seconds(second)};
}

TEST(TimerQueue, GivesWhatIsDueInTheOrderOfDeadlinesThenOfSetting) {
  TimerQueue queue;
  queue.set(3, at(20));
  queue.set(1, at(10));
  queue.set(2, at(10));
  EXPECT_EQ(queue.next(), at(10));
  EXPECT_EQ(queue.take(at(9)), std::nullopt);
  EXPECT_EQ(queue.take(at(10)), 1);
  EXPECT_EQ(queue.take(at(10)), 2);
  EXPECT_EQ(queue.take(at(10)), std::nullopt);
  EXPECT_EQ(queue.take(at(100)), 3);
  EXPECT_EQ(queue.next(), std::nullopt);
}

TEST(TimerQueue, SettingAgainReplacesAndClearingRemoves) {
  TimerQueue queue;
  queue.set(1, at(10));
  queue.set(1, at(30));
  queue.set(2, at(20));
  queue.clear(2);
  EXPECT_EQ(queue.next(), at(30));
  EXPECT_EQ(queue.take(at(20)), std::nullopt);
  EXPECT_EQ(queue.take(at(30)), 1);
  queue.clear(7);
  EXPECT_EQ(queue.next(), std::nullopt);
}

// A check that is found unhealthy every few seconds of a long wait sets the same far deadline.
TEST(TimerQueue, WhatIsSetAgainAndAgainTakesNoMoreRoom) {
  TimerQueue queue;
  for (int i = 0; i < 100'000; ++i) {
    queue.set(i % 10, at(1'000'000 + i));
    queue.clear(3);
  }
  EXPECT_LT(queue.size(), 40u);
  EXPECT_EQ(queue.due(3), std::nullopt);
  EXPECT_EQ(queue.next(), at(1'000'000 + 99'990));
  for (int i = 0; i < 10; ++i) {
    if (i != 3) {
      EXPECT_EQ(queue.take(at(2'000'000)), i);
    }
  }
  EXPECT_EQ(queue.take(at(2'000'000)), std::nullopt);
}

}  // namespace
}  // namespace heald::engine
