#pragma once

#include <string>

#include "heald/daemon.h"
#include "io/log.h"

namespace heald::app {

// What the daemon's options say of its log; what they name wrongly is the default.
io::LogFormat logFormatOf(const DaemonOptions& options);
io::LogLevel logLevelOf(const DaemonOptions& options);

// Why heald does not start, in its log, an entry at level error for each line of `reason`, and in
// the termination log.
void logStartFailure(const DaemonOptions& options, const std::string& reason);

}  // namespace heald::app
