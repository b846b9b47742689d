#include "app/builtin.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>

#include "config/config_reader.h"

namespace heald::app {
namespace {

const std::string kSource = HEALD_SOURCE_DIR;

std::string problemsOf(const std::string& path) {
  const auto unset = [](const std::string&) { return std::optional<std::string>(); };
  std::string text;
  for (const config::Problem& p : config::readConfigFile(path, builtinKinds(), unset).problems) {
    text += toString(p) + "\n";
  }
  return text;
}

std::string contentOf(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Builtin, TheSampleConfigurationIsReadWithoutAProblem) {
  EXPECT_EQ(problemsOf(kSource + "/config/heald.yml"), "");
}

TEST(Builtin, EveryExampleIsReadWithoutAProblem) {
  int count = 0;
  for (const auto& file : std::filesystem::directory_iterator(kSource + "/config/examples")) {
    if (file.is_directory()) continue;  // scenarios for them
    EXPECT_EQ(problemsOf(file.path()), "");
    ++count;
  }
  EXPECT_GE(count, 6);
}

TEST(Builtin, FortyChecksWithTheirRemediesTakeAboutFiftyLines) {
  const std::string path = kSource + "/config/examples/forty-services.yml";
  const auto unset = [](const std::string&) { return std::optional<std::string>(); };
  const auto read = config::readConfigFile(path, builtinKinds(), unset);
  ASSERT_TRUE(read.ok());
  const engine::Setup& setup = read.config.setup;
  EXPECT_EQ(setup.checks.size(), 40u);
  EXPECT_EQ(setup.remedies.size(), 40u);
  EXPECT_EQ(setup.checks[39].name, "taxes");
  EXPECT_EQ(setup.checks[39].interval, std::chrono::seconds(30));
  EXPECT_EQ(setup.remedies[39].name, "restart-taxes");
  EXPECT_EQ(setup.remedies[39].check, "taxes");
  EXPECT_EQ(setup.remedies[39].verify.within, std::chrono::minutes(1));
  int lines = 0;
  std::istringstream text(contentOf(path));
  for (std::string line; std::getline(text, line);) {
    if (!line.empty() && line[0] != '#') ++lines;
  }
  EXPECT_LE(lines, 55);
}

TEST(Builtin, MistakesInTheOptionsOfAKindAreReportedToTheLetter) {
  const std::filesystem::path folder = kSource + "/tests/testdata/config/invalid_kinds";
  const auto unset = [](const std::string&) { return std::optional<std::string>(); };
  int count = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() != ".yml") continue;
    auto expected = file.path();
    expected.replace_extension(".expected");
    const std::string name = file.path().filename();
    std::string text;
    for (const auto& p :
         config::readConfig(contentOf(file.path()), name, builtinKinds(), unset).problems) {
      text += toString(p) + "\n";
    }
    EXPECT_EQ(text, contentOf(expected));
    ++count;
  }
  EXPECT_GE(count, 3);
}

TEST(Unit, WritesNoCoreThatWouldHoldTheTokens) {
  const std::string unit = contentOf(kSource + "/packaging/heald.service");
  const std::size_t service = unit.find("\n[Service]\n");
  const std::size_t limit = unit.find("\nLimitCORE=0\n");
  ASSERT_NE(service, std::string::npos);
  ASSERT_NE(limit, std::string::npos);
  EXPECT_LT(service, limit);
  EXPECT_LT(limit, unit.find("\n[Install]\n"));
}

TEST(Builtin, NoKindIsThereTwice) {
  const config::Kinds kinds = builtinKinds();
  for (const auto& list : {kinds.checks, kinds.remedies, kinds.receivers}) {
    std::set<std::string> names;
    for (const config::Kind& kind : list) names.insert(kind.name);
    EXPECT_EQ(names.size(), list.size());
  }
}

using Options = std::map<std::string, std::set<std::string>>;  // by "checks" or "remedies"

// Adds "http.url" and so on; of a section ("disk.free") what is in it.
void addKeys(const std::string& path, const nlohmann::json& schema, std::set<std::string>& keys) {
  if (!schema.contains("properties")) {
    keys.insert(path);
    return;
  }
  for (const auto& [key, value] : schema["properties"].items()) {
    addKeys(path + "." + key, value, keys);
  }
}

// As the code describes them.
Options describedOptions() {
  const config::Kinds kinds = builtinKinds();
  const auto schema = nlohmann::json::parse(config::configSchema(kinds));
  Options options;
  for (const auto& [list, names] :
       {std::pair("checks", &kinds.checks), std::pair("remedies", &kinds.remedies)}) {
    const auto& items = schema.at("properties").at(list).at("items").at("properties");
    for (const config::Kind& kind : *names) {
      addKeys(kind.name, items.at(kind.name), options[list]);
    }
  }
  addKeys("otlp", schema.at("properties").at("telemetry").at("properties").at("otlp"),
          options["telemetry"]);
  const auto& notifications = schema.at("properties").at("notifications").at("properties");
  const auto& items = notifications.at("receivers").at("items").at("properties");
  for (const config::Kind& kind : kinds.receivers) {
    addKeys(kind.name, items.at(kind.name), options["receivers"]);
  }
  return options;
}

// The first column of the tables under "### Kinds of checks" and "### Kinds of remedies".
Options documentedOptions() {
  std::ifstream lines(kSource + "/docs/configuration.md");
  Options options;
  std::string list;
  for (std::string line; std::getline(lines, line);) {
    const std::string heading = "### Kinds of ";
    if (line.starts_with("#")) {
      list = line.starts_with(heading) ? line.substr(heading.size()) : "";
    }
    if (list.empty() || !line.starts_with("| `")) continue;
    options[list].insert(line.substr(3, line.find('`', 3) - 3));
  }
  return options;
}

TEST(Builtin, TheDocumentNamesEveryOptionOfEveryKindAndNoOther) {
  const Options described = describedOptions();
  EXPECT_GT(described.at("checks").size(), 10u);
  EXPECT_EQ(documentedOptions(), described);
}

}  // namespace
}  // namespace heald::app
