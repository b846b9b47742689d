#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace heald::ctl {

// An entry of the history in one line: when, what, of what, why, and who. An output, where it is
// shown, follows in lines of its own, indented. Pure.
std::string historyText(const nlohmann::ordered_json& entry, bool colours);

}  // namespace heald::ctl
