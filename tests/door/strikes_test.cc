#include "door/strikes.h"

#include <gtest/gtest.h>

namespace heald::door {
namespace {

constexpr Strikes::Clock::time_point moment(int second) {
  return Strikes::Clock::time_point(std::chrono::seconds(second));
}

TEST(Strikes, AreToldOfAtOnceAndThenOnceAMinute) {
  Strikes strikes;
  const auto first = strikes.note(Limit::kConnections, "uid 7", moment(0));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->count, 1u);
  EXPECT_EQ(first->last_peer, "uid 7");
  EXPECT_EQ(strikes.next(), std::nullopt);
  for (int i = 1; i <= 50; ++i) {
    EXPECT_FALSE(strikes.note(Limit::kConnections, std::to_string(i), moment(i)));
  }
  EXPECT_EQ(strikes.next(), moment(60));
  EXPECT_TRUE(strikes.due(moment(59)).empty());
  const auto rest = strikes.due(moment(60));
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest[0].count, 50u);
  EXPECT_EQ(rest[0].last_peer, "50");
  EXPECT_EQ(strikes.count(Limit::kConnections), 51u);
  EXPECT_FALSE(strikes.note(Limit::kConnections, "a", moment(61)));
  EXPECT_TRUE(strikes.note(Limit::kConnections, "a", moment(121)))
      << "nothing was told for a minute";
}

TEST(Strikes, OfOneLimitHideNoOther) {
  Strikes strikes;
  for (std::size_t i = 0; i < kLimits; ++i) {
    const auto limit = static_cast<Limit>(i);
    EXPECT_NE(toString(limit), "");
    EXPECT_TRUE(strikes.note(limit, "a", moment(0)));
    EXPECT_EQ(strikes.count(limit), 1u);
  }
}

}  // namespace
}  // namespace heald::door
