#pragma once

#include <array>
#include <string_view>

#include "checks/check.h"
#include "checks/levels.h"

namespace heald::checks {

// `load`: the load averages of this machine over 1, 5 and 15 minutes: how many processes run, wait
// for a processor, or for the disk. Critical above its limits; at least one has to be given.
// `per_cpu` (the default) divides by the processors that are online, so that one limit fits
// machines of every size.
config::Kind loadKind();

struct LoadLimits {
  std::array<Levels, 3> averages;  // over 1, 5 and 15 minutes
  bool per_cpu = true;
};
// Judges the text of /proc/loadavg on a machine with `cpus`. Unknown when it is not readable. Pure.
CheckResult judgeLoad(const LoadLimits& limits, std::string_view loadavg, long cpus);

}  // namespace heald::checks
