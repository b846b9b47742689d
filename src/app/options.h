#pragma once

#include <optional>

#include "heald/daemon.h"

namespace heald::app {

// The daemon's command line, in the manner of the Prometheus components. Nothing when there is
// nothing to start (--help, --version, a mistake): then `exit_code` is what to return, and what
// there was to say has been said.
std::optional<DaemonOptions> parseOptions(int argc, char** argv, int& exit_code);

}  // namespace heald::app
