#pragma once

#include <optional>
#include <vector>

#include "core/time.h"

namespace heald::core {

// At most `attempts` starts in any window of `per`: it stops what succeeds and relapses for ever.
struct BudgetPolicy {
  int attempts = 10;
  Duration per = std::chrono::hours(1);

  friend bool operator==(const BudgetPolicy&, const BudgetPolicy&) = default;
};

// Starts that lie in the window (now - per, now].
int attemptsInWindow(const std::vector<BootTime>& starts, Duration per, BootTime now);

// The first budget that has no attempt left, if any.
std::optional<BudgetPolicy> exhaustedBudget(const std::vector<BudgetPolicy>& budgets,
                                            const std::vector<BootTime>& starts, BootTime now);

// Drops the starts that no budget looks at any more.
void forgetOldStarts(std::vector<BootTime>& starts, const std::vector<BudgetPolicy>& budgets,
                     BootTime now);

}  // namespace heald::core
