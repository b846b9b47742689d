#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/time.h"
#include "process/process.h"

namespace heald::process {

// A command in the place of this program: it has this process's stdin, stdout, terminal, directory
// and environment, and its stderr comes out of this one as it is written.
struct ForegroundSpec {
  std::vector<std::string> command;  // a program without '/' is looked up in PATH
  std::vector<std::pair<std::string, std::string>> environment;  // added to this process's
  // On the boot clock. TERM to all that it has started, and KILL `kill_after` later.
  core::Duration timeout{};
  core::Duration kill_after = std::chrono::seconds(10);
  std::size_t tail_limit = 16 * 1024;  // bytes of stderr that are kept, from its end
};

struct ForegroundResult {
  ProcessEnd end = ProcessEnd::kNotStarted;
  int code = 0;        // as in ProcessResult
  std::string reason;  // likewise
  std::string tail;    // the end of stderr; bytes
};

// TERM, INT, HUP and QUIT are from here on for runForeground() to pass on, and for awaitSignal().
// Call it once, before any thread is made.
void holdSignals();
// Waits for one of them: its number, or 0 when `patience` is over.
int awaitSignal(core::Duration patience);

// Runs it to its end. A supervisor process stands in between, which ends everything that the
// command has started when the time is over or when this process dies, even by SIGKILL. What a
// command that ends by itself leaves running is left alone, as any shell does; after a signal it is
// ended. Signals held by holdSignals() are passed on, but for those that the terminal has sent to
// the command as well. One at a time; this process must have no other children.
ForegroundResult runForeground(const ForegroundSpec& spec);

}  // namespace heald::process
