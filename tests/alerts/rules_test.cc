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
      EXPECT_TRUE(found.insert({rule["alert"].as<std::string>(), rule}).second) << rule["alert"];
    }
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

TEST(AlertRules, FireAndKeepQuietAsTheirCasesSay) {
  const CommandResult judged =
      runCommand({"promtool", "test", "rules", kAlerts + "heald.rules_test.yml"});
  EXPECT_EQ(judged.code, 0) << judged.output;
}

TEST(AlertRules, HaveACaseThatFiresAndOneThatDoesNot) {
  std::set<std::string> fires;
  std::set<std::string> quiet;
  for (const YAML::Node& test : YAML::LoadFile(kAlerts + "heald.rules_test.yml")["tests"]) {
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
  for (const YAML::Node& test : YAML::LoadFile(kAlerts + "heald.rules_test.yml")["tests"]) {
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
