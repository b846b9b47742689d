#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "ctl/exit_code.h"
#include "ctl/token.h"

namespace heald::ctl {

struct SimulateOptions {
  std::string config;
  std::vector<std::string> scenarios;
  std::string svg;  // a file to draw the picture into; of one scenario
  bool as_json = false;
  bool quiet = false;  // expectations alone, without the timeline
};

// Plays scenarios on a configuration in virtual time, without a daemon: what has happened, and
// whether everything that was expected is true. kRefused when something is not, or a file is wrong;
// all mistakes of the files go to `err` with their places.
ExitCode simulate(const SimulateOptions& options, const Lookup& environment, bool colours,
                  std::ostream& out, std::ostream& err);

}  // namespace heald::ctl
