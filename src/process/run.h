#pragma once

#include <chrono>
#include <string>

#include "io/cancel.h"
#include "process/output.h"
#include "process/process.h"
#include "process/spawn.h"
#include "process/tree.h"

namespace heald::process {

// The parts of running a command, in the background and in the foreground.

ProcessResult runSupervised(const ProcessSpec& spec, const io::CancelToken& cancel);

ProcessResult notStarted(int error, std::string reason);
// "cannot start /x: No such file or directory"
ProcessResult cannotStart(const ProcessSpec& spec, int error);
ProcessResult cannotStart(const ProcessSpec& spec, const LaunchFailure& failure);
ProcessResult endedEarly(ProcessEnd end, const ProcessSpec& spec);
// As waitid() tells it: CLD_EXITED with an exit code, or else a signal.
ProcessResult endedByItself(int wait_code, int wait_status);

// Suspended time does not count, as the command did not run either.
using Deadline = std::chrono::steady_clock::time_point;
Deadline deadlineAfter(core::Duration wait);

enum class Wake { kReady, kTimeout, kCancelled };
// Takes output until `fd` is readable. A token that is never cancelled is CancelToken().
Wake takeUntil(int fd, Output& output, const io::CancelToken& cancel, Deadline deadline);

// Beyond this after its KILL, a process that the kernel holds on to is given up.
inline constexpr std::chrono::seconds kKillPatience(5);

// TERM to the tree, KILL after the grace, until nothing of it is alive. The output flows meanwhile.
void endTree(ProcessTree& tree, Output& output, core::Duration grace);

}  // namespace heald::process
