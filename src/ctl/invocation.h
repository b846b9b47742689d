#pragma once

#include <functional>
#include <string>

#include "ctl/console.h"
#include "ctl/exit_code.h"

namespace CLI {
class App;
}  // namespace CLI

namespace heald::ctl {

// What the arguments have chosen to be done: one of the two functions.
struct Invocation {
  std::function<ExitCode(const Console&)> ask;  // with a running heald
  std::function<ExitCode()> offline;            // without one
  std::string problem;                          // why it cannot be done here; "": it can
  bool as_json = false;
  double timeout_seconds = 10;
};

// A command that asks heald, and that takes --json.
CLI::App* addCommand(CLI::App& parent, Invocation& chosen, const char* name, const char* help,
                     std::function<ExitCode(const Console&)> ask);
// A command that needs no heald.
CLI::App* addOfflineCommand(CLI::App& parent, Invocation& chosen, const char* name,
                            const char* help, std::function<ExitCode()> command);
// Of a duration on the command line: what is wrong with it, or "".
std::string lengthFault(const std::string& text);
// --json; once for each command.
void addJson(CLI::App& command, Invocation& chosen);

}  // namespace heald::ctl
