#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace heald::config {

// The keys of the JSON Schema: "checks[].interval" -> its schema. Options of kinds, and
// governors.*, which repeat governor_defaults, are left out.
std::map<std::string, nlohmann::json> describedKeys();

// heald.yml with the marks taken off its commented defaults.
std::string sampleWithDefaults();

}  // namespace heald::config
