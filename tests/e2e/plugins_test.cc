#include <gtest/gtest.h>

#include <regex>

#include "e2e/stories.h"
#include "support/command.h"

// Debian's monitoring-plugins as checks: their status and their message as they print them.
namespace heald::test {
namespace {

using nlohmann::json;

const std::string kPlugins = "/usr/lib/nagios/plugins/";

class Plugins : public testing::Test {
 protected:
  Plugins() : daemon_({"checks: []\n"}) {}
  void SetUp() override {
    if (!std::filesystem::exists(kPlugins + "check_dummy")) {
      GTEST_SKIP() << "monitoring-plugins-basic is not installed";
    }
  }

  // What heald makes of the command.
  json checked(const std::string& command) {
    daemon_.configure(
        "metrics: {detail: full}\nchecks:\n  - name: plugin\n    interval: 1h\n    exec: "
        "{command: " +
        command + "}\n");
    daemon_.start();
    daemon_.dir().write("port", std::to_string(daemon_.metricsPort()));
    daemon_.await("the first run", [&] { return daemon_.check("plugin").at("executions") > 0; });
    return daemon_.check("plugin");
  }
  void expectDummy(int code, const std::string& status, const std::string& health,
                   const std::string& message) {
    const json check =
        checked("[" + kPlugins + "check_dummy, '" + std::to_string(code) + "', 'says so']");
    EXPECT_EQ(check.at("status"), status);
    EXPECT_EQ(check.at("health"), health);
    EXPECT_EQ(check.at("message"), message);
    EXPECT_EQ(daemon_.metric("heald_check_status{check=\"plugin\",status=\"" + status + "\"}"), 1);
  }

  TestDaemon daemon_;
};

TEST_F(Plugins, DummyZeroIsOk) {
  expectDummy(0, "ok", "healthy", "OK: says so");
}
TEST_F(Plugins, DummyOneIsAWarning) {
  expectDummy(1, "warning", "warning", "WARNING: says so");
}
TEST_F(Plugins, DummyTwoIsCritical) {
  expectDummy(2, "critical", "unhealthy", "CRITICAL: says so");
}
TEST_F(Plugins, DummyThreeIsUnknown) {
  expectDummy(3, "unknown", "unknown", "UNKNOWN: says so");
}

TEST_F(Plugins, DiskIsShownWithoutItsPerformanceData) {
  const json check = checked("[" + kPlugins + "check_disk, -w, '1', -c, '0', -p, /]");
  EXPECT_EQ(check.at("status"), "ok");
  const auto message = check.at("message").get<std::string>();
  EXPECT_TRUE(std::regex_match(message, std::regex("DISK OK - free space: / [0-9]+ ?MiB .*")))
      << message;
  EXPECT_EQ(message.find('|'), std::string::npos);
  EXPECT_GT(check.at("perfdata").at("/"), 1e6);
  EXPECT_GT(daemon_.metric("heald_check_perfdata{check=\"plugin\",label=\"/\"}"), 1e6);
}

TEST_F(Plugins, ProcsCountsTheProcessesOfTheMachine) {
  const json check = checked("[" + kPlugins + "check_procs, -c, '0:0']");
  EXPECT_EQ(check.at("status"), "critical");
  const auto message = check.at("message").get<std::string>();
  EXPECT_TRUE(std::regex_match(message, std::regex("PROCS CRITICAL: [0-9]+ processes ?")))
      << message;
}

TEST_F(Plugins, TcpReachesTheDaemonsOwnPort) {
  const json check = checked("[/bin/sh, -c, 'until test -s @DIR@/port; do sleep 0.01; done; exec " +
                             kPlugins + "check_tcp -H 127.0.0.1 -p $(cat @DIR@/port)']");
  EXPECT_EQ(check.at("status"), "ok");
  const auto message = check.at("message").get<std::string>();
  EXPECT_TRUE(std::regex_match(message, std::regex("TCP OK - .* response time on 127.0.0.1 port " +
                                                   std::to_string(daemon_.metricsPort()))))
      << message;
}

}  // namespace
}  // namespace heald::test
