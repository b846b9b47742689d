#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/governor.h"

namespace heald::core {

// One guard at one moment: what it looks at, what would let an attempt pass, and whether it does.
struct GuardFinding {
  Guard guard = Guard::kFeatureFlag;
  bool passes = true;
  std::string value;              // "4 in 1h": one line, for people
  std::string threshold;          // "fewer than 10 in 1h": what lets an attempt pass
  std::optional<BootTime> until;  // when time ends it; only of a guard that fails

  friend bool operator==(const GuardFinding&, const GuardFinding&) = default;
};

// Why a governor says what it says: all guards in their order, not only the first that fails.
struct Explanation {
  std::vector<GuardFinding> guards;  // kGuardCount of them
  Verdict verdict;                   // exactly what Governor::ask answers
  // The first moment, from now on, at which it would say yes if nothing but time happens; nothing
  // when no time alone will do.
  std::optional<BootTime> earliest;
};

// Pure: a function of policy, state, gates and now. The values of the five gates are told as far as
// `Gates` knows them ("on", "reached"); who knows more replaces them.
Explanation explain(const Governor& governor, const Gates& gates, BootTime now);

}  // namespace heald::core
