#pragma once

#include "config/mapping.h"
#include "config/model.h"

namespace heald::ctl {

// Warns of programs of commands that this machine does not have, that nobody may run here, or that
// others than the user who asks may change ("program-missing", "program-not-executable",
// "program-not-yours"), of users that are not there, or that nobody but root can become
// ("user-unknown"), and of files that notifications or traces need and that are not there, or that
// everybody may read although they are secrets ("secret-file"). A name without '/' is looked for
// where heald looks.
void lintHost(const config::Config& config, config::Mapping& file);

}  // namespace heald::ctl
