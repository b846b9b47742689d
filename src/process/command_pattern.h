#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "process/process_table.h"

namespace heald::process {

// Which processes are meant, by how they were called: "/opt/app/worker", "worker --queue mail",
// "python3 -m celery *".
//
// The pattern is the beginning of a command line, in whole words; `*` stands for any text, and
// nothing else is special. Anchored at the program, because what is found may be sent a signal: an
// editor that has /opt/app/worker open is no worker, and neither is /opt/app/worker2. Where an
// interpreter runs a script (sh, bash, dash, ash, ksh, zsh, python, perl, ruby, node, php, lua),
// the command line may also be read from the script on. A first word without '/' stands for a
// program of that name in any folder; one with '/' also finds a program that was called by a
// relative path, as far as heald may know what it runs.
class CommandPattern {
 public:
  explicit CommandPattern(std::string_view text);

  bool matches(const ProcessInfo& process) const;

  static constexpr std::size_t kMaxBytes = 256;

 private:
  bool matchesText(std::string_view command) const;
  bool matchesName(const std::string& name) const;

  std::string text_;
  bool any_folder_;
};

// What is wrong with it, in words for a configuration, or "".
std::string commandPatternProblem(const std::string& text);

// The script that an interpreter is given ("/opt/app/tool.sh" of "/bin/sh -e /opt/app/tool.sh"), or
// "".
std::string scriptOf(const std::vector<std::string>& command);

}  // namespace heald::process
