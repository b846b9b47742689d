#include "simulation/governor_model.h"

#include <algorithm>

namespace heald::simulation {

using core::BreakerState;
using core::Duration;

namespace {

// d(n) = min(max, base * 2^(n-1)).
Duration waitAfter(const core::BackoffPolicy& policy, int failures) {
  const double doubled = static_cast<double>(policy.base.count()) *
                         static_cast<double>(1ull << std::clamp(failures - 1, 0, 40));
  const auto most = static_cast<double>(policy.max.count());
  return doubled >= most ? policy.max : Duration(static_cast<std::int64_t>(doubled));
}

}  // namespace

bool GovernorModel::budgetLeft(Duration now) const {
  for (const core::BudgetPolicy& budget : policy.budgets) {
    int inside = 0;
    for (const Duration start : starts) inside += now - start < budget.per ? 1 : 0;
    if (inside >= budget.attempts) return false;
  }
  return true;
}

bool GovernorModel::anyStartCounts(Duration now) const {
  for (const core::BudgetPolicy& budget : policy.budgets) {
    for (const Duration start : starts) {
      if (now - start < budget.per) return true;
    }
  }
  return false;
}

std::string GovernorModel::objection(Duration now) const {
  if (dormant) return "it is dormant";
  if (breaker == BreakerState::kPermanentOpen) return "it is PERMANENT_OPEN";
  if (static_cast<int>(in_flight.size()) >= policy.max_in_flight) return "too many are in flight";
  if (breaker == BreakerState::kOpen && now < open_until) return "it is OPEN";
  if (cf > 0 && now < allowed) return "its backoff lasts";
  if (breaker == BreakerState::kHalfOpen && admitted >= policy.breaker.half_open_max_attempts &&
      !stuck()) {
    return "HALF_OPEN has had its trials";
  }
  return budgetLeft(now) ? "" : "its budget is exhausted";
}

// Fewer trials are allowed than there were, and none is under way.
bool GovernorModel::stuck() const {
  return breaker == BreakerState::kHalfOpen && admitted >= policy.breaker.half_open_max_attempts &&
         std::none_of(in_flight.begin(), in_flight.end(),
                      [&](const Ticket& ticket) { return ticket.generation == generation; });
}

void GovernorModel::turn(BreakerState to, Duration until) {
  breaker = to;
  open_until = until;
  admitted = 0;
  succeeded = 0;
  ++generation;
}

void GovernorModel::clear() {
  cf = 0;
  bf = 0;
  if (breaker != BreakerState::kClosed) turn(BreakerState::kClosed);
}

void GovernorModel::admit(Duration now) {
  if (stuck()) turn(BreakerState::kOpen);
  if (breaker == BreakerState::kOpen) turn(BreakerState::kHalfOpen);
  if (breaker == BreakerState::kHalfOpen) ++admitted;
  Duration longest{};
  for (const core::BudgetPolicy& budget : policy.budgets) longest = std::max(longest, budget.per);
  std::erase_if(starts, [&](Duration start) { return now - start >= longest; });
  if (!policy.budgets.empty()) starts.push_back(now);
  ++totals.attempts;
  in_flight.push_back({totals.attempts, epoch, generation});
}

void GovernorModel::result(std::uint64_t id, bool ok, bool matched, Duration now) {
  const auto found = std::find_if(in_flight.begin(), in_flight.end(),
                                  [&](const Ticket& ticket) { return ticket.id == id; });
  const Ticket ticket = *found;
  in_flight.erase(found);
  ++(ok ? totals.successes : totals.failures);
  const bool current = ticket.generation == generation;
  if (ticket.epoch != epoch || dormant || (ok && !current)) return;
  if (ok) {
    const bool enough =
        breaker == BreakerState::kClosed || succeeded + 1 >= policy.breaker.half_open_max_attempts;
    if (!enough) ++succeeded;
    if (enough) clear();
    return;
  }
  ++cf;
  ++bf;
  allowed = now + waitAfter(policy.backoff, cf);
  const bool for_good = matched || bf >= policy.breaker.permanent_open_threshold;
  dormant = for_good || cf >= policy.max_consecutive_failures;
  if (for_good) turn(BreakerState::kPermanentOpen);
  if (dormant || (!current && breaker != BreakerState::kClosed)) return;
  if (breaker == BreakerState::kHalfOpen || bf >= policy.breaker.failure_threshold) {
    turn(BreakerState::kOpen, now + policy.breaker.open_for);
  }
}

void GovernorModel::recovered() {
  clear();
}

void GovernorModel::humanActed() {
  ++epoch;
  if (breaker == BreakerState::kHalfOpen) turn(BreakerState::kOpen, Duration::min());
}

void GovernorModel::resume() {
  dormant = false;
  cf = 0;
  starts.clear();
  if (breaker == BreakerState::kPermanentOpen) {
    bf = 0;
    turn(BreakerState::kOpen, Duration::min());
  }
  humanActed();
}

void GovernorModel::enterDormant() {
  dormant = true;
  humanActed();
}

void GovernorModel::reset() {
  bf = 0;
  if (breaker != BreakerState::kClosed) turn(BreakerState::kClosed);
  humanActed();
}

void GovernorModel::retry() {
  allowed = Duration::min();
  if (breaker == BreakerState::kOpen) open_until = Duration::min();
  humanActed();
}

int GovernorModel::bound() const {
  const int failures =
      std::min(policy.max_consecutive_failures, policy.breaker.permanent_open_threshold);
  return failures * policy.breaker.half_open_max_attempts + policy.max_in_flight - 1;
}

}  // namespace heald::simulation
