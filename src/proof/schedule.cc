#include "proof/schedule.h"

#include <algorithm>

#include "proof/oracle.h"

namespace heald::proof {

using core::Duration;

namespace {

// The earliest that the budgets let the next attempt start, after these.
Duration budgetsAllow(const Starts& starts, const std::vector<core::BudgetPolicy>& budgets) {
  Duration earliest{};
  for (const core::BudgetPolicy& budget : budgets) {
    const auto attempts = static_cast<std::size_t>(budget.attempts);
    if (starts.size() >= attempts) {
      earliest = std::max(earliest, starts[starts.size() - attempts] + budget.per);
    }
  }
  return earliest;
}

}  // namespace

std::optional<Starts> derivedStarts(const core::GovernorPolicy& policy) {
  if (policy.max_in_flight > 1) {
    return std::nullopt;
  }
  const core::BreakerPolicy& breaker = policy.breaker;
  const int failures = std::min(policy.max_consecutive_failures, breaker.permanent_open_threshold);
  const int trials = breaker.half_open_max_attempts;
  Starts starts;
  Duration at{};
  for (int n = 1; n <= failures; ++n) {
    for (int trial = 0; trial < trials; ++trial) {
      at = std::max(at, budgetsAllow(starts, policy.budgets));
      starts.push_back(at);
    }
    const bool opens = trials > 1 || n >= breaker.failure_threshold;
    at += std::max(expectedWait(policy.backoff, n), opens ? breaker.open_for : Duration{});
  }
  return starts;
}

Starts withBudgets(const Starts& starts, const std::vector<core::BudgetPolicy>& budgets) {
  Starts left;
  for (const Duration start : starts) {
    left.push_back(std::max(start, budgetsAllow(left, budgets)));
  }
  return left;
}

AlwaysFailing alwaysFailing(const core::GovernorPolicy& policy) {
  core::Governor governor(policy);
  const core::Now start{core::BootTime(std::chrono::hours(1)), {}};
  core::Now now = start;
  AlwaysFailing story;
  while (!governor.state().dormant()) {
    if (const auto ticket = governor.trigger({}, "remedy", now).ticket) {
      story.starts.push_back(now.boot - start.boot);
      governor.result(ticket->id, false, "", now);
    }
    now.boot = std::max(now.boot, governor.nextAllowedAt().value_or(now.boot));
  }
  story.reason = governor.state().dormancy->reason;
  return story;
}

}  // namespace heald::proof
