#pragma once

#include <ostream>
#include <string>

#include "ctl/exit_code.h"
#include "ctl/token.h"

namespace heald::ctl {

inline constexpr const char* kDefaultConfigFile = "/etc/heald/heald.yml";

// Reads a file as the daemon would, and prints every problem (kRefused) or one line that counts
// what it defines. Needs no daemon; `environment` serves ${NAME} and FEATURE_*.
ExitCode checkConfig(const std::string& file, const Lookup& environment, std::ostream& out,
                     std::ostream& err);

// The JSON Schema of the configuration, for editors.
ExitCode printSchema(std::ostream& out);

}  // namespace heald::ctl
