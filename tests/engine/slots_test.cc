// What is limited over all governors together: actions that run, and attempts that are unverified.
#include <gtest/gtest.h>

#include "support/alerts.h"
#include "support/setups.h"
#include "support/world.h"

namespace heald::engine {
namespace {

using core::CheckStatus;
using core::Guard;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::endsWell;
using test::suppressed;
using test::World;

// Two remedies whose checks run once a day, one action at a time, and a verification of an hour.
engine::Setup twoWithLongVerification() {
  engine::Setup setup = test::manyRemedies(2);
  for (CheckSpec& check : setup.checks) {
    check.interval = hours(24);
  }
  for (RemedySpec& remedy : setup.remedies) {
    remedy.verify = {minutes(1), hours(1)};
  }
  setup.healing.max_concurrent = 1;
  return setup;
}

// Both checks are critical, whatever is done; an action takes 20 s.
void breakBoth(World& world) {
  for (const char* n : {"0", "1"}) {
    world.setCheck(std::string("c") + n, CheckStatus::kCritical);
    world.remedies[std::string("r") + n] = endsWell(seconds(20));
  }
}

std::string permitIn(const Output& out) {
  return out.reply && out.reply->ok() && (*out.reply)->permit ? (*out.reply)->permit->id : "";
}

TEST(Slots, ThreeUnresolvedAlertsDoNotKeepACheckFromBeingHealed) {
  engine::Setup setup = test::forTargets();
  const engine::Setup other = test::oneRemedy();
  setup.checks = other.checks;
  setup.remedies.push_back(other.remedies[0]);
  setup.remedies[1].name = "other";
  setup.remedies[1].governor = "other";
  setup.governors.push_back({"other", {}});
  World world(setup);
  world.remedies["restart"] = endsWell(seconds(1));
  test::send(world, {test::alert("a"), test::alert("b"), test::alert("c")});
  world.runUntil(minutes(1));
  ASSERT_EQ(world.snapshot().attempts_in_progress, 3);
  EXPECT_EQ(world.snapshot().actions_running, 0);
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(minutes(2));
  ASSERT_GE(world.starts.size(), 4u);
  EXPECT_EQ(world.starts[3].remedy, "other");
  EXPECT_LE(world.starts[3].at, minutes(1) + seconds(5));
}

TEST(Slots, WhoWaitsForASlotStartsWhenTheActionEndsAndNotWhenTheAttemptDoes) {
  World world(twoWithLongVerification());
  breakBoth(world);
  world.runUntil(seconds(19));
  ASSERT_EQ(world.starts.size(), 1u);
  EXPECT_EQ(suppressed(world, "r1", Guard::kMaxConcurrent), 1u);
  world.runUntil(seconds(21));
  ASSERT_EQ(world.starts.size(), 2u);
  EXPECT_EQ(world.starts[1].at, seconds(20));
  EXPECT_EQ(world.remedy("r0").phase, Phase::kSettling);
}

TEST(Slots, AnAttemptOfALastProcessTakesNoSlot) {
  World world(twoWithLongVerification());
  breakBoth(world);
  world.runUntil(seconds(10));
  ASSERT_EQ(world.starts.size(), 1u);
  world.check_takes = minutes(5);
  world.crash();
  EXPECT_EQ(world.snapshot().attempts_in_progress, 1);
  EXPECT_EQ(world.snapshot().actions_running, 0);
  const std::string permit = permitIn(world.send(RequestPermit{"r1", hours(1), "", "cron"}));
  EXPECT_NE(permit, "");
  EXPECT_EQ(world.snapshot().actions_running, 1);
}

TEST(Slots, APermitTakesOneUntilItIsReportedAlsoOverARestart) {
  engine::Setup setup = twoWithLongVerification();
  setup.governors.push_back({"backup", {}});
  World world(setup);
  const std::string permit = permitIn(world.send(RequestPermit{"backup", hours(2), "", "cron"}));
  ASSERT_NE(permit, "");
  world.crash();
  breakBoth(world);
  world.runFor(seconds(10));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_EQ(world.remedy("r0").phase, Phase::kQueued);
  world.send(ReportPermit{permit, true, "", "", "cron"});
  world.runFor(seconds(1));
  EXPECT_EQ(world.starts.size(), 1u) << "one at a time";
  world.runFor(seconds(21));
  EXPECT_EQ(world.starts.size(), 2u);
}

TEST(Slots, AnActionThatAReloadHasCancelledTakesOneUntilItHasEnded) {
  engine::Setup setup = twoWithLongVerification();
  World world(setup);
  breakBoth(world);
  world.runUntil(seconds(10));
  ASSERT_EQ(world.starts.size(), 1u);
  world.cancel_takes = seconds(10);
  setup.remedies.erase(setup.remedies.begin());
  world.reload(setup);
  ASSERT_EQ(world.cancelled.size(), 1u);
  world.runUntil(seconds(19));
  EXPECT_EQ(world.starts.size(), 1u) << "it ends its action, which takes until second 20";
  EXPECT_EQ(world.snapshot().attempts_in_progress, 0);
  EXPECT_EQ(world.snapshot().actions_running, 1);
  world.runUntil(seconds(21));
  ASSERT_EQ(world.starts.size(), 2u);
  EXPECT_EQ(world.starts[1].remedy, "r1");
}

TEST(Slots, WhoseEffectIsNotKnownYetMayBeLimitedToo) {
  engine::Setup setup = twoWithLongVerification();
  setup.healing.max_unverified = 1;
  World world(setup);
  breakBoth(world);
  world.remedies["r0"] = endsWell();
  world.runUntil(minutes(30));
  ASSERT_EQ(world.starts.size(), 1u);
  EXPECT_EQ(world.remedy("r0").phase, Phase::kSettling);
  EXPECT_EQ(world.remedy("r1").phase, Phase::kQueued);
  EXPECT_EQ(world.remedy("r1").last_denied_by, Guard::kMaxUnverified);
  world.setCheck("c0", CheckStatus::kOk);
  world.runUntil(minutes(31));
  EXPECT_EQ(world.remedy("r0").totals.successes, 1u);
  ASSERT_EQ(world.starts.size(), 2u);
  EXPECT_EQ(world.starts[1].remedy, "r1");
}

TEST(Slots, AnAttemptThatIsInterruptedIsUnverifiedUntilItsCheckHasBeenRun) {
  engine::Setup setup = twoWithLongVerification();
  setup.healing.max_unverified = 1;
  World world(setup);
  breakBoth(world);
  world.runUntil(seconds(10));
  world.check_takes = seconds(30);
  world.crash();
  world.runFor(seconds(5));
  const Output out = world.send(RequestPermit{"r1", hours(1), "", "cron"});
  ASSERT_TRUE(out.reply && out.reply->ok() && (*out.reply)->denial);
  EXPECT_EQ((*out.reply)->denial->word, "max_unverified");
  world.runFor(minutes(2));
  ASSERT_EQ(world.starts.size(), 2u) << "its check was run, and the next one has its turn";
}

TEST(Slots, APermitIsUnverifiedAsLongAsItIsOutstanding) {
  engine::Setup setup = twoWithLongVerification();
  setup.healing.max_concurrent = 3;
  setup.healing.max_unverified = 1;
  setup.governors.push_back({"backup", {}});
  World world(setup);
  ASSERT_NE(permitIn(world.send(RequestPermit{"backup", hours(2), "", "cron"})), "");
  breakBoth(world);
  world.runUntil(seconds(10));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_EQ(suppressed(world, "r0", Guard::kMaxUnverified), 1u);
}

TEST(Slots, AnEarlierEndOfAnActionWakesOnlyAsManyAsThereIsRoomFor) {
  engine::Setup setup = test::manyRemedies(4);
  setup.healing.storm_brake.min_checks = 1000;
  setup.healing.max_concurrent = 2;
  setup.healing.max_unverified = 3;
  for (RemedySpec& remedy : setup.remedies) {
    remedy.verify = {minutes(1), hours(1)};
  }
  World world(setup);
  for (int i = 0; i < 4; ++i) {
    world.setCheck("c" + std::to_string(i), CheckStatus::kCritical);
    world.remedies["r" + std::to_string(i)] = endsWell(seconds(20));
  }
  world.runUntil(minutes(10));
  EXPECT_EQ(world.starts.size(), 3u);
  EXPECT_EQ(world.snapshot().attempts_in_progress, 3);
}

}  // namespace
}  // namespace heald::engine
