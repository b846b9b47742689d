#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <set>
#include <string>

#include "config/reader.h"
#include "described_keys.h"
#include "fake_kinds.h"

namespace heald::config {
namespace {

const std::string kConfigFolder = HEALD_SOURCE_DIR "/config";

// The value at "checks[].interval" of the first check.
YAML::Node at(const YAML::Node& root, const std::string& path) {
  YAML::Node node = YAML::Clone(root);
  std::istringstream words(path);
  for (std::string word; std::getline(words, word, '.');) {
    const bool list = word.ends_with("[]");
    node.reset(node[list ? word.substr(0, word.size() - 2) : word]);
    if (list && node.IsSequence()) node.reset(node[0]);
    if (!node.IsDefined()) break;
  }
  return node;
}

std::string asText(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

void expectStates(const YAML::Node& node, const nlohmann::json& value, const std::string& path) {
  if (!value.is_array()) {
    EXPECT_EQ(node.Scalar(), asText(value)) << path;
    return;
  }
  ASSERT_EQ(node.size(), value.size()) << path;
  for (std::size_t i = 0; i < value.size(); ++i) EXPECT_EQ(node[i].Scalar(), asText(value[i]));
}

// Keys without one default that could be shown: examples stand in prose. Those for alerts are in
// config/examples/alertmanager.yml.
const std::set<std::string> kNotInSample = {"include",
                                            "checks[].for_each",
                                            "remedies[].for_each",
                                            "governors.NAME.verify.check",
                                            "governors.NAME.verify.after",
                                            "governors.NAME.verify.within",
                                            "web.token_file",
                                            "web.control_socket",
                                            "web.control.config_file",
                                            "web.metrics.config_file",
                                            "web.tokens",
                                            "web.tokens[].name",
                                            "web.tokens[].role",
                                            "web.tokens[].governors",
                                            "web.tokens[].file",
                                            "web.client_roles",
                                            "web.client_roles[].san",
                                            "web.client_roles[].role",
                                            "web.client_roles[].governors",
                                            "store.etcd.endpoints",
                                            "store.etcd.prefix",
                                            "store.etcd.lease",
                                            "store.etcd.name",
                                            "store.etcd.url",
                                            "store.etcd.username",
                                            "store.etcd.password_file",
                                            "store.etcd.ca_file",
                                            "store.etcd.cert_file",
                                            "store.etcd.key_file",
                                            "governors.NAME.fleet.members",
                                            "governors.NAME.fleet.members_file",
                                            "governors.NAME.fleet.at_once.percent",
                                            "governors.NAME.fleet.at_once.at_least",
                                            "governors.NAME.fleet.at_once.at_most",
                                            "notifications.instance",
                                            "notifications.page_url",
                                            "notifications.runbook_url",
                                            "notifications.receivers[].name",
                                            "notifications.receivers[].resolved",
                                            "notifications.receivers[].severity",
                                            "telemetry.otlp",
                                            "remedies[].permit.server",
                                            "remedies[].permit.governor",
                                            "remedies[].permit.member",
                                            "remedies[].permit.token_file",
                                            "remedies[].permit.ca_file",
                                            "remedies[].permit.deadline",
                                            "remedies[].steps",
                                            "remedies[].steps[].after_failures",
                                            "remedies[].steps[].approval",
                                            "governors.NAME.approval",
                                            "remedies[].when.alert",
                                            "remedies[].when.retry",
                                            "remedies[].target",
                                            "remedies[].targets",
                                            "remedies[].max_targets",
                                            "remedies[].labels",
                                            "windows",
                                            "windows[].name",
                                            "windows[].days",
                                            "windows[].from",
                                            "windows[].to",
                                            "windows[].time_zone",
                                            "windows[].remedies",
                                            "windows[].reason"};

TEST(Sample, StatesEveryKeyWithItsDefault) {
  const YAML::Node sample = YAML::Load(sampleWithDefaults());
  const auto keys = describedKeys();
  EXPECT_GT(keys.size(), 40U);
  for (const auto& [path, schema] : keys) {
    if (kNotInSample.contains(path)) continue;
    const YAML::Node node = at(sample, path);
    EXPECT_TRUE(node.IsDefined()) << path << " is not in config/heald.yml";
    const bool own = path == "remedies[].governor" || path == "checks[].name";
    if (node.IsDefined() && schema.contains("default") && !own) {
      expectStates(node, schema["default"], path);
    }
  }
}

TEST(Sample, MeansTheSameWithItsDefaultsTakenAway) {
  const Config shown = validConfig(sampleWithDefaults());
  const Config short_one = validConfig(contentOf(kConfigFolder + "/heald.yml"));
  const Config nothing = validConfig("checks: []\n");
  ASSERT_EQ(shown.setup.governors.size(), 1U);
  EXPECT_EQ(shown.setup.governors[0].policy, short_one.setup.governors[0].policy);
  core::GovernorPolicy policy = shown.setup.governors[0].policy;
  policy.resume_conditions = core::GovernorPolicy{}.resume_conditions;
  EXPECT_EQ(policy, core::GovernorPolicy{});
  EXPECT_EQ(shown.setup.features, nothing.setup.features);
  EXPECT_EQ(shown.web.token_file, nothing.web.token_file);
  ASSERT_EQ(shown.setup.remedies.size(), 1U);
  EXPECT_EQ(shown.setup.remedies[0].verify.within, short_one.setup.remedies[0].verify.within);
  EXPECT_EQ(shown.setup.checks[0].timeout, short_one.setup.checks[0].timeout);
}

TEST(Sample, RunsItsRemedyUnderTheMainGovernor) {
  const Config config = validConfig(contentOf(kConfigFolder + "/heald.yml"));
  ASSERT_EQ(config.setup.remedies.size(), 1U);
  EXPECT_EQ(config.setup.remedies[0].governor, "self-healing-main");
  EXPECT_EQ(config.setup.remedies[0].check, "api-key");
}

}  // namespace
}  // namespace heald::config
