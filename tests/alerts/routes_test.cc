#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "support/command.h"

namespace heald::test {
namespace {

const std::string kConfig = HEALD_SOURCE_DIR "/alerts/alertmanager.yml";

std::string receiverOf(const std::string& alertname, const std::string& severity) {
  const CommandResult said =
      runCommand({"amtool", "config", "routes", "test", "--config.file=" + kConfig,
                  "alertname=" + alertname, "severity=" + severity});
  EXPECT_EQ(said.code, 0) << said.output;
  // The last line: before it may stand warnings about the version.
  const std::string lines = said.output.substr(0, said.output.find_last_not_of(" \n") + 1);
  return lines.substr(lines.rfind('\n') + 1);
}

TEST(AlertRoutes, AreAConfigurationOfAlertmanager) {
  const CommandResult judged = runCommand({"amtool", "check-config", kConfig});
  EXPECT_EQ(judged.code, 0) << judged.output;
  EXPECT_THAT(judged.output, testing::HasSubstr("1 templates"));
}

TEST(AlertRoutes, GoBySeverity) {
  EXPECT_EQ(receiverOf("HealdDormant", "critical"), "slack-critical");
  EXPECT_EQ(receiverOf("HealdCheckFailing", "warning"), "slack");
  EXPECT_EQ(receiverOf("HealdDormantByHand", "info"), "slack");
  EXPECT_EQ(receiverOf("HealdWatchdog", "none"), "dead-mans-switch");
  for (const char* name : {"HealdPaused", "HealdUnreachable", "HealdCheckNotHealed"}) {
    EXPECT_EQ(receiverOf(name, "none"), "nobody");
  }
}

// Healds of the same name in two clusters are not the same.
TEST(AlertRoutes, KeepClustersApart) {
  const YAML::Node config = YAML::LoadFile(kConfig);
  const auto has = [](const YAML::Node& labels) {
    const auto names = labels.as<std::vector<std::string>>();
    return std::find(names.begin(), names.end(), "cluster") != names.end();
  };
  EXPECT_TRUE(has(config["route"]["group_by"]));
  for (const YAML::Node& inhibition : config["inhibit_rules"])
    EXPECT_TRUE(has(inhibition["equal"]));
}

// Alerts that an inhibition names, but that no rule makes, would silence nothing.
TEST(AlertRoutes, InhibitAlertsThatExist) {
  std::string rules;
  for (const YAML::Node& group :
       YAML::LoadFile(HEALD_SOURCE_DIR "/alerts/heald.rules.yml")["groups"]) {
    for (const YAML::Node& rule : group["rules"]) {
      if (rule["alert"]) rules += rule["alert"].as<std::string>() + "\n";
    }
  }
  int named = 0;
  for (const YAML::Node& inhibition : YAML::LoadFile(kConfig)["inhibit_rules"]) {
    for (const char* side : {"source_matchers", "target_matchers"}) {
      for (const YAML::Node& matcher : inhibition[side]) {
        const auto text = matcher.as<std::string>();
        for (std::size_t at = text.find("Heald"); at != std::string::npos;
             at = text.find("Heald", at + 1)) {
          const std::string name = text.substr(at, text.find_first_of("|\"", at) - at);
          if (name == "Heald.+") continue;
          EXPECT_THAT(rules, testing::HasSubstr(name + "\n"));
          ++named;
        }
      }
    }
  }
  EXPECT_GE(named, 15);
}

}  // namespace
}  // namespace heald::test
