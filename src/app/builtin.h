#pragma once

#include "config/config_reader.h"

namespace heald::app {

// The kinds of checks and remedies that this program knows: one explicit table. (Self-registration
// would be lost by the linker, which drops what nobody refers to from a static archive.)
config::Kinds builtinKinds();

}  // namespace heald::app
