#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "e2e/stories.h"

// What a configuration means to a heald that starts with it.
namespace heald::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::string refusalOf(const std::string& config, std::vector<std::string> flags = {}) {
  TestDaemon daemon({.config = config, .flags = std::move(flags)});
  daemon.spawn();
  EXPECT_EQ(daemon.waitForExit(), 1) << config;
  return daemon.log();
}

TEST(Start, SaysInTheFormatOfItsLogWhyThereIsNone) {
  const std::string config = "checks:\n  - name: a\n    interval: soon\n    tcp: {address: x}\n";
  EXPECT_THAT(refusalOf(config), AllOf(StartsWith("ts="), HasSubstr("level=error"),
                                       HasSubstr("msg=\"heald cannot start\" reason="),
                                       HasSubstr(":4:5: checks[0].interval: \\\"soon\\\" is not")));
  std::istringstream lines(refusalOf(config, {"--log.format=json"}));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const auto entry = nlohmann::json::parse(line);
    EXPECT_EQ(entry.at("level"), "error");
    EXPECT_EQ(entry.at("msg"), "heald cannot start");
    EXPECT_THAT(entry.at("reason").get<std::string>(), HasSubstr("heald.yml:"));
  }
  EXPECT_EQ(count, 2);
}

TEST(Start, JudgesAFlagAsTheKeyThatItOverrides) {
  const auto refused = [](const std::string& flag) { return refusalOf("checks: []\n", {flag}); };
  EXPECT_THAT(refused("--web.control-address=::1:3001"), HasSubstr("without brackets"));
  EXPECT_THAT(refused("--web.metrics-address=localhost"), HasSubstr("has no port"));
  EXPECT_THAT(refused("--web.token-file=/tmp/"), HasSubstr("is a folder"));
}

TEST(Start, RunsForEachItemOfATemplateAndAReloadSeesNewFiles) {
  TestDaemon daemon({.config = R"(
include: conf.d/*.yml
check_defaults: {interval: 50ms}
remedy_defaults: {verify: {after: 0}}
checks:
  - name: "{{name}}"
    for_each: &services [{name: a, exit: 0}, {name: b, exit: 2}]
    exec: {command: [/bin/sh, -c, "exit {{exit}}"]}
remedies:
  - name: "restart-{{name}}"
    for_each: *services
    when: {check: "{{name}}"}
    exec: {command: [/bin/sh, -c, "echo {{exit}} >> @DIR@/{{name}}; exit 1"]}
)"});
  std::filesystem::create_directory(daemon.file("conf.d"));
  daemon.start();
  daemon.await("an attempt", [&] { return daemon.remedy("restart-b").at("attempts") == 1; });
  daemon.await("what it writes", [&] { return daemon.read("b").starts_with("2\n"); });
  EXPECT_EQ(daemon.remedy("restart-a").at("attempts"), 0);
  daemon.dir().write("conf.d/c.yml", "checks: [{name: c, exec: {command: [/bin/true]}}]\n");
  EXPECT_EQ(daemon.post("/-/reload", "").status, 200);
  awaitCheckRuns(daemon, "c", 2);
  daemon.dir().write("conf.d/d.yml", "checks: [{name: c, exec: {command: [/bin/true]}}]\n");
  const RawResponse refused = daemon.post("/-/reload", "");
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.body, HasSubstr("conf.d/d.yml:1:11: checks[0].name"));
}

TEST(Start, ARemedyOfTwoChecksIsTriedOnceWhenThatHealsBoth) {
  TestDaemon daemon({.config = R"(
check_defaults: {interval: 50ms}
checks:
  - {name: one, env: {file: '@DIR@/key'}}
  - {name: two, env: {file: '@DIR@/key'}}
remedies:
  - name: fix
    when: {check: [one, two]}
    exec: {command: [/bin/sh, -c, 'sleep 0.3; echo x > @DIR@/key; echo run >> @DIR@/runs']}
    verify: {after: 0, within: 5s}
)"});
  daemon.start();
  const auto attempts = [&](const char* name) {
    return daemon.remedy(name).at("attempts").get<int>();
  };
  daemon.await("both healthy", [&] {
    return daemon.check("one").at("health") == "healthy" &&
           daemon.check("two").at("health") == "healthy";
  });
  awaitCheckRuns(daemon, "one", 3);
  awaitCheckRuns(daemon, "two", 3);
  EXPECT_EQ(attempts("fix@one") + attempts("fix@two"), 1);
  EXPECT_EQ(daemon.read("runs"), "run\n");
  EXPECT_TRUE(daemon.governor("fix").at("inFlight").empty());
}

}  // namespace
}  // namespace heald::test
