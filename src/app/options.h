#pragma once

#include <optional>

#include "heald/daemon.h"

namespace CLI {
class App;
}  // namespace CLI

namespace heald::app {

// What the daemon takes, with its help: for parseOptions, and for the man page and the completion,
// which healdctl makes of it.
void describeOptions(CLI::App& app, DaemonOptions& options);

// The daemon's command line, in the manner of the Prometheus components. Nothing when there is
// nothing to start (--help, --version, a mistake): then `exit_code` is what to return, and what
// there was to say has been said.
std::optional<DaemonOptions> parseOptions(int argc, char** argv, int& exit_code);

}  // namespace heald::app
