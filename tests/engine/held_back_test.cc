#include <gtest/gtest.h>

#include "core/text.h"
#include "support/alerts.h"

namespace heald::engine {
namespace {

using core::CheckStatus;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::manyRemedies;
using test::oneRemedy;
using test::World;

using Fields = std::vector<std::pair<std::string, std::string>>;

std::vector<Fields> fieldsOf(const World& world, const std::string& message) {
  std::vector<Fields> found;
  for (const Note& note : world.notes) {
    if (note.message == message) found.push_back(note.fields);
  }
  return found;
}

std::vector<HistoryEntry> denialsToldOf(const World& world, const std::string& remedy) {
  std::vector<HistoryEntry> found;
  for (const HistoryEntry& entry : world.history) {
    if (entry.kind == HistoryKind::kDenial && entry.remedy == remedy) found.push_back(entry);
  }
  return found;
}

void hold(World& world, const std::string& remedy, const std::string& reason = "why") {
  world.send(PauseRemedy{remedy, minutes(1), reason, "alice"});
}

World::CheckScript critical() {
  return [] { return CheckStatus::kCritical; };
}

// One attempt at a time, checks that run once an hour, and no second try of the first remedy.
engine::Setup oneSlot(int count) {
  engine::Setup setup = manyRemedies(count);
  setup.healing.max_concurrent = 1;
  setup.governors[0].policy.backoff = {minutes(30), minutes(30)};
  for (CheckSpec& check : setup.checks) check.interval = hours(1);
  return setup;
}

TEST(HeldBack, EachPauseIsNotedOnceWithItsReason) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  hold(world, "restart", "the first");
  world.runFor(minutes(2));
  ASSERT_FALSE(world.starts.empty()) << "the pause is over";
  hold(world, "", "the second");
  world.runFor(seconds(50));
  EXPECT_EQ(fieldsOf(world, "attempt denied: the remedy is paused"),
            (std::vector<Fields>{{{"remedy", "restart"}, {"reason", "the first"}},
                                 {{"remedy", "restart"}, {"reason", "the second"}}}));
}

TEST(HeldBack, APauseIsToldWithItsReasonAndItsEnd) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  const core::WallTime start = world.now().wall;
  hold(world, "restart", "moving the disk");
  world.runFor(seconds(50));
  const auto told = denialsToldOf(world, "restart");
  ASSERT_EQ(told.size(), 1u);
  HistoryEntry expected{.kind = HistoryKind::kDenial,
                        .event = "paused",
                        .at = told[0].at,
                        .governor = "main",
                        .remedy = "restart",
                        .check = "service",
                        .message = "moving the disk",
                        .details = {{"until", core::toIso8601(start + minutes(1))}}};
  EXPECT_EQ(told[0], expected);
}

TEST(HeldBack, APauseEndsAWait) {
  engine::Setup setup = oneRemedy();
  setup.governors[0].policy.backoff = {minutes(30), minutes(30)};
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.runFor(seconds(1));
  ASSERT_EQ(world.remedy("restart").phase, Phase::kWaiting);
  hold(world, "another");
  EXPECT_EQ(world.remedy("restart").phase, Phase::kWaiting) << "no remedy of that name";
  hold(world, "restart");
  EXPECT_EQ(world.remedy("restart").phase, Phase::kIdle);
}

TEST(HeldBack, APauseOfAnotherRemedyEndsNoWait) {
  engine::Setup setup = manyRemedies(2);
  setup.governors[0].policy.backoff = {minutes(30), minutes(30)};
  World world(setup);
  world.setCheck("c0", CheckStatus::kCritical);
  world.runFor(seconds(1));
  hold(world, "r1");
  EXPECT_EQ(world.remedy("r0").phase, Phase::kWaiting);
}

TEST(HeldBack, APauseTakesAPlaceInTheQueue) {
  World world(oneSlot(2));
  world.checks["c0"] = world.checks["c1"] = critical();
  world.remedies["r0"] = test::endsWell(minutes(20));
  world.runFor(seconds(10));
  ASSERT_EQ(world.remedy("r1").phase, Phase::kQueued);
  hold(world, "");
  EXPECT_EQ(world.remedy("r1").phase, Phase::kIdle);
  EXPECT_EQ(world.remedy("r0").phase, Phase::kActing) << "what runs, goes on";
}

TEST(HeldBack, APauseOfTheOneThatIsAboutToStartLetsTheNextGoOn) {
  World world(oneSlot(3));
  for (const char* check : {"c0", "c1", "c2"}) world.setCheck(check, CheckStatus::kCritical);
  world.remedies["r0"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kFailed, "", seconds(10)};
  };
  world.runUntil(seconds(9));
  world.check_takes = seconds(4);
  world.runUntil(seconds(11));
  ASSERT_EQ(world.remedy("r1").phase, Phase::kPrechecking);
  ASSERT_EQ(world.remedy("r2").phase, Phase::kQueued);
  hold(world, "r1");
  EXPECT_EQ(world.remedy("r1").phase, Phase::kIdle);
  EXPECT_EQ(world.remedy("r2").phase, Phase::kPrechecking);
  world.runUntil(seconds(16));
  ASSERT_EQ(world.starts.size(), 2u);
  EXPECT_EQ(world.starts[1].remedy, "r2");
}

TEST(HeldBack, EachParentThatIsInTheWayIsNotedOnce) {
  engine::Setup setup = manyRemedies(3);
  setup.checks[2].depends_on = {"c0", "c1"};
  setup.remedies.erase(setup.remedies.begin(), setup.remedies.begin() + 2);
  World world(setup);
  world.checks["c0"] = world.checks["c2"] = critical();
  world.runFor(seconds(20));
  EXPECT_EQ(world.remedy("r2").blocked_by, "c0");
  world.setCheck("c0", CheckStatus::kOk);
  world.setCheck("c1", CheckStatus::kCritical);
  world.runFor(seconds(20));
  EXPECT_EQ(world.remedy("r2").blocked_by, "c1");
  const auto told =
      fieldsOf(world, "attempt denied: a check that its check depends on is unhealthy");
  EXPECT_EQ(told.front(), (Fields{{"remedy", "r2"}, {"check", "c2"}, {"depends_on", "c0"}}));
  EXPECT_EQ(told.back(), (Fields{{"remedy", "r2"}, {"check", "c2"}, {"depends_on", "c1"}}));
  EXPECT_EQ(told.size(), 2u);
  world.setCheck("c1", CheckStatus::kOk);
  world.runFor(seconds(20));
  EXPECT_FALSE(world.starts.empty());
  EXPECT_EQ(world.remedy("r2").blocked_by, "");
}

TEST(HeldBack, AParentIsToldByItsName) {
  engine::Setup setup = manyRemedies(2);
  setup.checks[1].depends_on = {"c0"};
  World world(setup);
  world.checks["c0"] = world.checks["c1"] = critical();
  world.runFor(seconds(20));
  const auto told = denialsToldOf(world, "r1");
  ASSERT_EQ(told.size(), 1u);
  HistoryEntry expected{.kind = HistoryKind::kDenial,
                        .event = "depends_on",
                        .at = told[0].at,
                        .governor = "r1",
                        .remedy = "r1",
                        .check = "c1",
                        .message = "check c0 is unhealthy"};
  EXPECT_EQ(told[0], expected);
}

}  // namespace
}  // namespace heald::engine
