// Permits that are known, without anybody who asks for one.
#include "engine/permit_book.h"

#include <gtest/gtest.h>

#include "book_views.h"

namespace heald::engine {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

core::Now inBook(core::Duration since) {
  return {core::BootTime(hours(1)) + since, core::WallTime(hours(490'000)) + since};
}

Permit permitNamed(const std::string& id, std::uint64_t attempt, core::Duration deadline,
                   const std::string& member = "") {
  Permit permit;
  permit.id = id;
  permit.governor = "main";
  permit.attempt = attempt;
  permit.deadline = inBook(deadline).boot;
  permit.member = member;
  return permit;
}

struct Shelf {
  explicit Shelf(std::vector<std::string> members = {}) {
    GovernorSpec spec{"main", {}};
    if (!members.empty()) spec.fleet = std::make_shared<const Fleet>(Fleet{std::move(members), {}});
    governors.reconfigure({spec});
  }
  void give(const Permit& permit, core::Duration since = {}) {
    book.give(permit, inBook(since));
    book.keep(inBook(since));
  }
  void end(const std::string& id, core::Duration since, PermitState state = PermitState::kOk) {
    Permit after = *book.find(id);
    after.state = state;
    after.ended_at = inBook(since).wall;
    book.change(after, "");
    book.keep(inBook(since));
  }

  Governors governors{{}};
  PermitBook book{governors};
};

TEST(PermitBook, TheFirstDeadlineIsThatOfTheOutstandingOnes) {
  Shelf shelf;
  shelf.give(permitNamed("1-a", 1, minutes(5)));
  shelf.give(permitNamed("2-a", 2, minutes(3)));
  EXPECT_EQ(shelf.book.nextDeadline(), inBook(minutes(3)).boot);
  EXPECT_EQ(shelf.book.firstDue(inBook(minutes(3) - seconds(1)).boot), nullptr);
  EXPECT_EQ(shelf.book.firstDue(inBook(minutes(3)).boot)->id, "2-a");
  shelf.end("2-a", minutes(1));
  EXPECT_EQ(shelf.book.firstDue(inBook(minutes(5)).boot)->id, "1-a");
}

TEST(PermitBook, AnUndoTakesTheDeadlineAlongAndSaysWhoGetsNothing) {
  Shelf shelf;
  shelf.book.give(permitNamed("1-a", 1, minutes(5)), inBook({}));
  EXPECT_TRUE(shelf.book.proposed());
  shelf.book.undo(inBook({}));
  EXPECT_EQ(shelf.book.nextDeadline(), std::nullopt);
  EXPECT_FALSE(shelf.book.owns("main", 1));
  const std::vector<Permit> undone = shelf.book.takeUndone();
  ASSERT_EQ(undone.size(), 1u);
  EXPECT_EQ(undone[0].id, "1-a");
  EXPECT_TRUE(shelf.book.takeUndone().empty());
}

TEST(PermitBook, OneThatIsGivenMakesTheOldestMakeRoom) {
  Shelf shelf;
  shelf.give(permitNamed("1-a", 1, hours(1)));
  shelf.end("1-a", seconds(1));
  shelf.give(permitNamed("2-a", 2, hours(1)), PermitBook::kRemembered + seconds(1));
  EXPECT_NE(shelf.book.find("1-a"), nullptr) << "not longer ago than that";
  shelf.give(permitNamed("3-a", 3, hours(1)), PermitBook::kRemembered + seconds(2));
  EXPECT_EQ(shelf.book.find("1-a"), nullptr);
  EXPECT_EQ(allOf(shelf.book).permits.size(), 2u);
}

TEST(PermitBook, TheLastOneOfADeclaredMemberStays) {
  Shelf shelf({"a"});
  shelf.give(permitNamed("1-a", 1, hours(1), "a"));
  shelf.end("1-a", seconds(1), PermitState::kFailed);
  shelf.give(permitNamed("2-b", 2, hours(1)), 2 * PermitBook::kRemembered);
  EXPECT_NE(shelf.book.find("1-a"), nullptr);
  shelf.governors.reconfigure({{"main", {}}});
  shelf.book.fleetsChanged();
  shelf.give(permitNamed("3-b", 3, hours(1)), 2 * PermitBook::kRemembered);
  EXPECT_EQ(shelf.book.find("1-a"), nullptr) << "it is declared no more";
}

TEST(PermitBook, WhatHasEndedIsNotedOnceItIsKept) {
  Shelf shelf;
  shelf.give(permitNamed("1-a", 1, hours(1)));
  shelf.end("1-a", seconds(1), PermitState::kExpired);
  const std::vector<PermitBook::Kept> kept = shelf.book.takeKept();
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept[0].note.message, "permit given");
  EXPECT_EQ(kept[1].note.message, "permit ended");
  EXPECT_EQ(kept[1].permit.state, PermitState::kExpired);
}

}  // namespace
}  // namespace heald::engine
