#pragma once

#include <optional>

#include "ctl/console.h"
#include "ctl/status_text.h"
#include "ctl/terminal.h"

namespace heald::ctl {

struct StatusOptions {
  bool check = false;  // the state as exit code
  bool all = false;    // nothing is folded
  StatusChoice choice;
  std::optional<TerminalSize> terminal;  // none: no line is broken, and nothing is folded
};

// `healdctl status`. kNotFound when patterns match nothing.
ExitCode showStatus(const Console& console, const StatusOptions& options);

}  // namespace heald::ctl
