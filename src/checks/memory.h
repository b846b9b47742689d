#pragma once

#include <string_view>

#include "checks/check.h"
#include "checks/levels.h"

namespace heald::checks {

// `memory`: what the kernel says that programs can still get without swapping (`MemAvailable`), and
// the swap that is free. Of the machine, in a container as well. Critical below its limits, by
// default 5 % of the memory; swap has no limit of its own. A machine without swap is well.
config::Kind memoryKind();

struct MemoryLimits {
  Levels available{Levels::Unit::kBytes, Levels::Bad::kBelow, true, {}, "5%"};
  Levels swap{Levels::Unit::kBytes, Levels::Bad::kBelow, true, {}, {}};
};
// Judges the text of /proc/meminfo. Unknown when it lacks what is needed. Pure.
CheckResult judgeMemory(const MemoryLimits& limits, std::string_view meminfo);

}  // namespace heald::checks
