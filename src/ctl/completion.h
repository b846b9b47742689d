#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/command_table.h"

namespace heald::ctl {

// Where the values of an option or argument come from.
enum class ValueSource : std::uint8_t {
  kFree,         // only a human knows: a reason, a number
  kFile,         // the shell completes files
  kGovernor,     // names that a running heald has
  kRemedy,       // likewise
  kCheck,        // likewise
  kAny,          // governors, remedies and checks
  kFlag,         // kill switches
  kHistoryKind,  // kinds of the history, separated by commas
  kCommand,      // commands of healdctl
  kCommandLine,  // a program of the system, and then its own arguments
  kShell,        // bash, zsh, fish
};

// Of this argument of this command; nothing when completion.cc does not list it, which a
// test does not allow.
std::optional<ValueSource> valueSourceOf(const CommandEntry& command,
                                         const ArgumentEntry& argument);

struct Candidate {
  std::string text;
  std::string help;

  friend bool operator==(const Candidate&, const Candidate&) = default;
};

// The names that a running heald has of a kind (check, remedy, governor, flag); none without one.
using NamesOfKind = std::function<std::vector<std::string>(const std::string& kind)>;

// What may stand in the place of the last of `words`, which may be "" and is not complete. `words`
// are those behind the program's name. ":files" and ":commands" ask the shell for its own.
std::vector<Candidate> completionsOf(const CommandEntry& program,
                                     const std::vector<std::string>& words,
                                     const NamesOfKind& names);

// The script for bash, zsh or fish, which asks `healdctl complete`; nothing for another shell.
std::optional<std::string> completionScript(std::string_view shell);

}  // namespace heald::ctl
