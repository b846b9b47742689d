#pragma once

#include <istream>
#include <ostream>
#include <string>
#include <vector>

#include "ctl/exit_code.h"
#include "ctl/token.h"

namespace heald::ctl {

struct CheckConfigOptions {
  // Each a file, a pipe, "-" for the standard input, or a folder, which stands for every *.yml and
  // *.yaml in it (not below), each a configuration of its own.
  std::vector<std::string> files;
  bool strict = false;  // a warning fails
  bool host = false;    // look at this machine, too: whether the programs are there
  bool as_json = false;
  std::string termination_log = {};  // the mistakes go there as well, in 2,048 bytes; "": nowhere
};

// Reads configurations as the daemon would, and prints every mistake and every warning with its
// place, and for one without a mistake a line that counts what it defines. kBadFile with a mistake
// in any of them, kWarnings with a warning and `strict`. Needs no daemon; `environment` serves
// ${NAME} and FEATURE_*.
ExitCode checkConfig(const CheckConfigOptions& options, const Lookup& environment, std::istream& in,
                     std::ostream& out, std::ostream& err);

}  // namespace heald::ctl
