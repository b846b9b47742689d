#include "engine/history_queue.h"

#include <gtest/gtest.h>

#include "book_views.h"

namespace heald::engine {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

core::Now inQueue(core::Duration since) {
  return {core::BootTime(hours(1) + since), core::WallTime(hours(490'000) + since)};
}

HistoryEntry entryNamed(const std::string& event) {
  return {.kind = HistoryKind::kCheck, .event = event, .check = "service", .message = "why"};
}

void fillUp(HistoryQueue& queue) {
  for (std::size_t i = 0; i < HistoryQueue::kLimit; ++i)
    queue.add(entryNamed("healthy"), inQueue({}));
}

TEST(HistoryQueue, IsDueASecondAfterTheFirstThatWaits) {
  HistoryQueue queue;
  EXPECT_FALSE(queue.due());
  queue.add(entryNamed("healthy"), inQueue({}));
  queue.add(entryNamed("unhealthy"), inQueue(milliseconds(900)));
  EXPECT_EQ(queue.due(), inQueue(seconds(1)).boot);
}

TEST(HistoryQueue, KeepsEachEntryAsItIsWithItsMoment) {
  HistoryQueue queue;
  queue.add(entryNamed("healthy"), inQueue({}));
  queue.add(entryNamed("unhealthy"), inQueue(milliseconds(900)));
  HistoryEntry first = entryNamed("healthy");
  HistoryEntry second = entryNamed("unhealthy");
  first.at = inQueue({}).wall;
  second.at = inQueue(milliseconds(900)).wall;
  EXPECT_EQ(toldBy(queue, {}), (std::vector<HistoryEntry>{first, second}));
}

TEST(HistoryQueue, HurriesOnlyWhatIsThere) {
  HistoryQueue queue;
  queue.hurry(inQueue({}));
  EXPECT_FALSE(queue.due());
  queue.add(entryNamed("healthy"), inQueue({}));
  queue.hurry(inQueue(milliseconds(3)));
  EXPECT_EQ(queue.due(), inQueue(milliseconds(3)).boot);
}

TEST(HistoryQueue, TellsInPlaceOfTheLastHowManyWereLost) {
  HistoryQueue queue;
  fillUp(queue);
  EXPECT_EQ(toldBy(queue, {}).back().event, "healthy") << "there was room for it";
  queue.add(entryNamed("unhealthy"), inQueue(seconds(7)));
  ASSERT_EQ(toldBy(queue, {}).size(), HistoryQueue::kLimit);
  const HistoryEntry lost{.kind = HistoryKind::kStore,
                          .event = "lost",
                          .at = inQueue(seconds(7)).wall,
                          .message = "too many entries waited for the store",
                          .details = {{"entries", std::int64_t{2}}}};
  EXPECT_EQ(toldBy(queue, {}).back(), lost);
  EXPECT_EQ(toldBy(queue, {})[HistoryQueue::kLimit - 2].event, "healthy");
}

TEST(HistoryQueue, WhatIsWrittenIsNotCountedAsLostTheNextTime) {
  HistoryQueue queue;
  for (int round = 0; round < 2; ++round) {
    fillUp(queue);
    queue.add(entryNamed("unhealthy"), inQueue({}));
    EXPECT_EQ(toldBy(queue, {}).back().details[0].second, HistoryValue(std::int64_t{2}));
    queue.keep({});
    EXPECT_TRUE(toldBy(queue, {}).empty());
    EXPECT_FALSE(queue.due());
  }
}

}  // namespace
}  // namespace heald::engine
