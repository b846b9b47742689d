#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/stories.h"

namespace heald::test {
namespace {

using std::chrono::seconds;

nlohmann::json dormancyOf(const TestDaemon& daemon) {
  return daemon.governor(kMain).at("dormancy");
}

TEST(Permanent, AMissingKeyInTheOutputOpensTheBreakerForGoodAfterOneAttempt) {
  TestDaemon daemon(
      {sickService("echo \"Error: No active API keys found\"; exit 1", kHundredTimesFaster)});
  daemon.dir().write("sick", "");
  daemon.start();
  daemon.await("dormant", [&] { return isDormant(daemon); });
  EXPECT_EQ(daemon.governor(kMain).at("state"), "PERMANENT_OPEN");
  EXPECT_EQ(dormancyOf(daemon).at("triggeredBy"), "circuit_breaker");
  EXPECT_EQ(daemon.metric("heald_healing_failure_reasons_total{reason=\"permanent\"}"), 1);
  awaitCheckRuns(daemon, "service", 20);
  EXPECT_EQ(startsOf(daemon).size(), 1u);
}

TEST(Permanent, ItIsStillOpenAndDormantAfterARestart) {
  TestDaemon daemon({sickService("echo unauthorized; exit 1", kHundredTimesFaster)});
  daemon.dir().write("sick", "");
  daemon.start();
  daemon.await("dormant", [&] { return isDormant(daemon); });
  const auto before = dormancyOf(daemon);
  EXPECT_EQ(daemon.stop(), 0);
  daemon.start();
  EXPECT_EQ(dormancyOf(daemon), before);
  awaitCheckRuns(daemon, "service", 10);
  EXPECT_EQ(startsOf(daemon).size(), 1u);
}

TEST(Permanent, ARemedyThatHealsAndRelapsesForEverGoesDormantByItsBudget) {
  TestDaemon daemon({sickService("rm -f @DIR@/sick", R"(
governor_defaults:
  backoff: {base: 50ms, max: 6s}
  budgets: [{attempts: 4, per: 1h}]
)")});
  daemon.start();
  for (int relapse = 1; relapse <= 4; ++relapse) {
    daemon.dir().write("sick", "");
    daemon.await("a success", [&] {
      return daemon.governor(kMain).at("successes") == relapse &&
             daemon.check("service").at("health") == "healthy";
    });
  }
  EXPECT_FALSE(isDormant(daemon));
  daemon.dir().write("sick", "");
  daemon.await("dormant", [&] { return isDormant(daemon); });
  EXPECT_EQ(dormancyOf(daemon).at("reason"), "Budget exhausted: 4 attempts per 1h");
  EXPECT_EQ(dormancyOf(daemon).at("triggeredBy"), "automatic");
  EXPECT_EQ(daemon.metric("heald_healing_suppressed_total{reason=\"budget\"}"), 1);
  EXPECT_EQ(startsOf(daemon).size(), 4u);
}

}  // namespace
}  // namespace heald::test
