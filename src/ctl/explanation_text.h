#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace heald::ctl {

// The answer of /api/governors/{name}/explain for a terminal: the verdict and the earliest next
// attempt, every guard in its order, and what stands before the governor. Pure. `width`: columns of
// the terminal, to which the guards are fitted; 0: no limit.
std::string explanationText(const nlohmann::ordered_json& explanation, bool colours,
                            std::size_t width = 0);

}  // namespace heald::ctl
