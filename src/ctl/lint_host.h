#pragma once

#include "config/mapping.h"
#include "config/model.h"

namespace heald::ctl {

// Warns of programs of commands that this machine does not have, that nobody may run here, or that
// others than the user who asks may change ("program-missing", "program-not-executable",
// "program-not-yours"), and of users that are not there, or that nobody but root can become
// ("user-unknown"). A name without '/' is looked for where heald looks.
void lintHost(const config::Config& config, config::Mapping& file);

}  // namespace heald::ctl
