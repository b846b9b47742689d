#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>

#include "e2e/stories.h"
#include "support/canary.h"
#include "support/command.h"

namespace heald::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

// The design's moments (0, 5, 15, 75, 135, 215, 375, 695, 1295, 1895 s) a hundred times faster.
constexpr int kWaits[] = {50, 100, 600, 600, 800, 1600, 3200, 6000, 6000};

// Early is always wrong. What an attempt and the next may be late by: 250 ms, and where the machine
// itself was slow, that for each of the four times that a process or the disk has to be waited for
// in between.
Nanos lateness(const Canary& canary, Nanos from, Nanos until) {
  return milliseconds(250) + 4 * canary.worst(from, until);
}

void expectTheDesignsMoments(const std::vector<Nanos>& starts, const Canary& canary) {
  ASSERT_EQ(starts.size(), 10u);
  std::cout << "start  at ms    gap ms  late ms  allowed\n";
  for (std::size_t i = 1; i < starts.size(); ++i) {
    const Nanos gap = starts[i] - starts[i - 1];
    const Nanos wait = milliseconds(kWaits[i - 1]);
    const Nanos allowed = lateness(canary, starts[i - 1], starts[i]);
    std::printf("%5zu  %8.1f  %7.1f  %6.1f  %6.1f\n", i + 1, (starts[i] - starts[0]).count() / 1e6,
                gap.count() / 1e6, (gap - wait).count() / 1e6, allowed.count() / 1e6);
    EXPECT_GE(gap, wait) << "start " << i + 1 << " is early";
    EXPECT_LT(gap - wait, allowed) << "start " << i + 1 << " is late";
  }
}

void expectThatEverybodySaysSo(TestDaemon& daemon) {
  const auto status = daemon.status();
  EXPECT_EQ(status["selfHealing"]["status"], "dormant");
  EXPECT_EQ(status["selfHealing"]["dormancy"]["reason"], "Exceeded max failures");
  EXPECT_EQ(status["selfHealing"]["dormancy"]["triggeredBy"], "automatic");
  EXPECT_EQ(status["selfHealing"]["totalAttempts"], 10);
  EXPECT_EQ(status["selfHealing"]["failedHealings"], 10);
  EXPECT_EQ(status["circuitBreakers"][0]["state"], "PERMANENT_OPEN");
  EXPECT_EQ(daemon.metric("heald_dormant{governor=\"self-healing-main\"}"), 1);
  EXPECT_EQ(daemon.metric("heald_status{status=\"dormant\"}"), 1);
  EXPECT_EQ(daemon.metric("heald_circuit_breaker_state{governor=\"self-healing-main\","
                          "state=\"permanent_open\"}"),
            1);
  EXPECT_EQ(daemon.metric("heald_dormant_triggered_by{governor=\"self-healing-main\","
                          "triggered_by=\"automatic\"}"),
            1);
  EXPECT_THAT(daemon.log(), HasSubstr("Exceeded max failures"));
  const CommandResult told =
      runCommand({HEALD_BINARY_DIR "/healdctl", "--url", daemon.url(), "status"});
  EXPECT_EQ(told.code, 0) << told.output;
  EXPECT_THAT(told.output, HasSubstr("dormant"));
  EXPECT_THAT(told.output, HasSubstr("Exceeded max failures"));
  EXPECT_THAT(told.output, HasSubstr("PERMANENT_OPEN"));
}

void runTheTimeline(const std::string& script) {
  TestDaemon daemon({sickService(script, kHundredTimesFaster)});
  daemon.dir().write("sick", "");
  daemon.start();
  {
    const Canary canary(daemon.dir().path());
    daemon.await(
        "dormant", [&] { return isDormant(daemon); }, seconds(120));
    expectTheDesignsMoments(startsOf(daemon), canary);
  }
  expectThatEverybodySaysSo(daemon);
  awaitCheckRuns(daemon, "service", 20);
  EXPECT_EQ(daemon.post("/api/remedies/restart/run", "").status, 409);
  EXPECT_EQ(startsOf(daemon).size(), 10u);
  EXPECT_EQ(daemon.leftovers(seconds(10)), "");
  EXPECT_EQ(daemon.stop(), 0);
}

TEST(Timeline, AnAlwaysFailingRemedyStartsAtTheDesignsTenMomentsAndNeverAgain) {
  runTheTimeline("exit 1");
}

TEST(Timeline, ARemedyThatEndsWellAndHealsNothingStartsAtTheSameTenMoments) {
  runTheTimeline("exit 0");
}

}  // namespace
}  // namespace heald::test
