#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "fixture.h"

namespace heald::ctl {
namespace {

using testing::HasSubstr;

// Without a daemon.
class BoundCommand : public CtlTest {
 protected:
  static void SetUpTestSuite() {}
  static void TearDownTestSuite() {}
  void SetUp() override {}

  std::string write(const std::string& governors) {
    return files_.write("heald.yml", "governors:\n" + governors);
  }
};

constexpr const char* kThree = R"(
  gateway: {}
  quick:
    max_consecutive_failures: 3
    backoff: {base: 1s, max: 2s}
    breaker: {failure_threshold: 2, open_for: 4s, permanent_open_threshold: 3}
    budgets: [{attempts: 2, per: 1m}]
  trials:
    max_consecutive_failures: 3
    backoff: {base: 1s, max: 2s}
    breaker: {open_for: 4s, half_open_max_attempts: 2}
    budgets: []
)";

TEST_F(BoundCommand, TellsForEachGovernorHowManyAttemptsOverWhatTime) {
  const Said said = ctl({"bound", write(kThree)});
  EXPECT_EQ(said.code, 0) << said.err;
  std::ifstream golden(HEALD_SOURCE_DIR "/tests/golden/ctl_bound.txt");
  std::ostringstream expected;
  expected << golden.rdbuf();
  EXPECT_EQ(said.out, expected.str());
}

TEST_F(BoundCommand, FailsWhenAGovernorMayMakeMoreThanMax) {
  const std::string file = write(kThree);
  EXPECT_EQ(ctl({"bound", file, "--max", "10"}).code, 0);
  const Said said = ctl({"bound", file, "--max", "9"});
  EXPECT_EQ(said.code, 1);
  EXPECT_THAT(said.err, HasSubstr("governor \"gateway\" may make 10 attempts before a human must "
                                  "act, more than --max 9"));
  EXPECT_EQ(ctl({"bound", file, "--max", "0"}).code, 2);
}

TEST_F(BoundCommand, PrintsJson) {
  const Said said = ctl({"bound", write("  gateway: {}\n"), "--json"});
  EXPECT_EQ(said.code, 0) << said.err;
  const auto bound = nlohmann::json::parse(said.out);
  ASSERT_FALSE(bound.at("governors").empty());
  for (const auto& governor : bound.at("governors")) {
    EXPECT_EQ(governor["maxAttempts"], 10);
    EXPECT_EQ(governor["leastSeconds"], 1895);
    EXPECT_EQ(governor["alwaysFailing"]["attempts"], 10);
    EXPECT_EQ(governor["exploration"]["confirmed"], true);
  }
}

// A policy that is explored at once.
constexpr const char* kTargets = R"(
governor_defaults:
  max_consecutive_failures: 2
  backoff: {base: 1s, max: 2s}
  breaker: {failure_threshold: 2, open_for: 2s, permanent_open_threshold: 2}
  budgets: []
remedies:
  - name: restart
    when: {alert: {alertname: Down}}
    target: instance
    max_targets: 12
    exec: {command: [/bin/true]}
    verify: {within: 1m}
  - name: clean
    when: {alert: {alertname: Full}}
    target: instance
    targets: [db1, db2, db3]
    exec: {command: [/bin/true]}
    verify: {within: 1m}
)";

TEST_F(BoundCommand, TellsOfAFleetHowManyOfItsMembersCanBeLost) {
  const std::string file = files_.write("fleet.yml", R"(
governor_defaults:
  max_consecutive_failures: 2
  backoff: {base: 1s, max: 2s}
  breaker: {failure_threshold: 2, open_for: 2s, permanent_open_threshold: 2}
  budgets: []
governors:
  reboots:
    fleet: {members: [a, b, c, d], at_once: {percent: 50}}
)");
  const Said said = ctl({"bound", file});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out,
              HasSubstr("reboots: a fleet of 4 members, 2 at once: the attempts are those of all "
                        "members together, and at most 3 members are lost before a human must "
                        "act, whatever the others report\n"));
  const auto bounds = nlohmann::json::parse(ctl({"bound", file, "--json"}).out)["governors"];
  EXPECT_EQ(bounds[0]["fleet"],
            nlohmann::json::parse(R"({"members": 4, "atOnce": 2, "maxLost": 3})"));
  EXPECT_EQ(bounds[1]["fleet"], nullptr);
}

TEST_F(BoundCommand, SaysWhatItMeansWhereNobodyLooksWhetherAnAttemptHelped) {
  const auto with = [&](const std::string& budgets) {
    return files_.write("unverified.yml", R"(
governor_defaults:
  max_consecutive_failures: 2
  backoff: {base: 1s, max: 2s}
  breaker: {failure_threshold: 2, open_for: 2s, permanent_open_threshold: 2}
  budgets: )" + budgets + R"(
remedies:
  - name: poke
    when: {alert: {alertname: Down}}
    exec: {command: [/bin/true]}
    verify: none
)");
  };
  const Said said = ctl({"bound", with("[{attempts: 3, per: 1m}]")});
  EXPECT_THAT(said.out, HasSubstr("poke: nobody looks whether an attempt of poke helped (verify: "
                                  "none)."));
  EXPECT_THAT(said.out, HasSubstr("what stops the others is a budget (3 per 1m)"));
  const std::string unlimited = with("[]");
  EXPECT_THAT(ctl({"bound", unlimited}).out, HasSubstr("is nothing, as it has no budgets"));
  const auto json = nlohmann::json::parse(ctl({"bound", unlimited, "--json"}).out);
  EXPECT_EQ(json["governors"][0]["unverifiedRemedies"], nlohmann::json::array({"poke"}));
}

TEST_F(BoundCommand, CountsEachTargetOfAGovernorByItselfAndSaysSo) {
  const std::string file = files_.write("targets.yml", kTargets);
  const Said said = ctl({"bound", file, "--max", "2"});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("restart            2 for each of up to 12 targets"));
  EXPECT_THAT(said.out, HasSubstr("clean              2 for each of up to 3 targets"));
  EXPECT_THAT(said.out, HasSubstr("\nrestart: each target is counted by itself, and --max judges "
                                  "one target: 24 attempts at most for all of them\n"));
  EXPECT_THAT(ctl({"bound", file, "--max", "1"}).err,
              HasSubstr("may make 2 attempts before a human must act, for each of up to 12 "
                        "targets, more than --max 1"));
  const auto bound = nlohmann::json::parse(ctl({"bound", file, "--json"}).out)["governors"];
  EXPECT_EQ(bound[0]["maxTargets"], 3);
  EXPECT_EQ(bound[0]["maxAttemptsOfAllTargets"], 6);
  EXPECT_EQ(bound[2]["name"], "self-healing-main");
  EXPECT_EQ(bound[2]["maxTargets"], nullptr);
  EXPECT_EQ(bound[2]["maxAttemptsOfAllTargets"], 2);
}

TEST_F(BoundCommand, TellsWhatItExploresOnATerminalAlone) {
  const std::string file = files_.write("targets.yml", kTargets);
  EXPECT_EQ(ctl({"bound", file}).err, "");
  terminal_ = true;
  EXPECT_THAT(ctl({"bound", file}).err, HasSubstr("exploring clean"));
}

TEST_F(BoundCommand, PrintsTheProblemsOfAFileThatIsNotGood) {
  const Said said = ctl({"bound", write("  gateway: {max_consecutive_failures: many}\n")});
  EXPECT_EQ(said.code, 6);
  EXPECT_EQ(said.out, "");
  EXPECT_THAT(said.err, HasSubstr("max_consecutive_failures"));
}

}  // namespace
}  // namespace heald::ctl
