#pragma once

#include "checks/check.h"
#include "process/process.h"

namespace heald::checks {

// What the end of a Nagios plugin says: exit code 0 is ok, 1 warning, 2 critical, 3 unknown, and
// what stands before the performance data ("|") on its first line is the message; without one, how
// it ended. Too slow is critical; any other code, a signal or a program that cannot be started is
// unknown. Whatever bytes it printed, the message is one line of valid UTF-8. Its performance data
// are the measurements. Pure.
CheckResult judgePlugin(const process::ProcessResult& result);

// The same for a command that is no plugin: exit code 0 is ok, and any other critical.
CheckResult judgeCommand(const process::ProcessResult& result);

}  // namespace heald::checks
