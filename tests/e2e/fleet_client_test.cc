// Members of a fleet that are healds themselves: one asks the other before each attempt.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <random>

#include "support/daemon.h"
#include "support/tls_client.h"

namespace heald::test {
namespace {

using nlohmann::json;
using std::chrono::seconds;
using testing::HasSubstr;

class FleetClientE2e : public testing::Test {
 protected:
  // A member whose service is down until its remedy, this command, has made the file "up".
  std::unique_ptr<TestDaemon> member(const std::string& name, const std::string& command,
                                     const std::string& more = "") {
    auto daemon = std::make_unique<TestDaemon>(Launch{R"(
checks:
  - name: service
    exec: {command: [/usr/bin/test, -e, '@DIR@/up'], nonzero_is_critical: true}
    interval: 100ms
remedies:
  - name: restart
    when: {check: service}
    exec: {command: [/bin/sh, -c, 'echo x >> @DIR@/ran; )" +
                                                      command + R"('], kill_after: 1s}
    verify: {after: 0, within: 500ms}
    permit:
      server: )" + url(server_) + R"(
      governor: reboots
      member: )" + name + R"(
      token_file: '@DIR@/token'
)" + ca_file_ + more});
    const std::string token = daemon->dir().write("token", server_.token() + "\n");
    ::chmod(token.c_str(), 0600);
    return daemon;
  }
  std::string url(const TestDaemon& server) const {
    return (tls_ ? "https" : "http") + server.url().substr(4);
  }
  static std::size_t runs(const TestDaemon& daemon) { return daemon.read("ran").size() / 2; }
  json fleet() { return server_.governor("reboots").at("fleet"); }
  static std::string explanation(const TestDaemon& daemon) {
    return daemon.get("/api/governors/restart/explain").body;
  }

  bool tls_ = false;
  std::string ca_file_;
  TestDaemon server_{{R"(
governors:
  reboots:
    fleet: {members: [node-1, node-2, node-3, node-4], at_once: {at_least: 4}}
    max_consecutive_failures: 3
    backoff: {base: 10ms, max: 20ms}
    breaker: {failure_threshold: 100, permanent_open_threshold: 100}
    budgets: []
)"}};
};

TEST_F(FleetClientE2e, AnAttemptIsPermittedAndItsOutcomeReported) {
  server_.start();
  const auto node = member("node-1", "sleep 1; touch @DIR@/up");
  node->start();
  node->await("the attempt", [&] { return runs(*node) == 1; });
  EXPECT_EQ(fleet()["underWay"], 1);
  node->await("its success", [&] { return node->remedy("restart")["successes"] == 1; });
  server_.await("the report", [&] { return server_.governor("reboots")["successes"] == 1; });
  EXPECT_EQ(fleet()["underWay"], 0);
  EXPECT_EQ(fleet()["lost"], 0);
  EXPECT_EQ(node->metric("heald_remedy_permits_total{remedy=\"restart\",answer=\"given\"}"), 1);
  EXPECT_EQ(node->remedy("restart")["permit"]["given"], 1);
  const std::string history = server_.get("/api/history?governor=reboots").body;
  EXPECT_THAT(history, HasSubstr("remedy restart"));
  EXPECT_THAT(history, HasSubstr("node-1"));
}

TEST_F(FleetClientE2e, WithoutAnAnswerNothingRunsAndThatIsSeen) {
  server_.start();
  const auto node = member("node-1", "touch @DIR@/up");
  server_.stop();
  node->start();
  node->await("the denial", [&] { return node->remedy("restart")["lastDeniedBy"] == "fleet"; });
  EXPECT_EQ(node->metric("heald_remedy_permits_total{remedy=\"restart\",answer=\"unanswered\"}"),
            1);
  EXPECT_THAT(node->remedy("restart")["permit"]["lastDenial"].get<std::string>(),
              HasSubstr("no answer: "));
  EXPECT_THAT(explanation(*node), HasSubstr("gave no permit when it was asked last: no answer"));
  node->await("its entry", [&] {
    return node->get("/api/history?kind=denial").body.find("\"fleet\"") != std::string::npos;
  });
  EXPECT_EQ(runs(*node), 0U);
  EXPECT_EQ(node->governor("restart")["attempts"], 0);
}

TEST_F(FleetClientE2e, ABadRemedyStopsTheWholeFleetUntilAHumanActs) {
  server_.start();
  for (const char* name : {"node-1", "node-2", "node-3"}) {
    const auto node =
        member(name, "exit 1", "governors: {restart: {max_consecutive_failures: 1}}\n");
    const auto lost = fleet()["lost"].get<int>();
    node->start();
    server_.await("its loss", [&] { return fleet()["lost"] == lost + 1; });
    EXPECT_EQ(runs(*node), 1U);
    node->stop();
  }
  EXPECT_EQ(server_.governor("reboots")["isDormant"], true);
  const auto node = member("node-4", "touch @DIR@/up");
  node->start();
  node->await("the denial", [&] { return node->remedy("restart")["lastDeniedBy"] == "fleet"; });
  EXPECT_THAT(explanation(*node), HasSubstr("dormant"));
  EXPECT_EQ(runs(*node), 0U);
  EXPECT_EQ(node->metric("heald_remedy_permits_total{remedy=\"restart\",answer=\"denied\"}"), 1);
  ASSERT_EQ(server_.post("/api/governors/reboots/resume", R"({"reason": "mended"})").status, 200);
  ASSERT_EQ(node->post("/api/remedies/restart/run", "{}").status / 100, 2);
  node->await("the attempt", [&] { return runs(*node) == 1; });
}

TEST_F(FleetClientE2e, AfterKillMinusNineTheOutcomeOfTheInterruptedAttemptIsReported) {
  server_.start();
  const auto node = member("node-1", "touch @DIR@/up; sleep 30");
  node->start();
  node->await("the attempt and what it does",
              [&] { return runs(*node) == 1 && std::filesystem::exists(node->dir().file("up")); });
  node->kill();
  EXPECT_EQ(fleet()["underWay"], 1);
  node->start();
  server_.await("the report", [&] { return server_.governor("reboots")["successes"] == 1; });
  EXPECT_EQ(fleet()["underWay"], 0);
  EXPECT_EQ(runs(*node), 1U);
}

TEST_F(FleetClientE2e, WhatCouldNotBeReportedIsReportedLater) {
  server_.start();
  const auto node =
      member("node-1", "while ! test -e @DIR@/go; do sleep 0.05; done; touch @DIR@/up");
  node->start();
  node->await("the attempt", [&] { return runs(*node) == 1; });
  server_.signal(SIGSTOP);
  node->dir().write("go", "");
  node->await("its success", [&] { return node->remedy("restart")["successes"] == 1; });
  node->kill();  // nothing of it was told
  server_.signal(SIGCONT);
  node->start();
  server_.await("the report", [&] { return server_.governor("reboots")["successes"] == 1; });
  EXPECT_EQ(fleet()["underWay"], 0);
}

TEST_F(FleetClientE2e, OverTlsTheServerHasToBeTheOneThatIsTrusted) {
  const Certificate ca{30, -30, "ca", nullptr};
  ca.writePem(server_.file("ca.crt"));
  const Certificate own{30, -30, "heald", &ca};
  own.writeKey(server_.file("server.key"));
  own.writePem(server_.file("server.crt"));
  server_.dir().write("web.yml",
                      "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n");
  server_.configure("web: {control: {config_file: '@DIR@/web.yml'}}\n" + server_.launch().config);
  server_.start();
  tls_ = true;
  const auto distrusting = member("node-2", "touch @DIR@/up");
  distrusting->start();
  distrusting->await("the denial",
                     [&] { return distrusting->remedy("restart")["lastDeniedBy"] == "fleet"; });
  EXPECT_THAT(explanation(*distrusting), HasSubstr("certificate"));
  EXPECT_EQ(runs(*distrusting), 0U);
  ca_file_ = "      ca_file: '" + server_.file("ca.crt") + "'\n";
  const auto node = member("node-1", "touch @DIR@/up");
  node->start();
  node->await("the attempt", [&] { return runs(*node) == 1; });
  server_.await("the report", [&] { return server_.logHas("permit ended"); });
}

// Killed before, while and after it asks, acts and reports: each outcome that the node knows is
// what the server knows, and no permit is left.
TEST_F(FleetClientE2e, KilledAtAnyMomentItOwesNothingInTheEnd) {
  server_.start();
  const auto node = member("node-1", "touch @DIR@/up");
  node->configure(
      "governors: {restart: {backoff: {base: 1ms, max: 1ms}, max_consecutive_failures: 1000, "
      "budgets: [], breaker: {failure_threshold: 1000, permanent_open_threshold: 1000}}}\n" +
      node->launch().config);
  std::random_device seed;
  std::minstd_rand random(seed());
  for (int round = 0; round < 30; ++round) {
    ::unlink(node->file("up").c_str());
    node->start();
    node->killAfter(std::chrono::milliseconds(random() % 700));
  }
  node->start();
  node->await("the end of all", [&] {
    const json mine = node->governor("restart");
    const json theirs = server_.governor("reboots");
    return fleet()["underWay"] == 0 && mine["inFlight"].empty() &&
           mine["failures"] == theirs["failures"] && mine["successes"] <= theirs["successes"];
  });
  EXPECT_GT(server_.governor("reboots")["attempts"], 5);
  EXPECT_EQ(server_.metric("heald_permits_total{governor=\"reboots\",outcome=\"expired\"}"), 0);
  EXPECT_LE(node->governor("restart")["attempts"], server_.governor("reboots")["attempts"]);
}

// The attempt of before needed none, and goes on; the next one asks.
TEST_F(FleetClientE2e, AReloadMakesItAskAndEndsThat) {
  server_.start();
  const auto node = member("node-1", "sleep 1; exit 1");
  const std::string asking =
      "governors: {restart: {backoff: {base: 500ms, max: 500ms}, max_consecutive_failures: 100, "
      "breaker: {failure_threshold: 100, permanent_open_threshold: 100}}}\n" +
      node->launch().config;
  const std::size_t permit = asking.find("    permit:");
  node->configure(asking.substr(0, permit));
  node->start();
  node->await("the first attempt", [&] { return runs(*node) == 1; });
  EXPECT_EQ(fleet()["underWay"], 0);
  node->configure(asking);
  node->signal(SIGHUP);
  server_.await("a permit", [&] { return server_.governor("reboots")["attempts"] == 1; });
  node->configure(asking.substr(0, permit));
  node->signal(SIGHUP);
  server_.await("the report", [&] { return server_.governor("reboots")["failures"] == 1; });
  EXPECT_EQ(fleet()["lost"], 1);
  const std::size_t before = runs(*node);
  node->await("an attempt without a permit", [&] { return runs(*node) > before; });
  EXPECT_EQ(server_.governor("reboots")["attempts"], 1);
}

TEST_F(FleetClientE2e, ATokenOfAnotherGovernorGetsNothing) {
  server_.start();
  const auto node = member("node-1", "touch @DIR@/up");
  ::chmod(node->dir().write("token", "wrong\n").c_str(), 0600);
  node->start();
  node->await("the denial", [&] { return node->remedy("restart")["lastDeniedBy"] == "fleet"; });
  EXPECT_EQ(runs(*node), 0U);
}

}  // namespace
}  // namespace heald::test
