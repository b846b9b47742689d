#pragma once

#include <istream>
#include <ostream>
#include <string>
#include <vector>

#include "ctl/exit_code.h"
#include "ctl/first_config.h"
#include "ctl/host_survey.h"
#include "ctl/token.h"

namespace heald::ctl {

struct ConfigInitOptions {
  std::string file;             // "-": to `out`
  FirstConfig chosen = {};      // by flags
  std::vector<int> ports = {};  // by flags, of this machine
  bool everything = false;      // all that was found, without a question
  bool may_ask = false;         // there is a human at a terminal
  bool as_json = false;
};

// Writes a first configuration of what is chosen: by flags, or by questions about what the host has
// (answers are read from `in`). A file that is there is never changed (kRefused). What is written
// is checked as `check-config --strict --host` would, before; what it says is printed. Then the
// next commands.
ExitCode initConfig(const ConfigInitOptions& options, const Host& host, const Lookup& environment,
                    std::istream& in, std::ostream& out, std::ostream& err);

}  // namespace heald::ctl
