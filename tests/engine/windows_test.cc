#include "engine/windows.h"

#include <gtest/gtest.h>

#include "engine/advice.h"
#include "engine/pauses.h"
#include "support/setups.h"
#include "support/world.h"

namespace heald::engine {
namespace {

using core::CheckStatus;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::oneRemedy;
using test::World;

// The virtual world begins at 16:00 UTC.
WindowSpec daily(core::Duration from, core::Duration to, std::vector<std::string> remedies = {}) {
  WindowSpec window{"nightly", {}, std::move(remedies), "backup"};
  window.times.days.fill(true);
  window.times.from = from;
  window.times.to = to;
  return window;
}

World failing(const WindowSpec& window) {
  engine::Setup setup = oneRemedy();
  setup.windows = {window};
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  return world;
}

TEST(Windows, PauseByThemselvesAndEndByThemselves) {
  World world = failing(daily(hours(16), hours(17)));
  world.runUntil(hours(1) - seconds(1));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_GT(world.check_runs.size(), 700u) << "checks go on";
  const auto pause = world.remedy("restart").pause;
  ASSERT_TRUE(pause);
  EXPECT_EQ(pause->by, "window nightly");
  EXPECT_EQ(pause->reason, "backup");
  EXPECT_TRUE(world.noted("a maintenance window has begun"));
  world.runUntil(hours(1) + seconds(4));
  EXPECT_TRUE(world.noted("a maintenance window is over"));
  EXPECT_EQ(world.starts.size(), 1u);
  EXPECT_FALSE(world.remedy("restart").pause);
}

TEST(Windows, LetNothingWaitIntoThem) {
  World world = failing(daily(hours(16) + minutes(1), hours(20)));
  world.runUntil(hours(3));
  ASSERT_FALSE(world.starts.empty());
  EXPECT_LT(world.starts.back().at, minutes(1));
  EXPECT_EQ(world.remedy("restart").phase, Phase::kIdle);
}

TEST(Windows, AreForTheirRemediesAlone) {
  engine::Setup setup = test::manyRemedies(2);
  setup.windows = {daily(hours(16), hours(17), {"r1"})};
  World world(setup);
  world.setCheck("c0", CheckStatus::kCritical);
  world.setCheck("c1", CheckStatus::kCritical);
  world.runUntil(minutes(30));
  ASSERT_FALSE(world.starts.empty());
  for (const auto& start : world.starts) EXPECT_EQ(start.remedy, "r0");
  EXPECT_FALSE(world.snapshot().pause);
}

TEST(Windows, HoldPermitsBackWhenTheyAreForAll) {
  World world = failing(daily(hours(16), hours(17)));
  world.runUntil(seconds(1));
  const Output out = world.send(RequestPermit{"main", minutes(5), "", "cron"});
  ASSERT_TRUE(out.reply->ok());
  EXPECT_TRUE(out.reply->value().denial);
}

TEST(Windows, HoldAfterARestartInTheirMiddle) {
  World world = failing(daily(hours(16), hours(17)));
  world.runUntil(minutes(10));
  world.crash();
  world.runUntil(hours(1) - seconds(1));
  EXPECT_TRUE(world.starts.empty());
}

TEST(Windows, CannotBeEndedByAHumanWhoIsToldHow) {
  World world = failing(daily(hours(16), hours(17)));
  world.runUntil(minutes(1));
  for (const char* remedy : {"restart", ""}) {
    const Output out = world.send(UnpauseRemedy{remedy, "alice"});
    ASSERT_FALSE(out.reply->ok());
    EXPECT_EQ(out.reply->error().code, ErrorCode::kConflict);
    EXPECT_NE(out.reply->error().message.find("paused by window nightly until 2025-11-24T17:00:00"),
              std::string::npos)
        << out.reply->error().message;
  }
  for (const Recommendation& advice : recommendations(world.snapshot(), world.now())) {
    EXPECT_EQ(advice.command.find("unpause"), std::string::npos) << advice.command;
  }
}

TEST(Windows, AndAPauseOfAHumanHoldUntilBothAreOver) {
  World world = failing(daily(hours(16), hours(17)));
  world.runUntil(minutes(1));
  ASSERT_TRUE(world.send(PauseRemedy{"restart", hours(2), "disk", "alice"}).reply->ok());
  world.runUntil(hours(1) + minutes(30));
  EXPECT_TRUE(world.starts.empty());
  const Output out = world.send(UnpauseRemedy{"restart", "alice"});
  ASSERT_TRUE(out.reply->ok());
  world.runFor(seconds(5));
  EXPECT_EQ(world.starts.size(), 1u);
}

TEST(Windows, FollowTheWallClockWhenItIsSet) {
  World world = failing(daily(hours(17), hours(18)));
  world.runUntil(seconds(1));
  ASSERT_EQ(world.starts.size(), 1u);
  world.stepWall(hours(1));
  world.runFor(minutes(30));
  EXPECT_EQ(world.starts.size(), 1u);
  world.stepWall(hours(1));
  world.runFor(minutes(1));
  EXPECT_GE(world.starts.size(), 2u);
}

TEST(Windows, ComeAndGoWithAReload) {
  World world = failing(daily(hours(16), hours(17)));
  world.runUntil(minutes(1));
  ASSERT_TRUE(world.starts.empty());
  engine::Setup without = world.setup;
  without.windows.clear();
  ASSERT_TRUE(world.reload(without).reply->ok());
  world.runFor(seconds(4));
  EXPECT_EQ(world.starts.size(), 1u);
  engine::Setup with = world.setup;
  with.windows = {daily(hours(16), hours(17))};
  ASSERT_TRUE(world.reload(with).reply->ok());
  world.runFor(minutes(40));
  EXPECT_EQ(world.starts.size(), 1u);
}

TEST(Windows, AreInTheHistory) {
  World world = failing(daily(hours(16) + minutes(1), hours(16) + minutes(2)));
  world.runUntil(minutes(3));
  std::string told;
  for (const HistoryEntry& entry : world.history) {
    if (entry.kind == HistoryKind::kPause) told += entry.event + " by " + entry.actor + "; ";
  }
  EXPECT_EQ(told, "paused by window nightly; over by window nightly; ");
}

}  // namespace
}  // namespace heald::engine
