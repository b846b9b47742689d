#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>

#include "support/command.h"

namespace heald::test {
namespace {

const std::string kAlerts = HEALD_SOURCE_DIR "/alerts/";
const std::string kRunbooks = HEALD_SOURCE_DIR "/docs/runbooks/";

std::map<std::string, YAML::Node> rules() {
  std::map<std::string, YAML::Node> found;
  const YAML::Node file = YAML::LoadFile(kAlerts + "heald.rules.yml");
  for (const YAML::Node& group : file["groups"]) {
    for (const YAML::Node& rule : group["rules"]) {
      if (!rule["alert"]) continue;
      EXPECT_TRUE(found.insert({rule["alert"].as<std::string>(), rule}).second) << rule["alert"];
    }
  }
  return found;
}

const std::vector<std::string> kCases = {"heald.rules_test.yml", "heald.weeks_test.yml"};

std::vector<YAML::Node> cases() {
  std::vector<YAML::Node> found;
  for (const std::string& file : kCases) {
    for (const YAML::Node& test : YAML::LoadFile(kAlerts + file)["tests"]) found.push_back(test);
  }
  return found;
}

std::string textOf(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(AlertRules, ArePrometheusRules) {
  const CommandResult judged =
      runCommand({"promtool", "check", "rules", kAlerts + "heald.rules.yml"});
  EXPECT_EQ(judged.code, 0) << judged.output;
}

void expectCases(const std::string& file) {
  const CommandResult judged = runCommand({"promtool", "test", "rules", kAlerts + file});
  EXPECT_EQ(judged.code, 0) << judged.output;
}

TEST(AlertRules, FireAndKeepQuietAsTheirCasesSay) {
  expectCases("heald.rules_test.yml");
}

TEST(AlertRules, FireAndKeepQuietOverWeeksAsTheirCasesSay) {
  expectCases("heald.weeks_test.yml");
}

// Every rule that records something has a case that says what.
TEST(AlertRules, RecordWhatTheirCasesSay) {
  std::string asked;
  for (const YAML::Node& test : cases()) {
    for (const YAML::Node& expected : test["promql_expr_test"]) {
      asked += expected["expr"].as<std::string>() + "\n";
    }
  }
  const std::regex name("[a-z_]+:heald_[a-z_]+:[a-z0-9_]+");
  int recorded = 0;
  for (const YAML::Node& group : YAML::LoadFile(kAlerts + "heald.rules.yml")["groups"]) {
    for (const YAML::Node& rule : group["rules"]) {
      if (!rule["record"]) continue;
      const auto series = rule["record"].as<std::string>();
      EXPECT_TRUE(std::regex_match(series, name)) << series << " is not level:metric:operation";
      EXPECT_TRUE(std::regex_search(asked, std::regex(series + "[ {,)\n]"))) << series;
      ++recorded;
    }
  }
  EXPECT_GE(recorded, 10);
}

TEST(AlertRules, AreMadeFromTheirSource) {
  if (!haveProgram("jsonnet")) GTEST_SKIP() << "jsonnet is not installed";
  const CommandResult compared = runCommand({HEALD_SOURCE_DIR "/scripts/alert-files", "--check"});
  EXPECT_EQ(compared.code, 0) << compared.output;
}

// Found by what they expose: a job may have any name, and a join that names no labels breaks with
// the first one more.
TEST(AlertRules, NameTheLabelsOfEveryJoinAndNoJob) {
  for (const auto& [name, rule] : rules()) {
    const auto expr = rule["expr"].as<std::string>();
    const std::string without_default =
        std::regex_replace(expr, std::regex("up\\{job=\"heald\"\\}"), "");
    EXPECT_THAT(without_default, testing::Not(testing::HasSubstr("job="))) << name;
    for (const char* word : {" and ", " unless "}) {
      for (std::size_t at = expr.find(word); at != std::string::npos;
           at = expr.find(word, at + 1)) {
        EXPECT_EQ(expr.compare(at + std::string(word).size(), 13, "on (cluster, "), 0)
            << name << ": " << expr;
      }
    }
  }
}

TEST(AlertRules, HaveACaseThatFiresAndOneThatDoesNot) {
  std::set<std::string> fires;
  std::set<std::string> quiet;
  for (const YAML::Node& test : cases()) {
    for (const YAML::Node& expected : test["alert_rule_test"]) {
      (expected["exp_alerts"].size() > 0 ? fires : quiet)
          .insert(expected["alertname"].as<std::string>());
    }
  }
  for (const auto& [name, rule] : rules()) {
    EXPECT_TRUE(fires.contains(name)) << name << " never fires";
    EXPECT_TRUE(name == "HealdWatchdog" || quiet.contains(name)) << name << " always fires";
  }
}

// In a case that fires, a moment before it has lasted long enough.
TEST(AlertRules, WaitAsLongAsTheySay) {
  std::set<std::string> waited;
  for (const YAML::Node& test : cases()) {
    std::set<std::string> fires;
    std::set<std::string> quiet;
    for (const YAML::Node& expected : test["alert_rule_test"]) {
      (expected["exp_alerts"].size() > 0 ? fires : quiet)
          .insert(expected["alertname"].as<std::string>());
    }
    std::set_intersection(fires.begin(), fires.end(), quiet.begin(), quiet.end(),
                          std::inserter(waited, waited.end()));
  }
  for (const auto& [name, rule] : rules()) {
    EXPECT_TRUE(!rule["for"] || waited.contains(name)) << name << " may fire at once";
  }
}

TEST(AlertRules, SayHowBadItIsWhatHasHappenedAndWhatHelps) {
  for (const auto& [name, rule] : rules()) {
    EXPECT_THAT((std::vector<std::string>{"critical", "warning", "info", "none"}),
                testing::Contains(rule["labels"]["severity"].as<std::string>()))
        << name;
    const YAML::Node says = rule["annotations"];
    for (const char* annotation :
         {"summary", "description", "impact", "dashboard_url", "admin_url"}) {
      EXPECT_NE(says[annotation].as<std::string>(""), "") << name << ": " << annotation;
    }
    if (name == "HealdWatchdog") continue;
    EXPECT_THAT(says["description"].as<std::string>(), testing::HasSubstr("`healdctl ")) << name;
  }
}

// Of alerts and runbooks: a tired person types what stands there.
TEST(AlertRules, NameCommandsThatHealdctlHas) {
  const std::string manual = textOf(HEALD_SOURCE_DIR "/docs/healdctl.md");
  std::vector<std::string> files = {kAlerts + "heald.rules.yml"};
  for (const auto& page : std::filesystem::directory_iterator(kRunbooks)) {
    files.push_back(page.path());
  }
  int commands = 0;
  const std::regex command("(?:`|\\n)healdctl ([a-z-]+)");
  for (const std::string& file : files) {
    const std::string text = textOf(file);
    for (std::sregex_iterator it(text.begin(), text.end(), command), end; it != end; ++it) {
      EXPECT_TRUE(std::regex_search(manual, std::regex("\\| `" + it->str(1) + "[ `]")))
          << file << ": healdctl " << it->str(1);
      ++commands;
    }
  }
  EXPECT_GE(commands, 60);
}

TEST(AlertRules, HaveARunbookEachAndNoRunbookIsLeftOver) {
  std::set<std::string> pages;
  for (const auto& file : std::filesystem::directory_iterator(kRunbooks)) {
    pages.insert(file.path().filename());
  }
  pages.erase("README.md");
  for (const auto& [name, rule] : rules()) {
    EXPECT_EQ(rule["annotations"]["runbook_url"].as<std::string>(),
              "http://runbooks.example.org/" + name + ".md");
    EXPECT_EQ(pages.erase(name + ".md"), 1u) << name << " has no page in docs/runbooks";
  }
  EXPECT_THAT(pages, testing::IsEmpty());
}

}  // namespace
}  // namespace heald::test
