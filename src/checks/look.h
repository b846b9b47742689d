#pragma once

#include <functional>

#include "checks/check.h"
#include "io/looks.h"

namespace heald::checks {

// One run of a check that looks at something which may hang in the kernel, for at most the check's
// timeout. `judge` owns all that it touches and does not throw.
void startLook(io::Services& services, const io::Looks::Place& place, const CheckRun& run,
               Check::Done done, std::function<CheckResult()> judge);

}  // namespace heald::checks
