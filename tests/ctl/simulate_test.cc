#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "fixture.h"

namespace heald::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;
const std::string kRoot = HEALD_SOURCE_DIR;

std::string contentOf(const std::string& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// Without a daemon.
class Simulate : public CtlTest {
 protected:
  static void SetUpTestSuite() {}
  static void TearDownTestSuite() {}
  void SetUp() override {
    config_ = files_.write("heald.yml", R"(
checks:
  - {name: service, interval: 10s, exec: {command: [/bin/true]}}
remedies:
  - {name: restart, when: {check: service}, exec: {command: [/bin/true]}}
)");
    scenario_ = files_.write("down.yml", R"(
title: the service is down
run_for: 1h
checks: {service: [{at: 0s, status: critical, message: no answer}]}
expect:
  - {remedy: restart, attempts: 10}
)");
  }

  std::string config_;
  std::string scenario_;
};

TEST_F(Simulate, TellsWhatHasHappenedAndThatItWasExpected) {
  const Said said = ctl({"simulate", config_, scenario_});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("the service is down\n"));
  EXPECT_THAT(said.out, HasSubstr("  AT      WHAT                     ABOUT    DETAILS\n"));
  EXPECT_THAT(said.out, HasSubstr("31m35s  entered dormant mode     restart"));
  EXPECT_THAT(said.out, HasSubstr("10 attempts, 0 healed, in 1h ("));
  EXPECT_THAT(said.out, HasSubstr(scenario_ + ": ok: 1 expectation holds\n"));
}

TEST_F(Simulate, ExitsWith1AndSaysWhereWhenSomethingIsNotAsExpected) {
  const std::string wrong = files_.write("wrong.yml", R"(
run_for: 1m
checks: {service: [{at: 0s, status: critical}]}
expect:
  - {remedy: restart, starts: [0s, 5s]}
)");
  const Said said = ctl({"simulate", "--quiet", config_, scenario_, wrong});
  EXPECT_EQ(said.code, 1);
  EXPECT_EQ(said.out, scenario_ + ": ok: 1 expectation holds\n" + wrong +
                          ":5:5: remedy restart at the end: starts\n"
                          "    expected [0s, 5s]\n    got      [0s, 5s, 15s]\n" +
                          wrong + ": FAILED: 1 of 1 expectation\n");
}

TEST_F(Simulate, AWrongFileIsToldWithAllItsMistakes) {
  const std::string wrong = files_.write("wrong.yml", "run_for: 1h\nchecks: {nothing: []}\n");
  const Said said = ctl({"simulate", config_, wrong});
  EXPECT_EQ(said.code, 6);
  EXPECT_THAT(said.err, HasSubstr(wrong + ":2:10: checks.nothing: unknown key"));
  EXPECT_EQ(ctl({"simulate", files_.file("none.yml"), scenario_}).code, 6);
  EXPECT_EQ(ctl({"simulate", config_, files_.file("none.yml")}).code, 6);
  EXPECT_EQ(ctl({"simulate", config_}).code, 2);
}

TEST_F(Simulate, PrintsJson) {
  const Said said = ctl({"simulate", "--json", config_, scenario_});
  const auto json = nlohmann::json::parse(said.out);
  EXPECT_EQ(json["ok"], true);
  const auto& one = json["scenarios"][0];
  EXPECT_EQ(one["title"], "the service is down");
  EXPECT_EQ(one["attempts"].size(), 10u);
  EXPECT_EQ(one["attempts"][9]["started"], 1895);
  EXPECT_EQ(one["expectations"][0]["got"], "10");
  EXPECT_EQ(one["governors"].back()["breaker"], "PERMANENT_OPEN");
  EXPECT_THAT(one["timeline"][0]["message"], "check is unhealthy");
}

TEST_F(Simulate, JsonIsNotOkWhenAFileIsWrong) {
  const Said said = ctl({"simulate", "--json", config_, scenario_, files_.file("none.yml")});
  EXPECT_EQ(said.code, 6);
  const auto json = nlohmann::json::parse(said.out);
  EXPECT_EQ(json["ok"], false);
  EXPECT_EQ(json["scenarios"][0]["problems"].size(), 0u);
  EXPECT_EQ(json["scenarios"][1]["ok"], false);
  EXPECT_EQ(json["scenarios"][1]["problems"][0].get<std::string>() + "\n", said.err);
  const Said config = ctl({"simulate", "--json", files_.file("none.yml"), scenario_});
  EXPECT_EQ(nlohmann::json::parse(config.out)["problems"][0].get<std::string>() + "\n", config.err);
}

TEST_F(Simulate, ConfigurationAndScenarioThatAreSwappedAreTold) {
  const Said said = ctl({"simulate", scenario_, config_});
  EXPECT_EQ(said.code, 6);
  EXPECT_EQ(said.err, "healdctl: " + config_ + " is a configuration, and " + scenario_ +
                          " is none (first the configuration, then the scenarios: healdctl "
                          "simulate " +
                          config_ + " " + scenario_ + ")\n");
}

TEST_F(Simulate, TellsTargetsAlertsAndGovernorsApart) {
  const std::string config = files_.write("targets.yml", R"(
governors: {shared: {}}
remedies:
  - name: restart
    when: {alert: {alertname: Down}}
    target: instance
    exec: {command: [/bin/true]}
    verify: {within: 1m}
  - name: clean
    when: {alert: {alertname: Full}}
    governor: shared
    exec: {command: [/bin/true]}
    verify: {within: 1m}
)");
  const std::string scenario = files_.write("two.yml", R"(
run_for: 1h
alerts:
  - {at: 1m, labels: {alertname: Down, instance: db1}}
  - {at: 2m, labels: {alertname: Down, instance: db2}}
  - {at: 3m, labels: {alertname: Full}}
)");
  const std::string out = ctl({"simulate", config, scenario}).out;
  EXPECT_THAT(out, HasSubstr("labels={alertname: Down, instance: db2}  answer="));
  EXPECT_THAT(out, HasSubstr("attempt started   restart@db1  attempt=1  step=1\n"));
  EXPECT_THAT(out, HasSubstr("attempt started   restart@db2  attempt=1  step=1\n"));
  EXPECT_THAT(out, HasSubstr("attempt started   clean        governor=shared  attempt=1"));
}

TEST_F(Simulate, CountsPermitsToo) {
  const std::string scenario = files_.write("permits.yml", R"(
run_for: 1h
permits:
  - {at: 1m, governor: restart, reports: ok, after: 2s}
  - {at: 2m, governor: restart}
)");
  EXPECT_THAT(ctl({"simulate", config_, scenario}).out,
              HasSubstr("0 attempts, 0 healed, 2 permits, 1 ok, in 1h ("));
  const auto json = nlohmann::json::parse(ctl({"simulate", "--json", config_, scenario}).out);
  const auto& attempts = json["scenarios"][0]["attempts"];
  ASSERT_EQ(attempts.size(), 2u);
  EXPECT_EQ(attempts[0], nlohmann::json::parse(R"({"remedy": null, "governor": "restart",
      "attempt": 1, "step": null, "started": 60, "ended": 62, "ok": true})"));
  EXPECT_EQ(attempts[1]["ended"], 720);
}

TEST_F(Simulate, DrawsAPicture) {
  const std::string svg = files_.file("down.svg");
  EXPECT_EQ(ctl({"simulate", "--svg", svg, config_, scenario_}).code, 0);
  EXPECT_THAT(contentOf(svg), testing::StartsWith("<svg "));
  const Said two = ctl({"simulate", "--svg", svg, config_, scenario_, scenario_});
  EXPECT_EQ(two.code, 2);
  EXPECT_THAT(two.err, HasSubstr("--svg draws one scenario"));
  EXPECT_EQ(ctl({"simulate", "--svg", "/nowhere/x.svg", config_, scenario_}).code, 6);
}

// Each names the command that plays it in its comment.
TEST_F(Simulate, EveryExampleIsAsItSays) {
  int count = 0;
  for (const auto& file : fs::directory_iterator(kRoot + "/config/examples/scenarios")) {
    const std::string text = contentOf(file.path());
    const std::string scenario = "config/examples/scenarios/" + file.path().filename().string();
    const auto command = text.find("healdctl simulate config/");
    ASSERT_NE(command, std::string::npos) << scenario;
    const auto from = command + std::string("healdctl simulate ").size();
    const std::string config = text.substr(from, text.find(' ', from) - from);
    EXPECT_THAT(text, HasSubstr("healdctl simulate " + config + " " + scenario + "\n"));
    const Said said = ctl({"simulate", "--quiet", kRoot + "/" + config, file.path().string()});
    EXPECT_EQ(said.code, 0) << said.out << said.err;
    EXPECT_THAT(said.out, Not(HasSubstr("nothing was expected")));
    ++count;
  }
  EXPECT_GE(count, 3);
}

TEST_F(Simulate, SaysWhatMembersOfAFleetAskedForAndWhenItIsDormant) {
  const std::string config = files_.write("fleet.yml", R"(
checks: []
governors:
  reboots:
    fleet: {members: [a, b, c, d], at_once: {percent: 25}}
    max_consecutive_failures: 2
    budgets: []
)");
  const auto played = [&](const std::string& permits) {
    return ctl(
        {"simulate", config, files_.write("s.yml", "run_for: 1h\npermits: [" + permits + "]\n")});
  };
  const std::string first = "{at: 1m, governor: reboots, member: a, reports: failed, after: 30s}";
  const Said said = played(first +
                           ", {at: 70s, governor: reboots, member: b, reports: ok}, "
                           "{at: 10m, governor: reboots, member: b, deadline: 1m}, "
                           "{at: 20m, governor: reboots, member: c, reports: ok}");
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.out,
              HasSubstr("reboots: a fleet of 4 members, 1 at once; asked 4, given 2, refused 2 "
                        "(dormant 1, in_flight 1); dormant at 11m, 2 lost at the end; before a "
                        "human must act at most 2 are lost, and 2 attempts of all members are "
                        "made without a success in between"));
  EXPECT_THAT(played("").out, HasSubstr("none of them asks in this scenario"));
  EXPECT_THAT(played("{at: 1m, governor: reboots}").err, HasSubstr("say which member asks"));
  EXPECT_THAT(played("{at: 1m, governor: reboots, member: x}").err,
              HasSubstr("\"x\" is no declared member"));
}

// docs/simulate.md: each block that begins with `# heald.yml` is followed by the scenario for it.
TEST_F(Simulate, TheExampleOfTheDocumentWorks) {
  const std::string text = contentOf(kRoot + "/docs/simulate.md");
  const auto block = [&](const std::string& first) {
    const auto from = text.find("```yaml\n" + first);
    EXPECT_NE(from, std::string::npos) << first;
    return text.substr(from + 8, text.find("```", from + 8) - from - 8);
  };
  const std::string config = files_.write("doc-heald.yml", block("# heald.yml"));
  const std::string scenario = files_.write("doc-scenario.yml", block("# worker-down.yml"));
  const Said said = ctl({"simulate", config, scenario});
  EXPECT_EQ(said.code, 0) << said.out << said.err;
  std::string failing = block("# worker-down.yml");
  failing.replace(failing.find("10m7s]"), 6, "10m5s]");
  std::string answer =
      ctl({"simulate", "--quiet", config, files_.write("worker-down.yml", failing)}).out;
  const std::string folder = files_.file("");
  for (auto at = answer.find(folder); at != std::string::npos; at = answer.find(folder)) {
    answer.erase(at, folder.size());
  }
  EXPECT_THAT(text, HasSubstr(answer));
  const std::string everything = files_.write("doc-all.yml", block("# everything.yml"));
  const Said all = ctl({"simulate", config, everything});
  EXPECT_EQ(all.code, 0) << all.out << all.err;
}

}  // namespace
}  // namespace heald::ctl
