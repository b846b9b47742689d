#include "outbox/delivery.h"

#include "support.h"

namespace heald::outbox {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class Delivering : public testing::Test {
 protected:
  Delivering() { delivery_.place(0); }

  void happens(const engine::HistoryEntry& entry, std::int64_t id, double when) {
    delivery_.add(*interpreter_.read(entry), id, at(when));
  }
  double dueAfter() const {
    const auto due = delivery_.nextDue();
    return due ? std::chrono::duration<double>(*due - at(0).boot).count() : -1;
  }
  Message take(std::int64_t position) {
    Message message;
    delivery_.take(position, message);
    return message;
  }

  Interpreter interpreter_{"web-1"};
  Delivery delivery_{{}, {seconds(10), minutes(5)}};
};

TEST_F(Delivering, WhatComesWithinTheGroupWaitIsOneMessage) {
  EXPECT_EQ(dueAfter(), -1);
  happens(dormant("a", 0), 1, 0);
  happens(dormant("b", 8), 2, 8);
  EXPECT_EQ(dueAfter(), 10);
  EXPECT_EQ(take(2).items.size(), 2u);
  EXPECT_EQ(dueAfter(), -1) << "one is under way";
}

TEST_F(Delivering, TwoMessagesAreTheGroupIntervalApart) {
  happens(dormant("a", 0), 1, 0);
  take(1);
  delivery_.ended("", at(11));
  happens(dormant("b", 20), 2, 20);
  EXPECT_EQ(dueAfter(), 11 + 300);
}

TEST_F(Delivering, AFailedOneIsTriedAgainLaterAndLaterWithWhatCameMeanwhile) {
  happens(dormant("a", 0), 1, 0);
  take(1);
  happens(dormant("b", 11), 2, 11);
  delivery_.ended("connection refused", at(12));
  EXPECT_EQ(dueAfter(), 12 + 5);
  EXPECT_EQ(delivery_.pending(), 2u);
  EXPECT_EQ(delivery_.failingSince(), at(12).wall);
  EXPECT_EQ(take(2).items.size(), 2u);
  delivery_.ended("connection refused", at(18));
  EXPECT_EQ(dueAfter(), 18 + 10);
  for (double when = 30; when < 3000; when = dueAfter()) {
    take(2);
    delivery_.ended("connection refused", at(when));
    EXPECT_LE(dueAfter(), when + 300);
  }
  EXPECT_EQ(delivery_.cursorTarget(2, true), std::nullopt) << "nothing of it is told";
  take(2);
  delivery_.ended("", at(4000));
  EXPECT_EQ(delivery_.error(), "");
  EXPECT_EQ(delivery_.failingSince(), std::nullopt);
  EXPECT_EQ(delivery_.cursorTarget(2, false), 2);
}

TEST_F(Delivering, AReceiverThatAsksToBeLeftAloneIsForSoLongButNotForEver) {
  happens(dormant("a", 0), 1, 0);
  take(1);
  delivery_.ended("status 429", at(12), seconds(30));
  EXPECT_EQ(dueAfter(), 12 + 30);
  take(1);
  delivery_.ended("status 429", at(50), seconds(3));
  EXPECT_EQ(dueAfter(), 50 + 10) << "sooner than it would be tried anyway";
  take(1);
  delivery_.ended("status 503", at(70), std::chrono::hours(24));
  EXPECT_EQ(dueAfter(), 70 + 3600);
}

TEST_F(Delivering, TheCursorMovesOnlyPastWhatIsTold) {
  happens(dormant("a", 0), 1, 0);
  EXPECT_EQ(delivery_.cursorTarget(5000, true), std::nullopt);
  take(3);
  happens(dormant("b", 11), 4, 11);
  EXPECT_EQ(delivery_.cursorTarget(5000, true), std::nullopt);
  delivery_.ended("", at(12));
  EXPECT_EQ(delivery_.cursorTarget(5000, true), 3);
  delivery_.moveBegan();
  EXPECT_EQ(delivery_.cursorTarget(5000, true), std::nullopt) << "it is under way";
  delivery_.moveEnded(3, false);
  EXPECT_EQ(delivery_.cursorTarget(5000, true), 3) << "once more";
  delivery_.moveEnded(3, true);
  EXPECT_EQ(delivery_.cursor(), 3);
}

TEST_F(Delivering, WhileThereIsNothingToTellTheCursorFollowsInLargeSteps) {
  EXPECT_EQ(delivery_.cursorTarget(999, false), std::nullopt);
  EXPECT_EQ(delivery_.cursorTarget(1000, false), 1000);
  EXPECT_EQ(delivery_.cursorTarget(3, true), 3) << "heald stops";
}

TEST_F(Delivering, OnlyWhatIsWantedIsTold) {
  delivery_.configure({engine::Severity::kCritical, false}, {});
  happens(dormant("by-hand", 0, "manual"), 1, 0);
  happens(active("other", 1), 2, 1);
  EXPECT_EQ(delivery_.pending(), 0u);
  happens(dormant("main", 2), 3, 2);
  happens(active("main", 3), 4, 3);
  const Message message = take(4);
  ASSERT_EQ(message.items.size(), 1u);
  EXPECT_TRUE(message.items.front().notice.over) << "it must not be told as lasting";
}

TEST_F(Delivering, AnEntryThatIsShownTwiceCountsOnce) {
  happens(dormant("a", 0), 1, 0);
  take(1);
  delivery_.ended("", at(11));
  happens(dormant("a", 0), 1, 12);
  EXPECT_EQ(delivery_.pending(), 0u);
}

TEST_F(Delivering, WithoutAPlaceTheCursorStaysWhereverItIs) {
  Delivery unplaced({}, {});
  EXPECT_EQ(unplaced.cursor(), std::nullopt);
  EXPECT_EQ(unplaced.cursorTarget(5000, true), std::nullopt);
}

}  // namespace
}  // namespace heald::outbox
