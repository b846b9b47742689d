#include <gtest/gtest.h>

#include "e2e/stories.h"
#include "support/leaky_service.h"

// The story of the twenty background processes that a service left behind.
namespace heald::test {
namespace {

std::string pruning(const std::string& program) {
  return R"(
detection: {process_monitoring_interval: 100ms}
checks:
  - name: workers
    process: {match: )" +
         program + R"(, min: 1, max: 20, orphans: 0}
    interval: 100ms
remedies:
  - name: prune-orphans
    when: {check: workers}
    signal: {match: )" +
         program + R"(, orphans: true, signal: TERM, kill_after: 10s}
    verify: {after: 0}
)";
}

class Processes : public testing::Test {
 protected:
  Processes() : daemon_({"checks: []\n"}) { daemon_.configure(pruning(service_.program())); }

  void setHealing(bool enabled) {
    const std::string body =
        std::string(R"({"reason": "a test", "enabled": )") + (enabled ? "true}" : "false}");
    ASSERT_EQ(daemon_.put("/api/flags/auto_healing", body).status, 200);
  }
  std::string message() const { return daemon_.check("workers").at("message"); }
  void awaitMessage(const std::string& text) const {
    daemon_.await(text, [&] { return message() == text; });
  }
  std::optional<double> monitored(const std::string& what) const {
    return daemon_.metric("heald_monitored_process_" + what + "{process=\"workers\"}");
  }

  TestDaemon daemon_;
  LeakyService service_;  // ends first: the daemon wants nothing to be left behind
};

TEST_F(Processes, TwentyOrphansArePrunedAndTheOthersStay) {
  const auto kept = service_.keep(3);
  daemon_.start();
  awaitMessage("3 processes, 0 orphans, 0 zombies");
  daemon_.await("the monitor", [&] { return monitored("instances") == 3; });
  EXPECT_EQ(monitored("up"), 1);
  EXPECT_EQ(monitored("orphans"), 0);

  setHealing(false);
  const auto leaked = service_.leak(20);
  awaitMessage("23 processes, 20 orphans, 0 zombies; at most 20 wanted, at most 0 orphans wanted");
  EXPECT_EQ(daemon_.check("workers").at("status"), "critical");
  daemon_.await("the monitor", [&] { return monitored("orphans") == 20; });
  EXPECT_EQ(monitored("instances"), 23);
  EXPECT_EQ(daemon_.remedy("prune-orphans").at("attempts"), 0);
  EXPECT_EQ(service_.alive(leaked), 20) << "heald acts while its kill switch is off";

  setHealing(true);
  daemon_.await("a success", [&] { return daemon_.remedy("prune-orphans").at("successes") == 1; });
  EXPECT_EQ(daemon_.check("workers").at("health"), "healthy");
  EXPECT_EQ(daemon_.remedy("prune-orphans").at("attempts"), 1);
  EXPECT_EQ(service_.alive(leaked), 0);
  EXPECT_EQ(service_.alive(kept), 3);
  daemon_.await("the monitor", [&] { return monitored("instances") == 3; });
  EXPECT_EQ(monitored("orphans"), 0);
  EXPECT_EQ(monitored("restarts_total"), 0);
  EXPECT_EQ(daemon_.stop(), 0);
}

TEST_F(Processes, ThatComeInThePlaceOfOthersAreARestart) {
  const auto first = service_.keep(1);
  daemon_.start();
  daemon_.await("the monitor", [&] { return monitored("up") == 1; });
  ::kill(first[0], SIGKILL);
  daemon_.await("the end", [&] { return monitored("up") == 0; });
  EXPECT_EQ(monitored("start_time_seconds"), 0);
  service_.keep(1);
  daemon_.await("the restart", [&] { return monitored("restarts_total") == 1; });
  EXPECT_EQ(monitored("up"), 1);
  EXPECT_GT(monitored("resident_memory_bytes"), 0);
}

TEST_F(Processes, AreNotFollowedWhileMonitoringIsOffButTheirSeriesAreThere) {
  service_.keep(1);
  daemon_.launch().environment = {{"FEATURE_PROCESS_MONITORING_ENABLED", "false"}};
  daemon_.start();
  awaitMessage("1 process, 0 orphans, 0 zombies");
  awaitCheckRuns(daemon_, "workers", 5);
  for (const char* what : {"up", "instances", "orphans", "resident_memory_bytes",
                           "start_time_seconds", "cpu_seconds_total", "restarts_total"}) {
    EXPECT_EQ(monitored(what), 0) << what;
  }
}

}  // namespace
}  // namespace heald::test
