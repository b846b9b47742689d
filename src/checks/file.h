#pragma once

#include "config/fields.h"

namespace heald::checks {

// `file`: a file that must be there (or must not), and how old and how large it may be. Its age is
// the time since it was last modified; one that was modified in the future has the age 0. A link
// stands for what it points to. Critical when it is not as wanted; unknown when heald may not look.
// The file is never opened, so a FIFO does no harm; a dead mount ends the run after its timeout.
config::Kind fileKind();

}  // namespace heald::checks
