#pragma once

#include "config/fields.h"

namespace heald::checks {

// `exec`: a command after the Nagios convention, so that any Nagios plugin is a check: exit code 0
// is ok, 1 warning, 2 critical, 3 unknown; its first line without the performance data is the
// message. Too slow is critical; any other code, a signal or a program that cannot be started is
// unknown. With `nonzero_is_critical`, for a command that knows nothing of the convention (test,
// grep, curl), every code but 0 is critical. The command runs in a clean environment with
// HEALD_CHECK set to the check's name, and all it started is ended with it, also when heald is
// killed. As root heald may run it as another user.
config::Kind execKind();

}  // namespace heald::checks
