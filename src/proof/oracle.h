#pragma once

#include "core/governor.h"

namespace heald::proof {

// The specification once more, in other words, for the statements to compare with. Nothing here
// calls the governor, its breaker, its backoff or its budgets.

// The first guard of the table in docs/governor.md that fails, with what ends it.
core::Verdict expectedVerdict(const core::GovernorPolicy& policy, const core::GovernorState& state,
                              const core::Gates& gates, core::BootTime now);

// min(max, base * 2^(n-1)), for n > 0.
core::Duration expectedWait(const core::BackoffPolicy& policy, int failures);

// The attempts of the bound, min(N, P) * H + C - 1, that the present counts have used up.
int spentBy(const core::GovernorPolicy& policy, const core::GovernorState& state);

// Starts within (now - per, now].
int startsWithin(const std::vector<core::BootTime>& starts, core::Duration per, core::BootTime now);

}  // namespace heald::proof
