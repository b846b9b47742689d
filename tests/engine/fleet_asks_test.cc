// The permit of another heald that a remedy needs for each attempt.
#include "engine/fleet_asks.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/explanation.h"
#include "engine/still_in_the_way.h"
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

const FleetPermit kFleet{"https://heald.example:3001", "fleet-reboots", "node-1"};

engine::Setup asking() {
  engine::Setup setup = oneRemedy();
  setup.remedies[0].permit = kFleet;
  return setup;
}

auto says(FleetAnswer answer, std::string text = "", std::optional<core::Duration> wait = {}) {
  return [=](const AskFleet&) { return std::optional(FleetAnswered{0, answer, text, wait}); };
}

// Its check is critical from the start; the first result comes at once.
struct Asking : World {
  explicit Asking(engine::Setup the_setup = asking()) : World(std::move(the_setup)) {
    setCheck("service", CheckStatus::kCritical);
    fleet = says(FleetAnswer::kYes);
  }
  std::vector<HistoryEntry> denials() const {
    std::vector<HistoryEntry> found;
    std::copy_if(history.begin(), history.end(), std::back_inserter(found),
                 [](const HistoryEntry& entry) { return entry.kind == HistoryKind::kDenial; });
    return found;
  }
  std::array<std::uint64_t, kFleetAnswerCount> answers() const {
    return remedy("restart").fleet->answers;
  }
};

TEST(FleetAsks, ARemedyWithoutAPermitAsksNobody) {
  Asking world(oneRemedy());
  world.runFor(minutes(1));
  EXPECT_FALSE(world.starts.empty());
  EXPECT_TRUE(world.asked_fleet.empty());
  EXPECT_FALSE(world.remedy("restart").fleet);
}

TEST(FleetAsks, EachAttemptIsAskedForAndStartsWithTheYes) {
  Asking world;
  world.fleet_takes = milliseconds(50);
  world.runFor(minutes(10));
  ASSERT_GE(world.starts.size(), 3U);
  EXPECT_EQ(world.asked_fleet.size(), world.starts.size());
  EXPECT_EQ(world.asked_fleet[0].remedy, "restart");
  EXPECT_EQ(world.answers()[0], world.starts.size());
  EXPECT_EQ(world.starts[0].at, milliseconds(50));
  EXPECT_TRUE(world.returned.empty()) << "each was used";
}

TEST(FleetAsks, ANoIsAnObstacleWithItsWordAndTheGovernorCountsNothing) {
  Asking world;
  world.fleet = says(FleetAnswer::kNo, "denied by the guard in_flight");
  world.runFor(seconds(30));
  EXPECT_TRUE(world.starts.empty());
  ASSERT_EQ(world.denials().size(), 1U);
  EXPECT_EQ(world.denials()[0].event, "fleet");
  EXPECT_EQ(world.denials()[0].remedy, "restart");
  EXPECT_EQ(world.denials()[0].message, "denied by the guard in_flight");
  EXPECT_EQ(world.governor("main").state.totals.attempts, 0U);
  for (const std::uint64_t count : world.governor("main").counters.suppressed) {
    EXPECT_EQ(count, 0U);
  }
  EXPECT_EQ(world.answers(), (std::array<std::uint64_t, 3>{0, 1, 0}));
}

TEST(FleetAsks, NoAnswerIsANo) {
  Asking world;
  world.fleet = says(FleetAnswer::kUnanswered, "connection refused");
  world.runFor(seconds(30));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_EQ(world.denials().at(0).message, "no answer: connection refused");
  EXPECT_EQ(world.answers(), (std::array<std::uint64_t, 3>{0, 0, 1}));
}

TEST(FleetAsks, AServerThatIsSilentHoldsUpNothingElse) {
  engine::Setup setup = test::manyRemedies(2);
  setup.healing.max_concurrent = 1;
  setup.remedies[0].permit = kFleet;
  World world(setup);
  world.setCheck("c0", CheckStatus::kCritical);
  world.setCheck("c1", CheckStatus::kCritical);
  world.runFor(minutes(1));
  EXPECT_EQ(world.asked_fleet.size(), 1U) << "one question at a time";
  EXPECT_EQ(world.remedy("r0").phase, Phase::kAsking);
  EXPECT_FALSE(world.starts.empty());
  EXPECT_EQ(world.starts[0].remedy, "r1");
}

TEST(FleetAsks, AfterANoItIsAskedAgainAMinuteLater) {
  Asking world;
  world.fleet = says(FleetAnswer::kNo, "full");
  world.runFor(seconds(59));
  EXPECT_EQ(world.asked_fleet.size(), 1U) << "whatever the check says meanwhile";
  EXPECT_EQ(world.remedy("restart").phase, Phase::kWaiting);
  EXPECT_TRUE(world.remedy("restart").next_attempt_at);
  world.fleet = says(FleetAnswer::kYes);
  world.runFor(seconds(2));
  EXPECT_EQ(world.asked_fleet.size(), 2U);
  EXPECT_EQ(world.starts.size(), 1U);
}

TEST(FleetAsks, TheServersUntilIsWaitedForWithinFiveMinutes) {
  Asking world;
  world.fleet = says(FleetAnswer::kNo, "backoff", minutes(3));
  world.runFor(minutes(3) - seconds(1));
  EXPECT_EQ(world.asked_fleet.size(), 1U);
  world.fleet = says(FleetAnswer::kNo, "backoff", hours(7));
  world.runFor(seconds(2));
  EXPECT_EQ(world.asked_fleet.size(), 2U);
  world.runFor(minutes(5) - seconds(3));
  EXPECT_EQ(world.asked_fleet.size(), 2U);
  world.runFor(seconds(5));
  EXPECT_EQ(world.asked_fleet.size(), 3U) << "a human may have resumed it";
  EXPECT_NE(world.remedy("restart").fleet->until, std::nullopt);
}

TEST(FleetAsks, AnUntilOfNowIsNoBusyLoop) {
  Asking world;
  world.fleet = says(FleetAnswer::kNo, "soon", core::Duration{});
  world.runFor(minutes(1));
  EXPECT_LE(world.asked_fleet.size(), 13U);
}

TEST(FleetAsks, AHumanMakesItAskAtOnce) {
  Asking world;
  world.fleet = says(FleetAnswer::kNo, "full");
  world.runFor(seconds(10));
  world.send(RunRemedyNow{"restart", "alice"});
  world.runFor(seconds(1));
  EXPECT_EQ(world.asked_fleet.size(), 2U);
}

TEST(FleetAsks, AYesAfterTheCheckRecoveredIsGivenBack) {
  Asking world;
  world.fleet_takes = seconds(8);
  world.runFor(seconds(1));
  world.setCheck("service", CheckStatus::kOk);
  world.runFor(minutes(1));
  EXPECT_TRUE(world.starts.empty());
  ASSERT_EQ(world.asked_fleet.size(), 1U);
  EXPECT_EQ(world.returned, std::vector<std::uint64_t>{world.asked_fleet[0].run});
}

// The check runs rarely: only its run after the answer can say so.
TEST(FleetAsks, AfterASlowAnswerTheCheckIsRunOnceMore) {
  engine::Setup setup = asking();
  setup.checks[0].interval = hours(1);
  Asking world(setup);
  world.fleet_takes = seconds(2);
  world.runFor(seconds(1));
  const std::size_t runs = world.check_runs.size();
  world.setCheck("service", CheckStatus::kOk);
  world.runFor(seconds(2));
  EXPECT_EQ(world.check_runs.size(), runs + 1);
  EXPECT_TRUE(world.starts.empty());
  EXPECT_EQ(world.returned.size(), 1U);
}

TEST(FleetAsks, AfterASlowAnswerWhatIsStillIllIsHealed) {
  engine::Setup setup = asking();
  setup.checks[0].interval = hours(1);
  Asking world(setup);
  world.fleet_takes = seconds(2);
  world.check_takes = seconds(1);
  world.runFor(seconds(10));
  EXPECT_EQ(world.starts.size(), 1U);
  EXPECT_EQ(world.asked_fleet.size(), 1U) << "the permit was in hand";
  EXPECT_TRUE(world.returned.empty());
}

TEST(FleetAsks, ACheckThatTakesLongerThanAPermitIsGoodForIsNoBusyLoop) {
  engine::Setup setup = asking();
  setup.checks[0].interval = hours(1);
  setup.checks[0].timeout = minutes(3);
  Asking world(setup);
  world.fleet_takes = seconds(2);
  world.check_takes = minutes(2);
  world.runFor(minutes(7));
  EXPECT_EQ(world.starts.size(), 1U);
  EXPECT_EQ(world.asked_fleet.size(), 1U);
  EXPECT_TRUE(world.returned.empty());
}

TEST(FleetAsks, APauseWhileItAsksGivesThePermitBack) {
  Asking world;
  world.fleet_takes = seconds(2);
  world.runFor(seconds(1));
  world.send(PauseRemedy{"restart", minutes(10), "work", "alice"});
  world.runFor(minutes(1));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_EQ(world.returned.size(), 1U);
}

TEST(FleetAsks, AStopWhileItAsksGivesThePermitBack) {
  Asking world;
  world.fleet_takes = seconds(2);
  world.runFor(seconds(1));
  world.send(Stop{});
  world.runFor(minutes(1));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_EQ(world.returned.size(), 1U);
}

TEST(FleetAsks, AReloadWhileItAsksDropsTheQuestionAndALateYesIsGivenBack) {
  Asking world;
  world.remedies["restart"] = test::endsWell(hours(1));
  world.fleet_takes = seconds(2);
  world.runFor(seconds(1));
  world.reload(asking());
  world.runFor(seconds(20));
  ASSERT_EQ(world.asked_fleet.size(), 2U) << "the check was run anew, and it is asked anew";
  EXPECT_EQ(world.returned, std::vector<std::uint64_t>{world.asked_fleet[0].run});
  EXPECT_EQ(world.starts.size(), 1U);
  EXPECT_EQ(world.answers()[0], 1U);
}

TEST(FleetAsks, AReloadWithAPermitInHandGivesItBack) {
  engine::Setup setup = asking();
  setup.checks[0].interval = hours(1);
  Asking world(setup);
  world.fleet_takes = seconds(2);
  world.check_takes = seconds(1);
  world.runFor(milliseconds(4500));  // checked, prechecked, asked, and checked again until 5 s
  ASSERT_EQ(world.remedy("restart").phase, Phase::kPrechecking);
  world.reload(setup);
  EXPECT_EQ(world.returned, std::vector<std::uint64_t>{world.asked_fleet.at(0).run});
}

TEST(FleetAsks, ACommitThatFailsGivesThePermitBack) {
  Asking world;
  world.fleet_takes = seconds(1);
  world.runFor(milliseconds(500));
  world.store_error = "full";
  world.runFor(seconds(10));
  EXPECT_TRUE(world.starts.empty());
  ASSERT_FALSE(world.asked_fleet.empty());
  EXPECT_EQ(world.returned.size(), world.asked_fleet.size());
  world.store_error.clear();
  world.runFor(minutes(2));
  EXPECT_FALSE(world.starts.empty()) << "with a permit of its own";
  EXPECT_EQ(world.asked_fleet.size(), world.returned.size() + world.starts.size());
}

TEST(FleetAsks, AGovernorThatSaysNoMeanwhileGivesThePermitBack) {
  Asking world;
  world.fleet_takes = seconds(2);
  world.runFor(seconds(1));
  world.send(EnterDormant{"main", "stop", "alice"});
  world.runFor(seconds(10));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_EQ(world.returned.size(), 1U);
  EXPECT_EQ(world.asked_fleet.size(), 1U) << "a dormant governor asks nobody";
}

TEST(FleetAsks, AfterACrashWhileItAsksItAsksAnew) {
  Asking world;
  world.remedies["restart"] = test::endsWell(hours(1));
  world.fleet_takes = seconds(2);
  world.runFor(seconds(1));
  world.crash();
  world.runFor(seconds(20));
  EXPECT_EQ(world.asked_fleet.size(), 2U);
  EXPECT_EQ(world.starts.size(), 1U);
}

TEST(FleetAsks, AnInterruptedAttemptIsVerifiedWithoutAnotherPermit) {
  Asking world;
  world.remedies["restart"] = [](const StartAction&) {
    return World::Act{ActionOutcome::kOk, "", minutes(5)};
  };
  world.runFor(seconds(10));
  ASSERT_EQ(world.starts.size(), 1U);
  world.setCheck("service", CheckStatus::kOk);
  world.crash();
  world.runFor(minutes(1));
  EXPECT_EQ(world.asked_fleet.size(), 1U);
  EXPECT_EQ(world.governor("main").state.totals.successes, 1U);
}

TEST(FleetAsks, AnAnswerOfAMinuteAgoIsNoPermit) {
  Asking world;
  world.fleet_takes = minutes(2);
  world.runFor(minutes(2) + seconds(1));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_EQ(world.returned.size(), 1U);
  EXPECT_EQ(world.answers(), (std::array<std::uint64_t, 3>{0, 0, 1}));
}

TEST(FleetAsks, APermitThatWasSleptOverIsAskedForAnew) {
  engine::Setup setup = asking();
  setup.checks[0].interval = hours(1);
  Asking world(setup);
  world.remedies["restart"] = test::endsWell(hours(1));
  world.fleet_takes = seconds(2);
  world.check_takes = seconds(1);
  world.runFor(milliseconds(4500));
  ASSERT_EQ(world.remedy("restart").phase, Phase::kPrechecking);
  world.sleepFor(hours(2));
  world.runFor(seconds(30));
  EXPECT_EQ(world.asked_fleet.size(), 2U);
  EXPECT_EQ(world.returned, std::vector<std::uint64_t>{world.asked_fleet.at(0).run});
  EXPECT_EQ(world.starts.size(), 1U);
}

TEST(FleetAsks, AnAnswerToNobodyStartsNothing) {
  Asking world(oneRemedy());
  world.setCheck("service", CheckStatus::kOk);
  world.runFor(seconds(10));
  world.send(FleetAnswered{77, FleetAnswer::kYes, "", {}});
  world.send(FleetAnswered{78, FleetAnswer::kNo, "", {}});
  EXPECT_TRUE(world.starts.empty());
  EXPECT_EQ(world.returned, std::vector<std::uint64_t>{77});
}

TEST(FleetAsks, InObserveModeNobodyIsAsked) {
  engine::Setup setup = asking();
  setup.remedies[0].observe = true;
  Asking world(setup);
  world.runFor(minutes(5));
  EXPECT_TRUE(world.asked_fleet.empty());
  EXPECT_GT(world.remedy("restart").would_attempt, 0U);
}

TEST(FleetAsks, APreventiveRunThatIsDeniedIsForgotten) {
  engine::Setup setup = asking();
  setup.remedies[0].preventive = true;
  setup.healing.preventive_interval = minutes(10);
  Asking world(setup);
  world.setCheck("service", CheckStatus::kOk);
  world.fleet = says(FleetAnswer::kNo, "full");
  world.runFor(minutes(15));
  EXPECT_EQ(world.asked_fleet.size(), 1U);
  EXPECT_EQ(world.remedy("restart").phase, Phase::kIdle);
}

TEST(FleetAsks, AnAlertWaitsForItsPermit) {
  engine::Setup setup = test::forAlerts();
  setup.remedies[0].permit = kFleet;
  World world(setup);
  world.fleet = says(FleetAnswer::kNo, "full");
  test::send(world, {test::alert("a")});
  world.runFor(seconds(30));
  EXPECT_TRUE(world.starts.empty());
  world.fleet = says(FleetAnswer::kYes);
  world.runFor(minutes(1));
  EXPECT_EQ(world.starts.size(), 1U) << "nobody has told of the alert again";
}

TEST(FleetAsks, AnAlertThatIsResolvedWhileItAsksGivesThePermitBack) {
  engine::Setup setup = test::forAlerts();
  setup.remedies[0].permit = kFleet;
  World world(setup);
  world.fleet = says(FleetAnswer::kYes);
  world.fleet_takes = seconds(5);
  test::send(world, {test::alert("a")});
  world.runFor(seconds(1));
  ASSERT_EQ(world.asked_fleet.size(), 1U);
  test::send(world, {test::resolved("a")});
  world.runFor(minutes(1));
  EXPECT_TRUE(world.starts.empty());
  EXPECT_EQ(world.returned.size(), 1U);
}

TEST(FleetAsks, TheExplanationSaysWhoSaidNoAndUntilWhen) {
  Asking world;
  world.fleet = says(FleetAnswer::kNo, "denied by the guard dormant", minutes(4));
  world.runFor(seconds(10));
  const auto explained =
      explainGovernor(world.snapshot(), world.governor("main"), world.now()).remedies.at(0);
  ASSERT_EQ(explained.obstacles.size(), 1U);
  EXPECT_EQ(explained.obstacles[0].word, "fleet");
  EXPECT_EQ(explained.obstacles[0].text,
            "governor fleet-reboots of https://heald.example:3001 gave no permit when it was asked "
            "last: denied by the guard dormant");
  EXPECT_TRUE(explained.obstacles[0].until);
  world.setCheck("service", CheckStatus::kOk);
  world.runFor(minutes(1));
  EXPECT_TRUE(explainGovernor(world.snapshot(), world.governor("main"), world.now())
                  .remedies.at(0)
                  .obstacles.empty());
}

}  // namespace
}  // namespace heald::engine
