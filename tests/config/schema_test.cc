#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "fake_kinds.h"

namespace heald::config {
namespace {

using nlohmann::json;

json schema() {
  return json::parse(configSchema(fakeKinds()));
}

TEST(Schema, IsDraft07AndAllowsNoOtherKeys) {
  EXPECT_EQ(schema()["$schema"], "http://json-schema.org/draft-07/schema#");
  EXPECT_EQ(schema()["additionalProperties"], false);
  EXPECT_EQ(schema()["properties"]["healing"]["additionalProperties"], false);
}

TEST(Schema, CarriesHelpDefaultsAndRanges) {
  const json percent = schema()["properties"]["healing"]["properties"]["storm_brake"]["properties"]
                               ["max_unhealthy_percent"];
  EXPECT_EQ(percent["default"], 50);
  EXPECT_EQ(percent["anyOf"][0]["maximum"], 100);
  EXPECT_EQ(percent["description"], "the share of unhealthy checks that still starts");
}

TEST(Schema, WantsExactlyOneKind) {
  const json check = schema()["properties"]["checks"]["items"];
  ASSERT_EQ(check["oneOf"].size(), 4U);
  EXPECT_EQ(check["oneOf"][0]["required"][0], "env");
  EXPECT_EQ(check["required"], json::array({"name"}));
}

TEST(Schema, KnowsTemplatesDefaultsAndSeveralChecks) {
  const json properties = schema()["properties"];
  EXPECT_EQ(properties["checks"]["items"]["properties"]["for_each"]["items"]["type"], "object");
  const json& defaults = properties["check_defaults"];
  EXPECT_FALSE(defaults.contains("oneOf"));
  EXPECT_FALSE(defaults["properties"].contains("name"));
  EXPECT_FALSE(defaults["properties"]["tcp"].contains("required"));
  EXPECT_TRUE(properties["remedy_defaults"]["properties"].contains("verify"));
  const json& check =
      properties["remedies"]["items"]["properties"]["when"]["properties"]["check"]["anyOf"];
  EXPECT_EQ(check[1]["type"], "array");
  EXPECT_EQ(properties["include"]["anyOf"][1]["type"], "array");
  const std::regex reference(
      properties["checks"]["items"]["properties"]["unhealthy_after"]["anyOf"][1]["pattern"]
          .get<std::string>());
  EXPECT_TRUE(std::regex_search("{{after}}", reference));
  EXPECT_TRUE(std::regex_search("${AFTER}", reference));
  EXPECT_FALSE(std::regex_search("{{.After}}", reference));
}

TEST(Schema, DemandsTheOptionsOfAKindWhereThereAreNoDefaults) {
  const json all = schema()["allOf"];
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0]["if"]["not"]["required"][0], "check_defaults");
  const json& kinds = all[0]["then"]["properties"]["checks"]["items"]["properties"];
  EXPECT_EQ(kinds["tcp"]["required"], json::array({"address"}));
  EXPECT_EQ(all[1]["if"]["not"]["required"][0], "remedy_defaults");
  const json& remedies = all[1]["then"]["properties"]["remedies"]["items"]["properties"];
  EXPECT_TRUE(remedies["steps"]["items"].contains("properties")) << "steps have kinds too";
  EXPECT_EQ(configSchema(fakeKinds()).find("demanded"), std::string::npos);
}

// An option that a default gives is not missing.
TEST(Schema, DemandsNoOptionThatADefaultMayGive) {
  const json properties = schema()["properties"];
  EXPECT_FALSE(properties["checks"]["items"]["properties"]["tcp"].contains("required"));
  EXPECT_EQ(properties["remedies"]["items"]["required"], json::array({"name"}));
}

TEST(Schema, DescribesDurationsByAPattern) {
  const json interval = schema()["properties"]["detection"]["properties"]["interval"];
  const std::regex pattern(interval["pattern"].get<std::string>());
  for (const char* good : {"5s", "1m30s", "1.5h", "${INTERVAL:-5s}"}) {
    EXPECT_TRUE(std::regex_search(good, pattern)) << good;
  }
  for (const char* bad : {"5", "5 s", "5 parsecs", "-5s", ""}) {
    EXPECT_FALSE(std::regex_search(bad, pattern)) << bad;
  }
}

}  // namespace
}  // namespace heald::config
