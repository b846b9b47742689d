#include "proof/bound.h"

#include <algorithm>
#include <utility>

namespace heald::proof {
namespace {

// The start of the n-th attempt.
std::optional<core::Duration> startOf(int n, const Starts& starts) {
  const auto index = static_cast<std::size_t>(n) - 1;
  return n > 0 && index < starts.size() ? std::optional(starts[index]) : std::nullopt;
}

// None of the derived starts is later than the exploration found possible. The exploration knows
// nothing of budgets, so they are left out here as well.
bool noneComesSooner(core::GovernorPolicy policy, const Starts& explored) {
  policy.budgets.clear();
  const auto derived = derivedStarts(policy);
  return !derived ||
         (derived->size() >= explored.size() && (*derived)[explored.size() - 1] <= explored.back());
}

}  // namespace

Bound boundOf(const core::GovernorPolicy& policy, std::size_t max_states) {
  Bound bound;
  bound.attempts = core::attemptBound(policy);
  bound.always_failing = alwaysFailing(policy);
  Explorer explorer(policy, {.max_states = max_states});
  bound.exploration = explorer.run();
  if (bound.exploration.complete) {
    bound.explored = explorer.earliestStarts();
  }
  const int most = bound.explored ? bound.exploration.most_attempts : bound.attempts;
  if (const auto derived = derivedStarts(policy)) {
    bound.least = startOf(most, *derived);
  } else if (bound.explored) {
    bound.least = startOf(most, withBudgets(*bound.explored, policy.budgets));
  }
  bound.confirmed = bound.explored && !bound.explored->empty() &&
                    bound.exploration.most_attempts <= bound.attempts &&
                    noneComesSooner(policy, *bound.explored);
  return bound;
}

}  // namespace heald::proof
