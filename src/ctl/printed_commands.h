#pragma once

#include <memory>

#include "ctl/invocation.h"
#include "ctl/run.h"

namespace heald::ctl {

// What healdctl prints of its own tables: `completion SHELL`; and hidden, as only scripts use them,
// `complete` (the candidates for a shell) and `man PAGE`. Lives as long as `app`.
class PrintedCommands {
 public:
  PrintedCommands(CLI::App& app, Invocation& chosen, const Process& at);
  ~PrintedCommands();

 private:
  struct Options;

  ExitCode complete() const;
  ExitCode printPage() const;

  const Process& at_;
  std::unique_ptr<Options> options_;
};

}  // namespace heald::ctl
