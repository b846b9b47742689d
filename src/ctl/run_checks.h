#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/time.h"
#include "ctl/console.h"
#include "ctl/terminal.h"

namespace heald::ctl {

// `healdctl run check`: runs checks now and waits until each result is in.
struct RunChecksOptions {
  std::vector<std::string> names = {};
  bool all = false;
  bool no_wait = false;                           // for the results
  core::Duration wait = std::chrono::minutes(5);  // for all results
  // Where there is one, and room on it, a line for each check is kept up to date in place.
  // Otherwise there is a line for each result.
  std::optional<TerminalSize> terminal = {};
};

// kOk: every one is healthy. kDegraded: one is not, or does not know. kRefused: a result has not
// come in time, or heald was restarted. kNotFound: no such check; then none is run.
ExitCode runChecks(const Console& console, const RunChecksOptions& options);

}  // namespace heald::ctl
