#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace heald::ctl {

// The answer of /api/governors/{name}/explain for a terminal: the verdict and the earliest next
// attempt, every guard in its order, and what stands before the governor. Pure.
std::string explanationText(const nlohmann::ordered_json& explanation, bool colours);

}  // namespace heald::ctl
