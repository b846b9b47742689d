// What healing tells of its attempts and denials, entry by entry.
#include <gtest/gtest.h>

#include "core/text.h"
#include "support/alerts.h"

namespace heald::engine {
namespace {

using core::CheckStatus;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using test::oneRemedy;
using test::World;

using Details = std::vector<std::pair<std::string, HistoryValue>>;

std::vector<HistoryEntry> entriesOf(const World& world, HistoryKind kind) {
  std::vector<HistoryEntry> found;
  for (const HistoryEntry& entry : world.history) {
    if (entry.kind == kind) found.push_back(entry);
  }
  return found;
}

std::string named(const std::string& incident, core::WallTime since) {
  return incident + "/" + std::to_string(since.time_since_epoch().count());
}

// The remedy acts until it is told how that ended.
void actForAnHour(World& world) {
  world.setCheck("service", CheckStatus::kCritical);
  world.messages["service"] = "no answer";
  world.remedies["restart"] = test::endsWell(hours(1));
  world.runUntil(milliseconds(1500));
}

TEST(HealingHistory, AnAttemptIsToldWithItsReasonAndItsStep) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].steps = {0, 1};
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.messages["service"] = "no answer";
  const core::WallTime start = world.now().wall;
  world.runUntil(seconds(6));
  const auto told = entriesOf(world, HistoryKind::kAttempt);
  ASSERT_GE(told.size(), 3u);
  HistoryEntry expected{
      .kind = HistoryKind::kAttempt,
      .event = "started",
      .at = start,
      .governor = "main",
      .remedy = "restart",
      .check = "service",
      .attempt = 1,
      .message = "no answer",
      .details = {{"step", std::int64_t{1}}, {"incident", named("check/service", start)}}};
  EXPECT_EQ(told[0], expected);
  EXPECT_EQ(told[2].details,
            (Details{{"step", std::int64_t{2}}, {"incident", named("check/service", start)}}))
      << "the incident is the same";
}

TEST(HealingHistory, AnAttemptForAnAlertIsToldWithItsNameAndFingerprint) {
  World world(test::forTargets());
  test::send(world, {test::alert("web1")});
  const auto told = entriesOf(world, HistoryKind::kAttempt);
  ASSERT_FALSE(told.empty());
  HistoryEntry expected{
      .kind = HistoryKind::kAttempt,
      .event = "started",
      .at = world.now().wall,
      .governor = "main@web1",
      .remedy = "restart",
      .target = "web1",
      .attempt = 1,
      .message = "alert Down",
      .details = {{"step", std::int64_t{1}},
                  {"fingerprint", std::string("web1-print")},
                  {"incident", named("alert/restart/web1-print", test::alert("web1").starts_at)}}};
  EXPECT_EQ(told[0], expected);
}

TEST(HealingHistory, AFailureIsToldWithAllThatIsKnownOfIt) {
  World world(oneRemedy());
  actForAnHour(world);
  world.send(ActionFinished{1, ActionOutcome::kTimeout, "timed out", "so far", 124});
  const auto told = entriesOf(world, HistoryKind::kAttempt);
  ASSERT_EQ(told.size(), 2u);
  HistoryEntry expected{.kind = HistoryKind::kAttempt,
                        .event = "failed",
                        .at = world.now().wall,
                        .governor = "main",
                        .remedy = "restart",
                        .check = "service",
                        .attempt = 1,
                        .message = "timed out",
                        .output = "so far",
                        .details = {{"consecutiveFailures", std::int64_t{1}},
                                    {"reason", std::string("timeout")},
                                    {"exitCode", std::int64_t{124}},
                                    {"duration", std::int64_t{1500}},
                                    {"verification", std::int64_t{0}},
                                    {"backoff", std::int64_t{5000}}}};
  EXPECT_EQ(told[1], expected);
}

TEST(HealingHistory, ASuccessHasNoReasonAndAnActionWithoutACodeNone) {
  World world(oneRemedy());
  actForAnHour(world);
  world.setCheck("service", CheckStatus::kOk);
  world.send(ActionFinished{1, ActionOutcome::kOk, "done", "all well"});
  world.runFor({});
  const auto told = entriesOf(world, HistoryKind::kAttempt);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[1].event, "succeeded");
  EXPECT_EQ(told[1].message, "done");
  EXPECT_EQ(told[1].output, "all well");
  EXPECT_EQ(told[1].details, (Details{{"consecutiveFailures", std::int64_t{0}},
                                      {"duration", std::int64_t{1500}},
                                      {"verification", std::int64_t{0}},
                                      {"backoff", std::int64_t{5000}}}));
}

TEST(HealingHistory, OnlyTheFirstBytesOfAnOutputAreTold) {
  World world(oneRemedy());
  actForAnHour(world);
  const std::string output(kHistoryOutputBytes, 'x');
  world.send(ActionFinished{1, ActionOutcome::kFailed, "exit code 1", output + "y", 1});
  EXPECT_EQ(entriesOf(world, HistoryKind::kAttempt).back().output, output);
}

TEST(HealingHistory, ADenialThatTimeEndsIsToldWithItsEnd) {
  World world(oneRemedy());
  world.setCheck("service", CheckStatus::kCritical);
  const core::WallTime start = world.now().wall;
  world.runUntil(seconds(3));
  const auto told = entriesOf(world, HistoryKind::kDenial);
  ASSERT_EQ(told.size(), 1u);
  HistoryEntry expected{.kind = HistoryKind::kDenial,
                        .event = "backoff",
                        .at = start,
                        .governor = "main",
                        .remedy = "restart",
                        .check = "service",
                        .details = {{"until", core::toIso8601(start + seconds(5))}}};
  EXPECT_EQ(told[0], expected);
}

TEST(HealingHistory, ADenialOfATargetIsToldWithIt) {
  World world(test::forTargets());
  world.send(EnterDormant{"main", "a test", "somebody"});
  test::send(world, {test::alert("web1")});
  world.runFor(seconds(2));
  const auto told = entriesOf(world, HistoryKind::kDenial);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].event, "dormant");
  EXPECT_EQ(told[0].governor, "main@web1");
  EXPECT_EQ(told[0].remedy, "restart");
  EXPECT_EQ(told[0].target, "web1");
  EXPECT_TRUE(told[0].details.empty());
}

// The check that is run once more says something else than the one that has raised.
std::vector<HistoryEntry> deniedByTheCheckBefore(CheckStatus second) {
  World world(oneRemedy());
  int runs = 0;
  world.checks["service"] = [&] { return ++runs == 1 ? CheckStatus::kCritical : second; };
  world.messages["service"] = "no such program";
  world.runUntil(seconds(3));
  return entriesOf(world, HistoryKind::kDenial);
}

TEST(HealingHistory, ACheckThatDoesNotKnowIsToldAndOneThatHasRecoveredIsNot) {
  const auto told = deniedByTheCheckBefore(CheckStatus::kUnknown);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].event, "check_unknown");
  EXPECT_EQ(told[0].message, "no such program");
  EXPECT_EQ(told[0].check, "service");
  EXPECT_TRUE(told[0].details.empty());
  EXPECT_TRUE(deniedByTheCheckBefore(CheckStatus::kOk).empty());
}

TEST(HealingHistory, ObserveModeIsToldOnceForAnIncident) {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].observe = true;
  World world(setup);
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(minutes(1));
  world.setCheck("service", CheckStatus::kOk);
  world.runUntil(minutes(2));
  world.setCheck("service", CheckStatus::kCritical);
  world.runUntil(minutes(3));
  const auto told = entriesOf(world, HistoryKind::kDenial);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].event, "observe_mode");
  EXPECT_EQ(told[0].message, "an attempt would start");
}

TEST(HealingHistory, ACheckIsToldWithHowManyOfItsChangesWereLeftOut) {
  engine::Setup setup = oneRemedy();
  setup.remedies.clear();
  setup.checks[0].interval = seconds(1);
  World world(setup);
  int runs = 0;
  world.checks["service"] = [&] {
    ++runs;
    return runs > 11       ? CheckStatus::kUnknown
           : runs % 2 == 0 ? CheckStatus::kOk
                           : CheckStatus::kCritical;
  };
  world.runUntil(seconds(70));
  const auto told = entriesOf(world, HistoryKind::kCheck);
  ASSERT_EQ(told.size(), 11u);
  EXPECT_EQ(told[9].details,
            (Details{{"was", std::string("unhealthy")}, {"status", std::string("ok")}}));
  EXPECT_EQ(told[10].event, "unknown");
  EXPECT_EQ(told[10].details, (Details{{"was", std::string("healthy")},
                                       {"status", std::string("unknown")},
                                       {"leftOut", std::int64_t{1}}}));
}

}  // namespace
}  // namespace heald::engine
