#pragma once

#include <ostream>
#include <string>

#include "ctl/exit_code.h"
#include "ctl/token.h"

namespace heald::ctl {

inline constexpr const char* kDefaultConfigFile = "/etc/heald/heald.yml";

// The JSON Schema of the configuration, for editors.
ExitCode printSchema(std::ostream& out);

}  // namespace heald::ctl
