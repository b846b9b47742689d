#pragma once

#include <string>

#include "simulation/record.h"

namespace heald::ctl {

// What has happened, line by line: the title, a table of moments, and one line that sums it up.
std::string timelineText(const simulation::Record& record, const std::string& title, bool colours);

// What was expected and is not so, each with its place, and one line that counts:
// "backup.yml: ok: 4 expectations hold".
std::string verdictsText(const simulation::Record& record, const std::string& file, bool colours);

}  // namespace heald::ctl
