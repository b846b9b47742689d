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
  return turn ? turn->exchange->head().target : "";
}

TEST(Turns, WhoeverChangesSomethingGoesFirst) {
  Turns turns(4);
  turns.add(request("read"), "a", false);
  turns.add(request("change 1"), "a", true);
  turns.add(request("change 2"), "b", true);
  EXPECT_EQ(next(turns), "change 1");
  EXPECT_EQ(next(turns), "change 2");
  EXPECT_EQ(next(turns), "read");
  EXPECT_EQ(next(turns), "");
}

TEST(Turns, ReadersNeverHaveAllPlaces) {
  Turns turns(2);
  for (int i = 0; i < 3; ++i) turns.add(request("read"), "a", false);
  EXPECT_EQ(next(turns), "read");
  EXPECT_EQ(next(turns), "read");
  EXPECT_EQ(next(turns), "");
  turns.add(request("change"), "b", true);
  EXPECT_EQ(next(turns), "change");
  turns.end(true);
  EXPECT_EQ(next(turns), "") << "its place is not theirs";
  turns.end(false);
  EXPECT_EQ(next(turns), "read");
}

TEST(Turns, EachPeerHasItsTurnHoweverManyAnotherHas) {
  Turns turns(100);
  for (int i = 0; i < 5; ++i) turns.add(request("flood"), "a", false);
  turns.add(request("b1"), "b", false);
  turns.add(request("b2"), "b", false);
  EXPECT_EQ(next(turns), "flood");
  EXPECT_EQ(next(turns), "b1");
  EXPECT_EQ(next(turns), "flood");
  EXPECT_EQ(next(turns), "b2");
  EXPECT_EQ(next(turns), "flood");
}

}  // namespace
}  // namespace heald::http
