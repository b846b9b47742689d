#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "ctl/exit_code.h"
#include "ctl/terminal.h"
#include "ctl/token.h"

namespace heald::ctl {

// Everything of the process that healdctl looks at, so that tests can stand in for it.
struct Process {
  std::ostream& out;
  std::ostream& err;
  Lookup environment;
  bool terminal = false;  // whether `out` is one: colours, unless NO_COLOR or TERM=dumb says no
  std::string actor{};    // "alice@host"
  TerminalSize size{};    // of it

  bool colours() const {
    return terminal && environment("NO_COLOR").value_or("").empty() &&
           environment("TERM").value_or("") != "dumb";
  }
};

// The whole program: reads the arguments, does one thing, says what happened.
int run(int argc, const char* const* argv, const Process& process);

// Every command that it has, with all its words: "run check".
std::vector<std::string> commandTable();

}  // namespace heald::ctl
