#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "api/explanation_json.h"
#include "api/status_json.h"
#include "ctl/explanation_text.h"
#include "ctl/status_text.h"
#include "ctl/width.h"
#include "fixture.h"

namespace heald::ctl {
namespace {

using nlohmann::ordered_json;
using testing::HasSubstr;
using testing::Not;

ordered_json statusOf(const engine::Snapshot& snapshot) {
  return api::statusJson(snapshot, api::testNow(), "1.2.3");
}

// Against tests/golden/NAME. With HEALD_UPDATE_GOLDEN set, it is written instead.
void expectGolden(const std::string& name, const std::string& text) {
  const std::string path = HEALD_SOURCE_DIR "/tests/golden/" + name;
  if (std::getenv("HEALD_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::stringstream expected;
  expected << std::ifstream(path).rdbuf();
  EXPECT_EQ(text, expected.str()) << path;
}

TEST(StatusText, OfAQuietHeald) {
  expectGolden("ctl_status_healthy.txt", statusText(statusOf(api::sampleSnapshot()), {}));
}

TEST(StatusText, OfOneInTrouble) {
  expectGolden("ctl_status_dormant.txt", statusText(statusOf(api::troubledSnapshot()), {}));
}

TEST(StatusText, OfAReplicaThatStandsByLeavesOutWhatIsKnownToAnother) {
  engine::Snapshot snapshot = api::troubledSnapshot();
  snapshot.standby = "a (http://a:3001) leads";
  const std::string text = statusText(statusOf(snapshot), {});
  EXPECT_THAT(text, HasSubstr("  info: this replica stands by: a (http://a:3001) leads\n"));
  EXPECT_THAT(text, HasSubstr("known where the other one acts:\n    healdctl replicas\n"));
  EXPECT_THAT(text, HasSubstr("CHECK"));
  EXPECT_THAT(text, Not(HasSubstr("GOVERNOR")));
  EXPECT_THAT(text, Not(HasSubstr("REMEDY")));
}

TEST(StatusText, InColours) {
  expectGolden("ctl_status_colours.txt",
               statusText(statusOf(api::troubledSnapshot()), {.colours = true}));
}

TEST(StatusText, OfFlags) {
  engine::Snapshot snapshot = api::sampleSnapshot();
  snapshot.features.setConfiguration(core::Feature::kAutoDetection, false);
  ASSERT_TRUE(
      snapshot.features.setOverride(core::Feature::kAutoHealing, false, api::testNow().wall));
  expectGolden("ctl_flags.txt", flagsText({{"flags", statusOf(snapshot)["flags"]}}, false));
}

TEST(ExplanationText, OfEveryMood) {
  engine::Snapshot snapshot = api::troubledSnapshot();
  snapshot.remedies[0].unhealthy_parent = "disk";
  std::string text;
  for (const engine::GovernorView& governor : snapshot.governors) {
    text += explanationText(api::explanationJson(snapshot, governor, api::testNow()), false);
    text += "--\n";
  }
  snapshot.observe = true;
  text +=
      explanationText(api::explanationJson(snapshot, snapshot.governors[1], api::testNow()), true);
  expectGolden("ctl_explain.txt", text);
}

TEST(ExplanationText, OfAFleet) {
  engine::Snapshot snapshot = api::sampleSnapshot();
  snapshot.governors[0].fleet = true;
  snapshot.fleets = {{snapshot.governors[0].name, 500, 10, 2, 1, {"node-7", "node-9"}, 3}};
  const std::string text =
      explanationText(api::explanationJson(snapshot, snapshot.governors[0], api::testNow()), false);
  EXPECT_THAT(text,
              testing::HasSubstr(
                  "The fleet\n  2 of at most 10 members are under way, 1 of them verified now; "
                  "500 are declared\n"
                  "  2 have failed or not come back; with 3 of them it goes dormant: "
                  "node-7, node-9\n"));
}

TEST(ExplanationText, OfAGovernorWhoseTargetsAreHeldBack) {
  engine::Snapshot snapshot = api::sampleSnapshot();
  snapshot.max_concurrent = 3;
  engine::RemedyView remedy;
  remedy.name = "restart";
  remedy.governor = "self-healing-main";
  remedy.target_label = "instance";
  remedy.by_alert = true;
  snapshot.remedies.push_back(remedy);
  for (const char* name : {"db1", "db2"}) {
    engine::GovernorView governor = snapshot.governors[0];
    governor.name += std::string("@") + name;
    governor.target = name;
    governor.state.consecutive_failures = 2;
    governor.state.next_allowed_at = api::testNow().boot + std::chrono::seconds(8);
    snapshot.governors.push_back(governor);
    engine::TargetView target;
    target.remedy = "restart";
    target.target = name;
    target.governor = governor.name;
    target.firing = name[2] == '2' ? 2 : 0;
    target.alert = target.firing > 0 ? "Down" : "";
    target.phase = engine::Phase::kWaiting;
    snapshot.targets.push_back(target);
  }
  const std::string text =
      explanationText(api::explanationJson(snapshot, snapshot.governors[0], api::testNow()), false);
  EXPECT_THAT(text, testing::StartsWith(
                        "Governor self-healing-main holds attempts back of 2 targets (below); for "
                        "any other one an attempt may start now.\n"));
  EXPECT_THAT(text, testing::EndsWith(
                        "\nAlerts, the worst first\n"
                        "  alert Down and 1 more fire; remedy restart for db2: held back by "
                        "backoff, another 8s\n"
                        "  remedy restart for db1: no alert fires; held back by backoff, another "
                        "8s\n"));
}

TEST(StatusText, ASuccessBeforeARestartIsNotNever) {
  engine::Snapshot snapshot = api::troubledSnapshot();
  snapshot.remedies.resize(1);
  snapshot.remedies[0].last_success.reset();
  snapshot.remedies[0].totals.successes = 0;
  EXPECT_THAT(statusText(statusOf(snapshot), {}), Not(HasSubstr("before start")));
  snapshot.remedies[0].totals.successes = 3;
  EXPECT_THAT(statusText(statusOf(snapshot), {}), HasSubstr("before start"));
}

TEST(StatusText, SaysHowToSeeWhatAFailedActionPrinted) {
  engine::Snapshot snapshot = api::troubledSnapshot();
  const std::string hint = "What failed actions printed is shown with the token";
  EXPECT_THAT(statusText(statusOf(snapshot), {}), Not(HasSubstr(hint))) << "none has failed";
  snapshot.remedies[0].last_result = "error: exit code 1";
  snapshot.remedies[0].last_output = "cannot bind port 4080";
  const auto text = [&](bool with_output) {
    return statusText(api::statusJson(snapshot, api::testNow(), "1.2.3", with_output), {});
  };
  EXPECT_THAT(text(false), HasSubstr(hint));
  EXPECT_THAT(text(true), Not(HasSubstr(hint)));
  EXPECT_THAT(text(true), HasSubstr("error: exit code 1: cannot bind port 4080"));
  const auto explained = [&](bool with_output) {
    snapshot.governors[2].remedies = {"renew-key"};
    return explanationText(
        api::explanationJson(snapshot, snapshot.governors[2], api::testNow(), with_output), false);
  };
  EXPECT_THAT(explained(false), HasSubstr(hint));
  EXPECT_THAT(explained(true),
              HasSubstr("remedy renew-key: error: exit code 1: cannot bind port 4080"));
}

TEST(StatusText, HasNoBlanksAtTheEndsOfLines) {
  EXPECT_THAT(statusText(statusOf(api::troubledSnapshot()), {}), Not(HasSubstr(" \n")));
}

TEST(StatusText, LetsNoMessageDriveTheTerminal) {
  engine::Snapshot snapshot = api::troubledSnapshot();
  snapshot.checks[0].message = "\x1b[2J\r\n\x07\u009b2J\u202e\u200b" + std::string(5000, 'x');
  const std::string text = statusText(statusOf(snapshot), {});
  for (const char* control : {"\x1b", "\r", "\x07", "\u009b", "\u202e", "\u200b"}) {
    EXPECT_THAT(text, Not(HasSubstr(control)));
  }
  EXPECT_THAT(text, HasSubstr("x…\n"));
}

TEST(StatusText, SurvivesAnswersOfAnotherShape) {
  for (const char* answer :
       {"null", "[]", "1", "{}", R"({"selfHealing": 1, "checks": {}})",
        R"({"checks": [1, null, {"name": 3, "interval": "x"}]})",
        R"({"circuitBreakers": [{"lastFailureAgo": 1e300}], "time": "x"})",
        R"({"time": "9999-99-99T99:99:99.999Z", "checks": [{}]})",
        R"({"checks": [{"interval": 9223372036854775807}]})",
        R"({"checks": [{"interval": 18446744073709551615}]})",
        R"({"backgroundTasks": {"tasks": [{"uptime": 9223372036854775807}]}})"}) {
    EXPECT_NE(statusText(ordered_json::parse(answer), {true, 80, 24}), "") << answer;
    flagsText(ordered_json::parse(answer), true);
  }
}

class StatusCommand : public CtlTest {};

TEST_F(StatusCommand, SaysHowItIs) {
  const Said said = ctl({"status"});
  EXPECT_EQ(said.code, 0);
  EXPECT_THAT(said.out, testing::StartsWith("heald 1.2.3 is healthy: everything is quiet.\n"));
  EXPECT_EQ(said.err, "");
}

TEST_F(StatusCommand, ColoursOnlyATerminalAndNotAgainstNoColor) {
  EXPECT_THAT(ctl({"status"}).out, Not(HasSubstr("\x1b[")));
  terminal_ = true;
  EXPECT_THAT(ctl({"status"}).out, HasSubstr("\x1b[32mhealthy"));
  environment_["NO_COLOR"] = "1";
  EXPECT_THAT(ctl({"status"}).out, Not(HasSubstr("\x1b[")));
}

TEST_F(StatusCommand, PrintsTheAnswerAsItCame) {
  terminal_ = true;
  const Said said = ctl({"status", "--json"});
  EXPECT_EQ(ordered_json::parse(said.out),
            api::statusJson(api::sampleSnapshot(), api::testNow(), "1.2.3", true));
}

TEST_F(StatusCommand, AnswersScriptsByExitCode) {
  EXPECT_EQ(ctl({"status", "--check"}).code, 0);
  engine::Snapshot snapshot = api::sampleSnapshot();
  snapshot.checks = {api::check("api", engine::Health::kUnknown, "")};
  snapshot.storm_brake = true;
  engine_->show(snapshot);
  EXPECT_EQ(ctl({"status", "--check"}).code, 10);
  engine_->show(api::troubledSnapshot());
  EXPECT_EQ(ctl({"status", "--check"}).code, 11);
  EXPECT_EQ(ctl({"status"}).code, 0);
  snapshot.features.setEnvironment(core::Feature::kAutoHealing, false);
  engine_->show(snapshot);
  EXPECT_EQ(ctl({"status", "--check", "--json"}).code, 12);
}

// --- many things

engine::Snapshot manyChecks(int count, int bad) {
  engine::Snapshot snapshot = api::sampleSnapshot();
  for (int i = 0; i < count; ++i) {
    const bool fails = i >= count - bad;
    snapshot.checks.push_back(api::check(
        "web-" + std::to_string(i), fails ? engine::Health::kUnhealthy : engine::Health::kHealthy,
        fails ? "GET http://10.0.0.7:8080/health: status 503, expected 2xx" : ""));
  }
  return snapshot;
}

std::size_t linesIn(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(StatusText, FoldsWhatIsWellBeyondAScreenAndSaysHowToSeeIt) {
  const std::string text = statusText(statusOf(manyChecks(400, 2)), {false, 80, 24});
  EXPECT_LE(linesIn(text), 24u) << text;
  EXPECT_THAT(text, HasSubstr("  web-398 "));
  EXPECT_THAT(text, HasSubstr("  web-399 "));
  EXPECT_THAT(text, Not(HasSubstr("  web-0 ")));
  EXPECT_THAT(text, HasSubstr("… and 398 checks that are well (healdctl status --all)"));
}

TEST(StatusText, FoldsNothingThatFits) {
  const std::string text = statusText(statusOf(manyChecks(5, 1)), {false, 80, 50});
  EXPECT_THAT(text, HasSubstr("  web-0 "));
  EXPECT_THAT(text, Not(HasSubstr("healdctl status --all")));
}

TEST(StatusText, OfThingsThatAreAllWellIsALine) {
  const std::string text = statusText(statusOf(manyChecks(400, 0)), {false, 80, 24});
  EXPECT_LE(linesIn(text), 24u) << text;
  EXPECT_THAT(text, HasSubstr("  400 checks, all well (healdctl status --all)\n"));
}

TEST(StatusText, CutsAFloodOfProblemsAndSaysHowToSeeIt) {
  const std::string text = statusText(statusOf(manyChecks(1000, 1000)), {false, 80, 24});
  EXPECT_LE(linesIn(text), 48u) << text;
  EXPECT_THAT(text, HasSubstr("more issues (healdctl status --problems)"));
  EXPECT_THAT(text, HasSubstr("more checks (healdctl status --problems)"));
}

TEST(StatusText, ShowsTheWorstFirst) {
  const std::string text = statusText(statusOf(manyChecks(5, 1)), {});
  EXPECT_LT(text.find("  web-4 "), text.find("  web-0 "));
}

TEST(StatusText, LosesNoColumnInEightyColumns) {
  const std::string text = statusText(statusOf(api::troubledSnapshot()), {false, 80, 0});
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("healdctl ") != std::string::npos) continue;  // a command is not broken
    EXPECT_LE(columnsOf(line), 80u) << line;
  }
  expectGolden("ctl_status_80_columns.txt", text);
}

TEST(StatusChoice, OfAPatternKeepsWhatBelongsToIt) {
  const auto all = statusOf(api::troubledSnapshot());
  const auto chosen = chosenOf(all, {{"ap?"}, false});
  EXPECT_EQ(chosen["checks"].size(), 1u);
  EXPECT_EQ(chosen["remedies"].size(), 1u);
  EXPECT_EQ(chosen["remedies"][0]["name"], "renew-key");
  ASSERT_EQ(chosen["circuitBreakers"].size(), 1u);
  EXPECT_EQ(chosen["circuitBreakers"][0]["name"], "self-healing-main");
  ASSERT_EQ(chosen["issues"].size(), 1u);
  EXPECT_EQ(chosen["issues"][0]["message"], "check api is unhealthy: status 503");
  EXPECT_EQ(choiceText(all, chosen),
            "Shown: 1 of 3 governors, 1 of 2 checks, 1 of 2 remedies, 0 of 3 background tasks.");
}

TEST(StatusChoice, OfProblemsLeavesOutWhatIsWell) {
  const auto chosen = chosenOf(statusOf(api::troubledSnapshot()), {{}, true});
  EXPECT_EQ(chosen["circuitBreakers"].size(), 2u);
  EXPECT_EQ(chosen["checks"].size(), 1u);
  EXPECT_EQ(chosen["remedies"].size(), 2u) << "one waits, one is paused";
  EXPECT_EQ(chosen["backgroundTasks"]["tasks"].size(), 0u);
  EXPECT_EQ(chosen["issues"].size(), 4u);
}

TEST(StatusChoice, SurvivesAnswersOfAnotherShape) {
  for (
      const char* answer :
      {"null", "[]", "{}", R"({"checks": {"a": 1}, "issues": 3})",
       R"({"checks": [1, {"name": "a"}], "issues": [1, {}], "circuitBreakers": [{"remedies": [1]}]})"}) {
    const auto status = ordered_json::parse(answer);
    choiceText(status, chosenOf(status, {{"a*"}, true}));
  }
}

TEST_F(StatusCommand, FoldsOnATerminalAlone) {
  engine_->show(manyChecks(400, 2));
  EXPECT_THAT(ctl({"status"}).out, HasSubstr("  web-0 ")) << "a pipe gets everything";
  terminal_ = true;
  EXPECT_THAT(ctl({"status"}).out, HasSubstr("healdctl status --all"));
  EXPECT_THAT(ctl({"status", "--all"}).out, HasSubstr("\x1b[1mweb-0\x1b[0m"));
  EXPECT_THAT(ctl({"status", "web-1"}).out, HasSubstr("\x1b[1mweb-1\x1b[0m"));
}

TEST_F(StatusCommand, ShowsProblemsAlone) {
  engine_->show(manyChecks(400, 30));
  const Said said = ctl({"status", "--problems"});
  EXPECT_THAT(said.out, Not(HasSubstr("  web-0 ")));
  for (int i = 370; i < 400; ++i) EXPECT_THAT(said.out, HasSubstr("  web-" + std::to_string(i)));
  EXPECT_THAT(said.out, HasSubstr("Shown: 0 of 1 governor, 30 of 400 checks"));
}

TEST_F(StatusCommand, TakesPatternsOfNamesForJsonToo) {
  engine_->show(manyChecks(400, 2));
  EXPECT_EQ(ordered_json::parse(ctl({"status", "--json", "web-39?"}).out)["checks"].size(), 10u);
  EXPECT_EQ(ordered_json::parse(ctl({"status", "--json", "web-1", "web-2"}).out)["checks"].size(),
            2u);
  EXPECT_EQ(ordered_json::parse(ctl({"status", "--json", "--problems"}).out)["checks"].size(), 2u);
  const Said none = ctl({"status", "wbe-1"});
  EXPECT_EQ(none.code, 5);
  EXPECT_THAT(none.err, HasSubstr("nothing is named like \"wbe-1\" (did you mean \"web-1\"?)"));
  EXPECT_EQ(ctl({"status", "web-1", "nothing-*"}).code, 5);
}

TEST_F(StatusCommand, ExplainsARemedyACheckAndATargetByTheirGovernors) {
  engine::Snapshot snapshot = api::troubledSnapshot();
  engine::TargetView target;
  target.remedy = "drain-queue";
  target.target = "db1";
  target.governor = "gateway";
  engine_->show(snapshot);
  const Said remedy = ctl({"explain", "drain-queue"});
  EXPECT_EQ(remedy.code, 0) << remedy.err;
  EXPECT_THAT(remedy.out, testing::StartsWith("Remedy drain-queue is under governor queue.\n\n"
                                              "Governor queue holds attempts back"));
  EXPECT_THAT(
      ctl({"explain", "api"}).out,
      testing::StartsWith("Check api is healed by renew-key under governor self-healing-main.\n"));
  EXPECT_THAT(ctl({"explain", "api", "--json"}).out, testing::StartsWith("{\"governor\":"));
  snapshot.checks.push_back(api::check("alone", engine::Health::kHealthy, ""));
  snapshot.targets.push_back(target);
  engine_->show(snapshot);
  EXPECT_THAT(ctl({"explain", "db1"}).out,
              testing::StartsWith("Target db1 of drain-queue is under governor gateway.\n"));
  const Said alone = ctl({"explain", "alone"});
  EXPECT_EQ(alone.code, 5);
  EXPECT_THAT(alone.err, HasSubstr("check \"alone\" has no remedy"));
  EXPECT_THAT(ctl({"explain", "renew-kye"}).err, HasSubstr("(did you mean \"renew-key\"?)"));
}

}  // namespace
}  // namespace heald::ctl
