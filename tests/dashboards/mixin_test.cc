// The ways in which others take over alerts/ and dashboards/: the mixin and Grafana's provisioning.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "support/command.h"
#include "support/temp_dir.h"

namespace heald::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

const std::string kMixinSource = HEALD_SOURCE_DIR;

// What the mixin, with `more` added to it, has under `field`.
json evaluated(const std::string& more, const std::string& field) {
  const CommandResult said =
      runCommand({"jsonnet", "-e",
                  "((import '" + kMixinSource + "/mixin.libsonnet') + {" + more + "})." + field});
  EXPECT_EQ(said.code, 0) << said.output;
  return json::parse(said.code == 0 ? said.output : "{}");
}

class Mixin : public testing::Test {
 protected:
  void SetUp() override {
    if (!haveProgram("jsonnet")) GTEST_SKIP() << "jsonnet is not installed";
  }
};

TEST_F(Mixin, HasTheDashboardsAsTheyAre) {
  const json dashboards = evaluated("", "grafanaDashboards");
  std::set<std::string> files;
  for (const auto& file : std::filesystem::directory_iterator(kMixinSource + "/dashboards")) {
    if (file.path().extension() != ".json") continue;
    files.insert(file.path().filename());
    std::ifstream in(file.path());
    EXPECT_EQ(dashboards.value(file.path().filename().string(), json()), json::parse(in))
        << file.path();
  }
  EXPECT_EQ(dashboards.size(), files.size());
}

TEST_F(Mixin, HasTheRulesAsTheyAre) {
  json groups = evaluated("", "prometheusRules").at("groups");
  const json alerts = evaluated("", "prometheusAlerts");
  for (const json& group : alerts.at("groups")) groups.push_back(group);
  const YAML::Node file = YAML::LoadFile(kMixinSource + "/alerts/heald.rules.yml")["groups"];
  ASSERT_EQ(groups.size(), file.size());
  int rules = 0;
  for (std::size_t g = 0; g < file.size(); ++g) {
    ASSERT_EQ(groups[g].at("rules").size(), file[g]["rules"].size());
    for (std::size_t r = 0; r < file[g]["rules"].size(); ++r, ++rules) {
      const json& rule = groups[g].at("rules")[r];
      for (const char* key : {"alert", "record", "expr", "for"}) {
        EXPECT_EQ(rule.value(key, ""), file[g]["rules"][r][key].as<std::string>(""));
      }
      for (const auto& annotation : file[g]["rules"][r]["annotations"]) {
        EXPECT_EQ(rule.at("annotations").at(annotation.first.as<std::string>()),
                  annotation.second.as<std::string>());
      }
    }
  }
  EXPECT_GE(rules, 45);
}

TEST_F(Mixin, TakesOtherThresholdsWaitsSeveritiesAndLabelsAndLeavesAlertsOut) {
  const json groups =
      evaluated(
          "_config+:: {selector: 'env=\"prod\"', clusterLabels: ['cluster', 'region'], alerts+: {"
          "HealdCheckFailing+: {'for': '30m', severity: 'critical'}, "
          "HealdApproachingDormancy+: {threshold: 0.9}, HealdAbsent+: {enabled: false}}}",
          "prometheusAlerts")
          .at("groups");
  std::map<std::string, json> alerts;
  for (const json& group : groups) {
    for (const json& rule : group.at("rules")) alerts[rule.at("alert")] = rule;
  }
  EXPECT_FALSE(alerts.contains("HealdAbsent"));
  EXPECT_EQ(alerts["HealdCheckFailing"].at("for"), "30m");
  EXPECT_EQ(alerts["HealdCheckFailing"].at("labels").at("severity"), "critical");
  EXPECT_THAT(alerts["HealdCheckFailing"].at("annotations").at("summary").get<std::string>(),
              HasSubstr(" for 30m"));
  EXPECT_THAT(alerts["HealdCheckFailing"].at("expr").get<std::string>(),
              HasSubstr("max by (cluster, region, namespace, job, instance, check) "
                        "(heald_check_health{env=\"prod\",health=\"unhealthy\"}) == 1"));
  EXPECT_THAT(alerts["HealdApproachingDormancy"].at("expr").get<std::string>(),
              HasSubstr(" > 0.9 "));
}

TEST_F(Mixin, PutsTheAddressesOfItsUserInAndStaysARuleFile) {
  const std::string mine =
      "_config+:: {grafanaUrl: 'https://g.test', runbookUrl: 'https://r.test', "
      "healdUrl: 'https://h.test'}";
  const std::string alerts = evaluated(mine, "prometheusAlerts").dump();
  const std::string dashboards = evaluated(mine, "grafanaDashboards").dump();
  for (const std::string& text : {alerts, dashboards}) {
    EXPECT_THAT(text, Not(HasSubstr("example.org")));
    EXPECT_THAT(text, HasSubstr("https://r.test/"));
    EXPECT_THAT(text, HasSubstr("https://h.test/"));
  }
  EXPECT_THAT(alerts, HasSubstr("https://g.test/d/heald-healing"));
  const TempDir dir;
  const CommandResult judged =
      runCommand({"promtool", "check", "rules", dir.write("rules.json", alerts)});
  EXPECT_EQ(judged.code, 0) << judged.output;
}

std::set<std::string> keysOf(const YAML::Node& map) {
  std::set<std::string> keys;
  for (const auto& entry : map) keys.insert(entry.first.as<std::string>());
  return keys;
}

// Grafana ignores a key that it does not know, so a mistake would go unnoticed.
TEST(Provisioning, UsesTheKeysThatGrafanaKnows) {
  const std::string folder = kMixinSource + "/dashboards/provisioning/";
  const YAML::Node provider = YAML::LoadFile(folder + "dashboards/heald.yml");
  EXPECT_EQ(provider["apiVersion"].as<int>(), 1);
  ASSERT_EQ(provider["providers"].size(), 1u);
  EXPECT_THAT(
      (std::set<std::string>{"name", "orgId", "type", "folder", "folderUid", "disableDeletion",
                             "updateIntervalSeconds", "allowUiUpdates", "options"}),
      testing::IsSupersetOf(keysOf(provider["providers"][0])));
  EXPECT_EQ(keysOf(provider["providers"][0]["options"]),
            (std::set<std::string>{"path", "foldersFromFilesStructure"}));

  const YAML::Node sources = YAML::LoadFile(folder + "datasources/prometheus.yml");
  EXPECT_EQ(sources["apiVersion"].as<int>(), 1);
  ASSERT_EQ(sources["datasources"].size(), 1u);
  EXPECT_EQ(sources["datasources"][0]["type"].as<std::string>(), "prometheus");
  EXPECT_THAT((std::set<std::string>{"name", "type", "access", "url", "uid", "isDefault",
                                     "editable", "jsonData"}),
              testing::IsSupersetOf(keysOf(sources["datasources"][0])));
  EXPECT_EQ(keysOf(sources["datasources"][0]["jsonData"]),
            (std::set<std::string>{"httpMethod", "timeInterval"}));
}

}  // namespace
}  // namespace heald::test
