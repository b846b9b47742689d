#pragma once

#include "config/mapping.h"
#include "config/model.h"

namespace heald::ctl {

// Warns of programs of commands that this machine does not have, or that nobody may run here
// ("program-missing", "program-not-executable"). A name without '/' is looked for where heald
// looks.
void lintPrograms(const config::Config& config, config::Mapping& file);

}  // namespace heald::ctl
