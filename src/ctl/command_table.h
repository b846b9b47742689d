#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace heald::ctl {

// One option or argument of a command, as --help describes it.
struct ArgumentEntry {
  std::vector<std::string> names;  // "-f", "--follow"; of an argument the one name, without dashes
  std::string help;
  std::string default_value;         // "": none
  std::vector<std::string> choices;  // the only values that it takes; empty: others, or none
  bool takes_value = false;          // false: a flag
  bool positional = false;
  bool required = false;
  bool many = false;  // an argument that takes all that follow
};

// A command, or the program itself.
struct CommandEntry {
  std::vector<std::string> words;  // "healdctl", "run", "check"
  std::string help;                // one sentence
  std::string footer;              // what --help says behind all, of the program alone
  std::vector<ArgumentEntry> arguments;
  std::vector<CommandEntry> commands;  // below it; one that has some does nothing itself

  std::string name() const;  // "healdctl run check"
};

// The table behind --help, for what is made of it: man pages and completion. Hidden commands are
// left out.
CommandEntry commandTableOf(CLI::App& app);
// Of the daemon, and of healdctl.
CommandEntry daemonTable();
CommandEntry operatorTable();

}  // namespace heald::ctl
