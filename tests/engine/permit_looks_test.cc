#include "engine/permit_looks.h"

#include <gtest/gtest.h>

namespace heald::engine {
namespace {

using Names = std::vector<std::string>;

core::BootTime at(int second) {
  return core::BootTime(std::chrono::seconds(second));
}

TEST(PermitLooks, ComeInTheOrderOfTheirTimes) {
  PermitLooks looks;
  EXPECT_FALSE(looks.next());
  looks.begin("b", at(2));
  looks.begin("a", at(3));
  EXPECT_EQ(looks.next(), at(2));
  EXPECT_FALSE(looks.takeDue(at(1)));
  EXPECT_EQ(looks.takeDue(at(3)), "b");
  EXPECT_EQ(looks.takeDue(at(3)), "a");
  EXPECT_FALSE(looks.takeDue(at(9)));
}

TEST(PermitLooks, WaitForARunThatBeganAfterTheQuestion) {
  PermitLooks looks;
  looks.await("a", "queue", 7);
  looks.await("b", "queue", 8);
  looks.await("c", "disk", 1);
  EXPECT_FALSE(looks.next());
  EXPECT_EQ(looks.takeAwaiting("queue", 6), Names{});
  EXPECT_EQ(looks.takeAwaiting("queue", 7), Names{"a"});
  EXPECT_EQ(looks.takeAwaiting("queue", 7), Names{}) << "once";
  EXPECT_EQ(looks.takeAwaiting("queue", 9), Names{"b"}) << "the run that it asked for was followed";
}

TEST(PermitLooks, WaitForOneThingAtATime) {
  PermitLooks looks;
  looks.await("a", "queue", 1);
  looks.wait("a", at(5));
  EXPECT_EQ(looks.takeAwaiting("queue", 1), Names{});
  EXPECT_EQ(looks.next(), at(5));
  looks.await("a", "queue", 2);
  EXPECT_FALSE(looks.next());
  looks.forget("a");
  EXPECT_EQ(looks.takeAwaiting("queue", 2), Names{});
}

}  // namespace
}  // namespace heald::engine
