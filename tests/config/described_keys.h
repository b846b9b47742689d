#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace heald::config {

// The keys of the JSON Schema: "checks[].interval" -> its schema. Left out are options of kinds,
// and what repeats others: governors, check_defaults and remedy_defaults.
std::map<std::string, nlohmann::json> describedKeys();

// heald.yml with the marks taken off its commented defaults.
std::string sampleWithDefaults();

}  // namespace heald::config
