#pragma once

#include <string>

#include "ctl/console.h"

namespace heald::ctl {

// `healdctl explain NAME`: of a governor; of a remedy, a check or a target, the governors that
// decide about it, and it says which they are. A governor comes first where several things have the
// name. With as_json a line for each governor, as GET /api/governors/{name}/explain answers.
// `width`: columns of the terminal; 0: no limit.
ExitCode explain(const Console& console, const std::string& name, std::size_t width);

}  // namespace heald::ctl
