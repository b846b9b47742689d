// A fleet with the real heald: members by the hundred, kill -9 of the server, FleetLock.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <set>

#include "support/daemon.h"

namespace heald::test {
namespace {

using nlohmann::json;
using std::chrono::seconds;
using testing::HasSubstr;

std::string member(int number) {
  return "node-" + std::to_string(number);
}

class FleetE2e : public testing::Test {
 protected:
  static constexpr int kMembers = 200;

  FleetE2e() {
    std::string names = "# all of them\n";
    for (int i = 0; i < kMembers; ++i) names += member(i) + "\n";
    server_.dir().write("nodes.txt", names);
  }

  RawResponse ask(int number, const std::string& deadline = "10m") {
    return server_.post(
        "/api/permits",
        json{{"governor", "reboots"}, {"member", member(number)}, {"deadline", deadline}}.dump());
  }
  static std::string idOf(const RawResponse& answer) { return json::parse(answer.body)["id"]; }
  json fleet() { return server_.governor("reboots").at("fleet"); }
  RawResponse lock(const std::string& path, const std::string& id) {
    const std::string body = json{{"client_params", {{"id", id}, {"group", "reboots"}}}}.dump();
    return sendRaw(server_.controlPort(),
                   "POST " + path +
                       " HTTP/1.1\r\nHost: localhost\r\n"
                       "Authorization: Bearer " +
                       server_.token() + "\r\n" +
                       "fleet-lock-protocol: true\r\nContent-Type: application/json\r\n" +
                       "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }

  TestDaemon server_{{R"(
governors:
  reboots:
    fleet: {members_file: nodes.txt, at_once: {percent: 5, at_most: 8}}
    max_consecutive_failures: 3
    backoff: {base: 10ms, max: 20ms}
    breaker: {failure_threshold: 100, permanent_open_threshold: 100}
    budgets: []
)"}};
};

TEST_F(FleetE2e, IsLimitedAndRemembersWhoIsUnderWayAcrossKillMinusNine) {
  server_.start();
  std::string first;
  int given = 0;
  for (int i = 0; i < kMembers; ++i) {
    const RawResponse answer = ask(i);
    given += answer.status == 201 ? 1 : 0;
    if (i == 0) first = idOf(answer);
  }
  EXPECT_EQ(given, 8);
  EXPECT_EQ(server_.metric("heald_fleet_members{governor=\"reboots\"}"), 200);
  EXPECT_EQ(server_.metric("heald_fleet_at_once{governor=\"reboots\"}"), 8);
  server_.kill();
  server_.start();
  EXPECT_EQ(fleet()["underWay"], 8);
  EXPECT_EQ(ask(100).status, 409);
  EXPECT_EQ(ask(0).status, 409) << "it holds one";
  EXPECT_EQ(server_.post("/api/permits/" + first + "/result", R"({"ok": true})").status, 200);
  EXPECT_EQ(ask(0).status, 201);
}

TEST_F(FleetE2e, StopsWhenMembersDoNotComeBackUntilAHumanActs) {
  server_.start();
  for (int i = 0; i < 3; ++i) {
    server_.await("a permit", [&] { return ask(i, "1s").status == 201; });
    // Others come back well meanwhile, and that forgives nothing.
    server_.await("another permit", [&] {
      const RawResponse other = ask(50 + i);
      if (other.status != 201) return false;
      server_.post("/api/permits/" + idOf(other) + "/result", R"({"ok": true})");
      return true;
    });
    server_.await("it is lost", [&] { return fleet()["lost"] == i + 1; });
  }
  const json governor = server_.governor("reboots");
  EXPECT_EQ(governor["isDormant"], true);
  EXPECT_EQ(governor["dormancy"]["reason"],
            "3 members have failed or not come back: node-0, node-1, node-2");
  EXPECT_EQ(governor["fleet"]["lostMembers"], json({"node-0", "node-1", "node-2"}));
  EXPECT_EQ(server_.metric("heald_fleet_members_lost{governor=\"reboots\"}"), 3);
  server_.kill();
  server_.start();
  EXPECT_THAT(ask(7).body, HasSubstr("dormant"));
  EXPECT_EQ(
      server_.post("/api/governors/reboots/resume", R"({"reason": "the image is fixed"})").status,
      200);
  EXPECT_EQ(fleet()["lost"], 0);
  EXPECT_EQ(ask(7).status, 201);
}

TEST_F(FleetE2e, ReadsItsMembersAgainWhenTheirFileChanges) {
  server_.launch().flags = {"--config.watch"};
  server_.start();
  const std::string nodes = server_.dir().write("nodes.txt", "node-1\nanother.example\n");
  server_.await("the reload", [&] { return fleet()["members"] == 2; });
  EXPECT_EQ(fleet()["atOnce"], 1);
  EXPECT_EQ(ask(0).status, 409);
  EXPECT_EQ(ask(1).status, 201);
  ASSERT_EQ(::chmod(nodes.c_str(), 0666), 0);
  server_.signal(SIGHUP);
  server_.await("the refusal", [&] { return server_.logHas("may be written by everybody"); });
  EXPECT_EQ(fleet()["members"], 2);
}

TEST_F(FleetE2e, IsAskedByFleetLockTheSameWay) {
  server_.start();
  EXPECT_EQ(lock("/v1/pre-reboot", "node-1").status, 200);
  EXPECT_EQ(lock("/v1/pre-reboot", "node-1").status, 200) << "whoever holds the lock may ask again";
  EXPECT_EQ(fleet()["underWay"], 1);
  server_.kill();
  server_.start();
  EXPECT_EQ(lock("/v1/steady-state", "node-1").status, 200);
  EXPECT_EQ(lock("/v1/steady-state", "node-1").status, 200);
  EXPECT_EQ(fleet()["underWay"], 0);
  EXPECT_EQ(server_.governor("reboots")["successes"], 1);
  const RawResponse stranger = lock("/v1/pre-reboot", "0123456789abcdef");
  EXPECT_EQ(stranger.status, 409);
  EXPECT_EQ(json::parse(stranger.body)["kind"], "not_a_member");
}

}  // namespace
}  // namespace heald::test
