// Who waits for another attempt's end, alone; queue_test.cc has the whole engine around it.
#include "engine/queue.h"

#include <gtest/gtest.h>

namespace heald::engine {
namespace {

using Remedies = std::vector<int>;

core::BootTime wantedAt(int second) {
  return core::BootTime(std::chrono::seconds(second));
}

// All that a wake asks, when the governors of all say that they are in the way.
Remedies asked(Queue& queue, const std::vector<int>& governor_of) {
  Remedies asked;
  Queue::Round round(queue);
  while (const auto remedy = round.next()) {
    asked.push_back(*remedy);
    queue.blocked(governor_of[static_cast<std::size_t>(*remedy)]);
  }
  return asked;
}

// All that a wake asks, when each may go on.
Remedies leave(Queue& queue) {
  Remedies left;
  Queue::Round round(queue);
  while (const auto remedy = round.next()) {
    left.push_back(*remedy);
    queue.remove(*remedy);
  }
  return left;
}

TEST(QueueAlone, WhoWasWantedLongestAgoIsAskedFirstAndOfEqualsWhoCameFirst) {
  Queue queue;
  queue.add(7, 0, -1, wantedAt(20));
  queue.add(3, 1, -1, wantedAt(10));
  queue.add(5, 0, -1, wantedAt(20));
  queue.add(4, 0, -1, wantedAt(5));
  queue.remove(4);
  queue.remove(4);
  EXPECT_EQ(queue.all(), (Remedies{3, 7, 5}));
  EXPECT_EQ(leave(queue), (Remedies{3, 7, 5}));
  EXPECT_TRUE(queue.empty());
}

TEST(QueueAlone, AGovernorThatIsInTheWayIsAskedAgainWhenItHasChangedOrTheOneAboveIt) {
  Queue queue;
  const std::vector<int> governor_of = {10, 11, 12};
  queue.add(0, 10, -1, wantedAt(1));
  queue.add(1, 11, 10, wantedAt(2));
  queue.add(2, 12, -1, wantedAt(3));
  EXPECT_EQ(asked(queue, governor_of), (Remedies{0, 1, 2}));
  EXPECT_TRUE(asked(queue, governor_of).empty());
  queue.changed(11);
  EXPECT_EQ(asked(queue, governor_of), Remedies{1});
  queue.changed(10);
  EXPECT_EQ(asked(queue, governor_of), (Remedies{0, 1}));
  EXPECT_EQ(queue.under(10), (Remedies{0, 1}));
  queue.allChanged();
  EXPECT_EQ(asked(queue, governor_of), (Remedies{0, 1, 2}));
}

TEST(QueueAlone, OfTenThousandWhoseGovernorsAreInTheWayOneIsAsked) {
  Queue queue;
  for (int i = 0; i < 10'000; ++i) queue.add(i, i, -1, wantedAt(i));
  for (int i = 0; i < 10'000; ++i) queue.blocked(i);
  queue.changed(4711);
  EXPECT_EQ(leave(queue), Remedies{4711});
}

TEST(QueueAlone, OfTenThousandUnderOneGovernorOneIsAsked) {
  Queue queue;
  const std::vector<int> governor_of(10'000, 0);
  for (int i = 0; i < 10'000; ++i) queue.add(i, 0, -1, wantedAt(i));
  EXPECT_EQ(asked(queue, governor_of), Remedies{0});
  queue.remove(0);
  queue.changed(0);
  EXPECT_EQ(asked(queue, governor_of), Remedies{1});
}

TEST(QueueAlone, WhoComesToABlockedGovernorIsNotAskedEither) {
  Queue queue;
  queue.add(0, 0, -1, wantedAt(5));
  queue.blocked(0);
  queue.add(1, 0, -1, wantedAt(1));
  EXPECT_TRUE(leave(queue).empty());
  queue.changed(0);
  EXPECT_EQ(leave(queue), (Remedies{1, 0}));
}

TEST(QueueAlone, WhoComesDuringARoundOrLeavesInOneIsNotAskedInIt) {
  Queue queue;
  for (const int remedy : {0, 1, 2}) queue.add(remedy, remedy, -1, wantedAt(remedy));
  Queue::Round round(queue);
  EXPECT_EQ(round.next(), 0);
  queue.remove(0);
  queue.add(0, 0, -1, wantedAt(5));
  queue.remove(1);
  EXPECT_EQ(round.next(), 2);
  EXPECT_EQ(round.next(), std::nullopt);
  EXPECT_EQ(queue.all(), (Remedies{2, 0}));
}

TEST(QueueAloneDeathTest, NobodyHasTwoPlaces) {
  Queue queue;
  queue.add(0, 0, -1, wantedAt(0));
  EXPECT_DEATH(queue.add(0, 0, -1, wantedAt(1)), "one place");
}

}  // namespace
}  // namespace heald::engine
