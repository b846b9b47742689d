#pragma once

#include <string>
#include <vector>

#include "core/time.h"
#include "ctl/console.h"

namespace heald::ctl {

// `healdctl exec`: a command under a governor of heald. Asks for a permit, runs the command,
// reports how it ended.
struct ExecOptions {
  std::string governor;
  std::string member;  // of the governor's fleet, for whom it is; "" without a fleet
  core::Duration deadline = std::chrono::minutes(10);
  // How long to wait while the denial is one that time or the end of another attempt ends.
  core::Duration wait{};
  // Run it without a permit when heald gives no answer, or cannot decide.
  bool run_unreachable = false;
  std::vector<std::string> command;
};

// What it returns beside the command's own exit code; docs/healdctl.md. From sysexits(3), and from
// timeout(1) and the shells.
inline constexpr int kExecNotAsked = 69;   // heald gave no answer that counts: not run
inline constexpr int kExecDenied = 75;     // not run: the guard is on stderr
inline constexpr int kExecDeadline = 124;  // ended because its permit was over
inline constexpr int kExecNotRunnable = 126;
inline constexpr int kExecNotFound = 127;

// The command's exit code, 128 + its signal, or one of the above. process::holdSignals() comes
// before.
int exec(const Console& console, const ExecOptions& options);

}  // namespace heald::ctl
