#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace heald::ctl {

// The answer of /api/status for a terminal: the overall state first, then what is wrong and what
// helps, then the tables. Times are as of the answer, by the daemon's own clock. Pure.
std::string statusText(const nlohmann::ordered_json& status, bool colours);

// The kill switches with their layers: the answer of /api/flags.
std::string flagsText(const nlohmann::ordered_json& flags, bool colours);

}  // namespace heald::ctl
