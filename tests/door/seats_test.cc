#include "door/seats.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <set>

namespace heald::door {
namespace {

using Full = Seats::Full;

constexpr Seats::Limits kFew{.all = 4, .peer = 2};

TEST(Seats, AreGivenUntilTheyAreFull) {
  Seats seats(kFew);
  EXPECT_TRUE(seats.arrive(1, "a").admitted);
  EXPECT_EQ(seats.arrive(2, "a").full, Full::kNo);
  EXPECT_EQ(seats.arrive(3, "b").full, Full::kNo);
  EXPECT_EQ(seats.arrive(4, "c").full, Full::kNo);
  EXPECT_EQ(seats.size(), 4u);
  EXPECT_EQ(seats.sizeOf("a"), 2u);
  EXPECT_EQ(seats.sizeOf("d"), 0u);
}

TEST(Seats, APeerAboveItsShareMakesRoomItself) {
  Seats seats(kFew);
  seats.arrive(1, "other");
  seats.arrive(2, "a");
  seats.arrive(3, "a");
  const auto verdict = seats.arrive(4, "a");
  EXPECT_TRUE(verdict.admitted);
  EXPECT_EQ(verdict.full, Full::kPeer);
  EXPECT_EQ(verdict.leaves, 2u) << "its own oldest, and not the other's, which is older";
  EXPECT_EQ(seats.size(), 3u);
}

TEST(Seats, WhenAllAreTakenTheOldestIdleGoes) {
  Seats seats(kFew);
  for (Seats::Id id = 1; id <= 4; ++id) seats.arrive(id, std::to_string(id));
  seats.busy(1);
  const auto verdict = seats.arrive(5, "5");
  EXPECT_TRUE(verdict.admitted);
  EXPECT_EQ(verdict.full, Full::kAll);
  EXPECT_EQ(verdict.leaves, 2u);
}

TEST(Seats, WhoeverIsAnsweredIsNeverTaken) {
  Seats seats(kFew);
  seats.arrive(1, "a");
  seats.arrive(2, "a");
  seats.busy(1);
  seats.busy(2);
  const auto verdict = seats.arrive(3, "a");
  EXPECT_FALSE(verdict.admitted);
  EXPECT_EQ(verdict.full, Full::kPeer);
  EXPECT_EQ(seats.size(), 2u);
  seats.idle(2);
  EXPECT_EQ(seats.arrive(4, "a").leaves, 2u);
}

TEST(Seats, WhoeverWasAnsweredWaitsBehindTheOthers) {
  Seats seats(kFew);
  for (Seats::Id id = 1; id <= 3; ++id) seats.arrive(id, std::to_string(id));
  seats.busy(1);
  seats.idle(1);
  EXPECT_EQ(seats.oldestIdle(), 2u);
  seats.idle(2);
  EXPECT_EQ(seats.oldestIdle(), 2u) << "a drip makes nobody younger";
}

TEST(Seats, AreFreeAgainWhenSomebodyLeaves) {
  Seats seats({.all = 1, .peer = 1});
  seats.arrive(1, "a");
  seats.leave(1);
  seats.leave(1);
  EXPECT_EQ(seats.arrive(2, "b").full, Full::kNo);
  EXPECT_EQ(seats.oldestIdle(), 2u);
  seats.busy(2);
  EXPECT_EQ(seats.oldestIdle(), std::nullopt);
}

// Against a model that walks over everything.
TEST(Seats, DoWhatASlowModelDoes) {
  struct Sitter {
    Seats::Id id;
    std::string peer;
    bool idle;
  };
  std::mt19937 random(1);
  Seats seats(kFew);
  std::deque<Sitter> model;  // the idle ones in their order
  const auto find = [&](Seats::Id id) {
    return std::find_if(model.begin(), model.end(), [&](const auto& s) { return s.id == id; });
  };
  for (Seats::Id next = 1; next < 20'000; ++next) {
    const Seats::Id some = next - random() % 8;
    const std::string peer(1, static_cast<char>('a' + random() % 3));
    const auto own =
        std::count_if(model.begin(), model.end(), [&](const auto& s) { return s.peer == peer; });
    const auto at = find(some);
    switch (random() % 4) {
      case 0:
      case 1: {
        const auto verdict = seats.arrive(next, peer);
        const bool of_peer = own >= 2;
        const bool full = of_peer || model.size() >= 4;
        const auto leaving = std::find_if(model.begin(), model.end(), [&](const auto& s) {
          return s.idle && (!of_peer || s.peer == peer);
        });
        ASSERT_EQ(verdict.full, !full ? Full::kNo : of_peer ? Full::kPeer : Full::kAll);
        ASSERT_EQ(verdict.admitted, !full || leaving != model.end());
        ASSERT_EQ(verdict.leaves.has_value(), full && leaving != model.end());
        if (verdict.leaves) {
          ASSERT_EQ(*verdict.leaves, leaving->id);
          model.erase(leaving);
        }
        if (verdict.admitted) model.push_back({next, peer, true});
        break;
      }
      case 2:
        seats.busy(some);
        if (at != model.end()) at->idle = false;
        break;
      default:
        if (random() % 2 == 0) {
          seats.leave(some);
          if (at != model.end()) model.erase(at);
        } else {
          seats.idle(some);
          if (at != model.end() && !at->idle) {
            model.push_back({at->id, at->peer, true});
            model.erase(find(some));
          }
        }
    }
    ASSERT_EQ(seats.size(), model.size());
  }
}

}  // namespace
}  // namespace heald::door
