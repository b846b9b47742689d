#include "door/deadlines.h"

#include <gtest/gtest.h>

namespace heald::door {
namespace {

using std::chrono::seconds;
using Time = Deadlines::Clock::time_point;

constexpr Time at(int second) {
  return Time(seconds(second));
}

const Patience kPatience{.handshake = seconds(1),
                         .head = seconds(2),
                         .idle = seconds(10),
                         .body = seconds(3),
                         .send = seconds(4),
                         .linger = seconds(1)};

TEST(Deadlines, EndEachPhaseAfterItsTime) {
  const std::pair<Phase, int> cases[] = {
      {Phase::kHandshake, 1}, {Phase::kHead, 2},    {Phase::kIdle, 10},     {Phase::kBody, 3},
      {Phase::kSending, 4},   {Phase::kFalling, 4}, {Phase::kLingering, 1},
  };
  for (const auto& [phase, length] : cases) {
    Deadlines deadlines(kPatience);
    deadlines.enter(7, phase, at(100));
    EXPECT_EQ(deadlines.next(), at(100 + length));
    EXPECT_EQ(deadlines.over(at(100 + length - 1)), std::nullopt);
    EXPECT_EQ(deadlines.over(at(100 + length)), 7u);
  }
}

TEST(Deadlines, LeaveWhatOthersLimitAlone) {
  for (const Phase phase : {Phase::kWaiting, Phase::kStreaming}) {
    Deadlines deadlines(kPatience);
    deadlines.enter(7, phase, at(0));
    EXPECT_EQ(deadlines.next(), std::nullopt);
    EXPECT_EQ(deadlines.over(at(1'000'000)), std::nullopt);
  }
}

TEST(Deadlines, BeginAnewWithEachPhase) {
  Deadlines deadlines(kPatience);
  deadlines.enter(1, Phase::kHead, at(0));
  deadlines.enter(1, Phase::kWaiting, at(1));
  EXPECT_EQ(deadlines.over(at(5)), std::nullopt);
  deadlines.enter(1, Phase::kSending, at(5));
  EXPECT_EQ(deadlines.next(), at(9));
  deadlines.leave(1);
  EXPECT_EQ(deadlines.next(), std::nullopt);
}

TEST(Deadlines, KnowWhoeverWaitsLongest) {
  Deadlines deadlines(kPatience);
  deadlines.enter(1, Phase::kIdle, at(0));
  deadlines.enter(2, Phase::kHead, at(3));
  deadlines.enter(3, Phase::kHead, at(4));
  EXPECT_EQ(deadlines.next(), at(5));
  EXPECT_EQ(deadlines.oldest(Phase::kHead), 2u);
  EXPECT_EQ(deadlines.oldest(Phase::kBody), std::nullopt);
  EXPECT_EQ(deadlines.over(at(6)), 2u);
  deadlines.leave(2);
  EXPECT_EQ(deadlines.over(at(6)), 3u);
}

}  // namespace
}  // namespace heald::door
