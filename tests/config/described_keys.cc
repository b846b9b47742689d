#include "described_keys.h"

#include <sstream>

#include "fake_kinds.h"

namespace heald::config {
namespace {

bool isKind(const std::string& key) {
  const Kinds kinds = fakeKinds();
  for (const Kind& kind : kinds.checks) {
    if (kind.name == key) return true;
  }
  for (const Kind& kind : kinds.remedies) {
    if (kind.name == key) return true;
  }
  for (const Kind& kind : kinds.receivers) {
    if (kind.name == key) return true;
  }
  return false;
}

void collect(const nlohmann::json& mapping, const std::string& prefix,
             std::map<std::string, nlohmann::json>& keys) {
  for (const auto& [key, schema] : mapping.at("properties").items()) {
    if (prefix.empty() && key == "governors") {  // the other keys are those of governor_defaults
      const auto& own = schema.at("additionalProperties").at("properties");
      for (const std::string section : {"fleet", "verify"}) {
        collect(own.at(section), "governors.NAME." + section + ".", keys);
      }
      keys["governors.NAME.approval"] = own.at("approval");
    }
    const bool in_list = prefix.ends_with("[].");
    const bool repeats = key == "governors" || key == "check_defaults" || key == "remedy_defaults";
    if ((in_list && isKind(key)) || (prefix.empty() && repeats)) continue;
    const std::string path = prefix + key;
    if (schema.contains("properties")) {
      collect(schema, path + ".", keys);
      continue;
    }
    const bool top_list = path == "checks" || path == "remedies";
    if (!top_list) keys[path] = schema;
    if (schema.contains("items") && schema["items"].contains("properties")) {
      collect(schema["items"], path + "[].", keys);
    }
  }
}

// "#  limit: 10" and "#web:" are settings; "# Like this." is prose.
bool isSetting(const std::string& line) {
  if (line.size() < 2 || line[0] != '#') return false;
  return line[1] != ' ' || (line.size() > 2 && line[2] == ' ');
}

}  // namespace

std::map<std::string, nlohmann::json> describedKeys() {
  std::map<std::string, nlohmann::json> keys;
  collect(nlohmann::json::parse(configSchema(fakeKinds())), "", keys);
  return keys;
}

std::string sampleWithDefaults() {
  std::istringstream lines(contentOf(HEALD_SOURCE_DIR "/config/heald.yml"));
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    text += (isSetting(line) ? line.substr(1) : line) + "\n";
  }
  return text;
}

}  // namespace heald::config
