#pragma once

#include "config/fields.h"

namespace heald::checks {

// `env`: an environment variable of heald, or a file, that must be there and not blank (an API key,
// say). Critical when it is missing or blank; unknown when the file is there and cannot be read.
// Looked at anew at each run. Nothing of the value is ever shown, not even its length.
config::Kind envKind();

}  // namespace heald::checks
