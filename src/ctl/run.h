#pragma once

#include <ostream>
#include <string>

#include "ctl/exit_code.h"
#include "ctl/token.h"

namespace heald::ctl {

// Everything of the process that healdctl looks at, so that tests can stand in for it.
struct Surroundings {
  std::ostream& out;
  std::ostream& err;
  Lookup environment;
  bool terminal = false;  // whether `out` is one: colours, unless NO_COLOR is set
  std::string actor;      // "alice@host"
};

// The whole program: reads the arguments, does one thing, says what happened.
int run(int argc, const char* const* argv, const Surroundings& surroundings);

}  // namespace heald::ctl
