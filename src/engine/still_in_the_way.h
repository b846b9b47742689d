#pragma once

#include <string>
#include <vector>

#include "engine/snapshot.h"

namespace heald::engine {

// Why the next attempt under a governor does not start now: an entry for each guard that fails, in
// the order of the guards, and then for each thing that stands before it, with the command that
// ends it. Of the values of the snapshot's moment. Pure.
std::vector<InTheWay> stillInTheWay(const Snapshot& snapshot, const GovernorView& governor,
                                    core::Now now);

// "backoff for another 5m after 4 consecutive failures (healdctl retry main --reason …)", or "".
std::string inOneLine(const std::vector<InTheWay>& all);

}  // namespace heald::engine
