// A governor's state as it comes from the store: over a boot, and from a damaged row.
#include <algorithm>

#include "core/governor.h"

namespace heald::core {
namespace {

// Of saved counts: what is above comes from a damaged row, and would overflow.
constexpr int kMostCounted = 1'000'000'000;
constexpr std::uint64_t kMostNumbered = std::uint64_t{1} << 62;

bool sameBoot(const ClockStamp& saved, const ClockStamp& present) {
  return !saved.boot_id.empty() && saved.boot_id == present.boot_id;
}

Duration elapsedBetween(const ClockStamp& saved, const ClockStamp& present) {
  return std::max(Duration{0}, present.at.wall - saved.at.wall);
}

}  // namespace

BootTime rebased(BootTime deadline, const ClockStamp& saved, const ClockStamp& present) {
  if (sameBoot(saved, present)) {
    return deadline;
  }
  const Duration remained = std::max(Duration{0}, deadline - saved.at.boot);
  return present.at.boot + std::max(Duration{0}, remained - elapsedBetween(saved, present));
}

BootTime pastRebased(BootTime moment, const ClockStamp& saved, const ClockStamp& present) {
  if (sameBoot(saved, present)) {
    return moment;
  }
  const Duration age =
      std::max(Duration{0}, saved.at.boot - moment) + elapsedBetween(saved, present);
  return present.at.boot - age;
}

void rebase(GovernorState& state, const ClockStamp& saved, const ClockStamp& present) {
  if (sameBoot(saved, present)) {
    return;
  }
  state.next_allowed_at = rebased(state.next_allowed_at, saved, present);
  if (state.breaker.state == BreakerState::kOpen) {
    state.breaker.open_until = rebased(state.breaker.open_until, saved, present);
  }
  for (BootTime& start : state.starts) {
    start = pastRebased(start, saved, present);
  }
}

std::string inconsistency(const GovernorState& state) {
  const CircuitBreaker& breaker = state.breaker;
  if (!state.dormant() && breaker.state == BreakerState::kPermanentOpen) {
    return "active and PERMANENT_OPEN at once";
  }
  if (state.consecutive_failures < 0 || breaker.failures < 0 || breaker.half_open_admitted < 0 ||
      breaker.half_open_succeeded < 0) {
    return "a negative count";
  }
  if (std::max({state.consecutive_failures, breaker.failures, breaker.half_open_admitted}) >
          kMostCounted ||
      std::max({state.epoch, breaker.generation, state.totals.attempts}) > kMostNumbered) {
    return "a count beyond every limit";
  }
  if (breaker.half_open_succeeded > breaker.half_open_admitted) {
    return "more trials succeeded than were admitted";
  }
  for (const Ticket& ticket : state.in_flight) {
    if (ticket.id == 0 || ticket.id > state.totals.attempts || ticket.epoch > state.epoch) {
      return "an attempt in flight that was never started";
    }
  }
  return "";
}

}  // namespace heald::core
