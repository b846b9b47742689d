#pragma once

#include <string>
#include <utility>
#include <vector>

namespace heald::test {

struct CommandResult {
  int code = -1;       // the exit code; 128 + the signal, as a shell says it; 127: not started
  std::string output;  // stdout and stderr together
};

// Runs a program to its end, with `input` on stdin and the environment of this process.
CommandResult runCommand(const std::vector<std::string>& command, const std::string& input = "");

// Whether PATH has this program.
bool haveProgram(const std::string& name);

}  // namespace heald::test
