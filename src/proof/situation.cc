#include "proof/situation.h"

#include <algorithm>
#include <numeric>

namespace heald::proof {
namespace {

using core::BreakerState;
using core::Duration;

constexpr std::uint64_t kEarlier = 1000;  // attempts that have ended before
constexpr std::uint64_t kEpoch = 10;
constexpr std::uint64_t kGeneration = 10;

std::size_t mix(std::size_t hash, std::size_t value) {
  return (hash ^ value) * 0x9E3779B97F4A7C15ULL + (hash >> 29);
}

Flight flightOf(const core::Ticket& ticket, const core::GovernorState& state) {
  return ticket.epoch != state.epoch                     ? Flight::kOutdated
         : ticket.generation != state.breaker.generation ? Flight::kLate
                                                         : Flight::kPresent;
}

void addFlying(core::GovernorState& state, int count, Flight flight) {
  for (int i = 0; i < count; ++i) {
    ++state.totals.attempts;
    state.in_flight.push_back({state.totals.attempts,
                               flight == Flight::kOutdated ? kEpoch - 1 : kEpoch,
                               flight == Flight::kPresent ? kGeneration : kGeneration - 1,
                               "remedy",
                               {}});
  }
}

}  // namespace

std::size_t SituationHash::operator()(const Situation& s) const {
  std::size_t hash = static_cast<std::size_t>(s.breaker) * 2 + (s.dormant ? 1 : 0);
  for (const std::int32_t value :
       {s.breaker_failures, s.failures, s.admitted, s.succeeded, s.since_fresh_start, s.trials}) {
    hash = mix(hash, static_cast<std::size_t>(value));
  }
  hash = mix(mix(hash, s.backoff), s.open);
  hash = mix(hash, static_cast<std::size_t>(s.present) << 32 |
                       static_cast<std::size_t>(s.late) << 16 | s.outdated);
  for (const std::uint32_t age : s.ages) {
    hash = mix(hash, age);
  }
  return hash;
}

Scale::Scale(const core::GovernorPolicy& policy, Duration tick, bool exact_budgets)
    : tick_(tick), exact_budgets_(exact_budgets) {
  for (const core::BudgetPolicy& budget : policy.budgets) {
    longest_window_ = std::max(longest_window_, budget.per);
  }
}

// Far enough from the clock's beginning for the start of any window.
core::Now Scale::now() {
  return {core::BootTime(std::chrono::hours(100'000)), core::WallTime(std::chrono::hours(490'000))};
}

core::GovernorState Scale::state(const Situation& s) const {
  const core::BootTime at = now().boot;
  core::GovernorState state;
  if (s.dormant) {
    state.dormancy = core::DormancyRecord{"before", {}, core::TriggeredBy::kAutomatic, {}};
  }
  state.breaker.state = s.breaker;
  state.breaker.failures = s.breaker_failures;
  state.breaker.generation = kGeneration;
  state.breaker.half_open_admitted = s.admitted;
  state.breaker.half_open_succeeded = s.succeeded;
  if (s.breaker == BreakerState::kOpen) {
    state.breaker.open_until = at + s.open * tick_;
  }
  state.consecutive_failures = s.failures;
  if (s.failures > 0) {
    state.next_allowed_at = at + s.backoff * tick_;
  }
  state.epoch = kEpoch;
  for (const std::uint32_t age : s.ages) {
    state.starts.push_back(at - age * tick_);
  }
  state.totals = {kEarlier, kEarlier / 2, kEarlier / 2};
  addFlying(state, s.present, Flight::kPresent);
  addFlying(state, s.late, Flight::kLate);
  addFlying(state, s.outdated, Flight::kOutdated);
  return state;
}

std::uint64_t Scale::remaining(core::BootTime deadline, core::BootTime now) const {
  return deadline <= now
             ? 0
             : static_cast<std::uint64_t>((deadline - now + tick_ - Duration{1}) / tick_);
}

Situation Scale::situation(const core::GovernorState& state, core::BootTime now) const {
  Situation s;
  s.dormant = state.dormant();
  s.breaker = state.breaker.state;
  s.breaker_failures = state.breaker.failures;
  s.failures = state.consecutive_failures;
  s.backoff = state.consecutive_failures > 0 ? remaining(state.next_allowed_at, now) : 0;
  s.open = s.breaker == BreakerState::kOpen ? remaining(state.breaker.open_until, now) : 0;
  s.admitted = state.breaker.half_open_admitted;
  s.succeeded = state.breaker.half_open_succeeded;
  for (const core::Ticket& ticket : state.in_flight) {
    const Flight flight = flightOf(ticket, state);
    ++(flight == Flight::kPresent ? s.present : flight == Flight::kLate ? s.late : s.outdated);
  }
  for (const core::BootTime start : state.starts) {
    if (exact_budgets_ && now - start < longest_window_) {
      s.ages.push_back(static_cast<std::uint32_t>((now - start) / tick_));
    }
  }
  return s;
}

std::uint64_t Scale::ticket(const Situation& s, Flight flight) {
  const std::uint64_t before_late = kEarlier + s.present;
  const std::uint64_t before_outdated = before_late + s.late;
  switch (flight) {
    case Flight::kPresent:
      return s.present > 0 ? kEarlier + 1 : 0;
    case Flight::kLate:
      return s.late > 0 ? before_late + 1 : 0;
    case Flight::kOutdated:
      return s.outdated > 0 ? before_outdated + 1 : 0;
  }
  return 0;
}

void Scale::forget(std::vector<std::uint32_t>& ages) const {
  std::erase_if(ages, [&](std::uint32_t age) { return age * tick_ >= longest_window_; });
}

Duration tickOf(const core::GovernorPolicy& policy, bool budgets) {
  Duration::rep tick = std::gcd(policy.backoff.base.count(), policy.backoff.max.count());
  tick = std::gcd(tick, policy.breaker.open_for.count());
  for (const core::BudgetPolicy& budget : policy.budgets) {
    tick = budgets ? std::gcd(tick, budget.per.count()) : tick;
  }
  return Duration(tick);
}

}  // namespace heald::proof
