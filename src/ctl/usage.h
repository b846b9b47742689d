#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace heald::ctl {

// What is wrong with a command line, and what was probably meant:
//   unknown command "statsu" (did you mean "status"?)
//   pause: unknown option --reasno (did you mean --reason?)
std::string usageProblem(CLI::App& root, const CLI::ParseError& error);

// The help of one command by its words ("run", "check"), or of all without any. False when there
// is no such command: `text` says so.
bool helpFor(CLI::App& root, const std::vector<std::string>& words, std::string& text);

// The commands below `app` that can be run, with all their words: "run check".
std::vector<std::string> commandsOf(CLI::App& app);

}  // namespace heald::ctl
