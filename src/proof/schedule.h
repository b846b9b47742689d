#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/governor.h"

namespace heald::proof {

// The moments, after the first, at which attempts start.
using Starts = std::vector<core::Duration>;

// The fastest way to core::attemptBound(policy) attempts without the counts being cleared and
// without a human, derived from the parameters alone. With H = 1 every attempt fails, from CLOSED
// on; with more, each trial but the last of a HALF_OPEN succeeds, from a breaker on trial on.
// Budgets push starts further apart. Nothing when attempts may overlap (C > 1): what is in flight
// meanwhile has no closed form.
std::optional<Starts> derivedStarts(const core::GovernorPolicy& policy);

// No start can be earlier than each of `starts` says, nor than the budgets allow: the earliest that
// are left.
Starts withBudgets(const Starts& starts, const std::vector<core::BudgetPolicy>& budgets);

// What a remedy comes to that fails always and at once and is wanted all the time: its attempts,
// one after the other, under the production governor, and why it ends.
struct AlwaysFailing {
  Starts starts;
  std::string reason;  // of the dormancy
};
AlwaysFailing alwaysFailing(const core::GovernorPolicy& policy);

}  // namespace heald::proof
