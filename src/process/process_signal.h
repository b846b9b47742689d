#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/time.h"
#include "io/cancel.h"
#include "io/looks.h"
#include "process/process_selector.h"

namespace heald::process {

struct SignalOrder {
  int signal = 15;
  bool orphans = false;  // only the orphans among those that are meant
  // Whether they are to end of it: then they are waited for.
  bool ends = true;
  std::optional<core::Duration> kill_after = {};  // from the signal to KILL for what is left
  core::Duration timeout = std::chrono::seconds(30);
};

// A signal reaches at most so many processes at one time, the oldest first: each needs a
// descriptor.
inline constexpr std::size_t kMaxSignalled = 256;

struct SignalReport {
  std::vector<pid_t> signalled;
  std::vector<pid_t> killed;     // by the KILL that followed
  std::vector<pid_t> surviving;  // when the time was over
  std::vector<pid_t> forbidden;  // no permission
  std::size_t left_out = 0;      // beyond kMaxSignalled
  bool cancelled = false;
  std::string problem;  // why none could be looked at, or ""
};

// Sends a signal to the processes that are meant. Each is pinned by a pidfd and looked at again
// before: one that has ended, is another program now or is no orphan any more gets none, whoever
// has its number. Process 1, heald itself, what heald runs and the processes that heald descends
// from never get one. Blocks until those that are to end have ended, or the time is over. Needs
// Linux 5.3.
SignalReport signalProcesses(io::Looks& looks, const ProcessSelector& selector,
                             const SignalOrder& order, const io::CancelToken& cancel);

}  // namespace heald::process
