#include "core/budget.h"

#include <algorithm>

namespace heald::core {

int attemptsInWindow(const std::vector<BootTime>& starts, Duration per, BootTime now) {
  const auto inside = [&](BootTime start) { return now - start < per; };
  return static_cast<int>(std::count_if(starts.begin(), starts.end(), inside));
}

std::optional<BudgetPolicy> exhaustedBudget(const std::vector<BudgetPolicy>& budgets,
                                            const std::vector<BootTime>& starts, BootTime now) {
  for (const BudgetPolicy& budget : budgets) {
    if (attemptsInWindow(starts, budget.per, now) >= budget.attempts) {
      return budget;
    }
  }
  return std::nullopt;
}

void forgetOldStarts(std::vector<BootTime>& starts, const std::vector<BudgetPolicy>& budgets,
                     BootTime now) {
  Duration longest{0};
  for (const BudgetPolicy& budget : budgets) {
    longest = std::max(longest, budget.per);
  }
  std::erase_if(starts, [&](BootTime start) { return now - start >= longest; });
}

}  // namespace heald::core
