#pragma once

#include "config/fields.h"
#include "process/process_selector.h"

namespace heald::checks {

// `process`: how many processes of a kind there are, by command, user or pid file
// (io/process_selector.h). Critical when there are fewer than `min`, more than `max`, more orphans
// or more zombies than allowed. A zombie counts as zombie alone. Unknown when /proc or the pid file
// cannot be read, or when there is no such user.
config::Kind processKind();

// Of a process check, for process monitoring; nullptr when `check` is of another kind.
const process::ProcessSelector* selectorOf(const config::Part& check);

}  // namespace heald::checks
