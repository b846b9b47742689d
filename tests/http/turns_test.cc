#include "http/turns.h"

#include <gtest/gtest.h>

namespace heald::http {
namespace {

Turns::Exchange request(const std::string& name) {
  door::RequestHead head;
  head.target = name;
  return std::make_shared<door::Exchange>(
      door::Exchange::Contents{std::move(head), {}, {}},
      [](door::Answer, std::shared_ptr<door::Outlet>) {}, [] {});
}

std::string next(Turns& turns) {
  const auto turn = turns.begin();
  if (!turn) return "";
  std::string names;
  for (const auto& each : turn->exchanges)
    names += (names.empty() ? "" : ", ") + each->head().target;
  return names;
}

TEST(Turns, WhoeverChangesSomethingGoesFirst) {
  Turns turns(4);
  turns.add(request("read"), "a", Weight::kReads);
  turns.add(request("change 1"), "a", Weight::kChanges);
  turns.add(request("change 2"), "b", Weight::kChanges);
  EXPECT_EQ(next(turns), "change 1");
  EXPECT_EQ(next(turns), "change 2");
  EXPECT_EQ(next(turns), "read");
  EXPECT_EQ(next(turns), "");
}

TEST(Turns, ReadersNeverHaveAllPlaces) {
  Turns turns(2);
  for (int i = 0; i < 3; ++i) turns.add(request("read"), "a", Weight::kReads);
  EXPECT_EQ(next(turns), "read");
  EXPECT_EQ(next(turns), "read");
  EXPECT_EQ(next(turns), "");
  turns.add(request("change"), "b", Weight::kChanges);
  EXPECT_EQ(next(turns), "change");
  turns.end(Weight::kChanges);
  EXPECT_EQ(next(turns), "") << "its place is not theirs";
  turns.end(Weight::kReads);
  EXPECT_EQ(next(turns), "read");
}

TEST(Turns, EachPeerHasItsTurnHoweverManyAnotherHas) {
  Turns turns(100);
  for (int i = 0; i < 5; ++i) turns.add(request("flood"), "a", Weight::kReads);
  turns.add(request("b1"), "b", Weight::kReads);
  turns.add(request("b2"), "b", Weight::kReads);
  EXPECT_EQ(next(turns), "flood");
  EXPECT_EQ(next(turns), "b1");
  EXPECT_EQ(next(turns), "flood");
  EXPECT_EQ(next(turns), "b2");
  EXPECT_EQ(next(turns), "flood");
}

TEST(Turns, BriefOnesThatWaitOneBehindTheOtherHaveATurnTogether) {
  Turns turns(4);
  EXPECT_TRUE(turns.add(request("permit 1"), "a", Weight::kBrief));
  EXPECT_FALSE(turns.add(request("permit 2"), "b", Weight::kBrief)) << "no turn of its own";
  EXPECT_TRUE(turns.add(request("reload"), "a", Weight::kChanges)) << "it may last";
  EXPECT_TRUE(turns.add(request("permit 3"), "a", Weight::kBrief)) << "and would be waited for";
  EXPECT_TRUE(turns.add(request("read"), "a", Weight::kReads));
  EXPECT_FALSE(turns.add(request("permit 4"), "a", Weight::kBrief));
  EXPECT_EQ(next(turns), "permit 1, permit 2");
  EXPECT_EQ(next(turns), "reload");
  EXPECT_EQ(next(turns), "permit 3, permit 4");
  EXPECT_TRUE(turns.add(request("permit 5"), "a", Weight::kBrief)) << "the others are on their way";
  EXPECT_EQ(next(turns), "permit 5");
  EXPECT_EQ(next(turns), "read");
}

TEST(Turns, ATurnHoldsNoMoreBriefOnesThanIsAllowed) {
  Turns turns(4);
  for (std::size_t i = 0; i < 2 * Turns::kTogether; ++i) {
    EXPECT_EQ(turns.add(request("permit"), "a", Weight::kBrief), i % Turns::kTogether == 0);
  }
  EXPECT_EQ(turns.begin()->exchanges.size(), Turns::kTogether);
  EXPECT_EQ(turns.begin()->exchanges.size(), Turns::kTogether);
  EXPECT_FALSE(turns.begin());
}

}  // namespace
}  // namespace heald::http
