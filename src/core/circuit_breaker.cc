#include "core/circuit_breaker.h"

#include "core/invariant.h"

namespace heald::core {

std::string_view toString(BreakerState state) {
  switch (state) {
    case BreakerState::kClosed:
      return "CLOSED";
    case BreakerState::kOpen:
      return "OPEN";
    case BreakerState::kHalfOpen:
      return "HALF_OPEN";
    case BreakerState::kPermanentOpen:
      return "PERMANENT_OPEN";
  }
  return "PERMANENT_OPEN";
}

std::string_view toLabel(BreakerState state) {
  switch (state) {
    case BreakerState::kClosed:
      return "closed";
    case BreakerState::kOpen:
      return "open";
    case BreakerState::kHalfOpen:
      return "half_open";
    case BreakerState::kPermanentOpen:
      return "permanent_open";
  }
  return "permanent_open";
}

BreakerState CircuitBreaker::reads(BootTime now) const {
  return state == BreakerState::kOpen && now >= open_until ? BreakerState::kHalfOpen : state;
}

bool CircuitBreaker::admitsTrial(const BreakerPolicy& policy, BootTime now) const {
  return reads(now) == BreakerState::kHalfOpen &&
         half_open_admitted < policy.half_open_max_attempts;
}

void CircuitBreaker::admit(BootTime now) {
  if (reads(now) != BreakerState::kHalfOpen) {
    return;
  }
  if (state == BreakerState::kOpen) {
    change(BreakerState::kHalfOpen);
  }
  CHECK(state == BreakerState::kHalfOpen, "a trial is admitted in HALF_OPEN");
  ++half_open_admitted;
}

void CircuitBreaker::openUntil(BootTime deadline) {
  change(BreakerState::kOpen);
  open_until = deadline;
}

void CircuitBreaker::openPermanently() {
  change(BreakerState::kPermanentOpen);
}

void CircuitBreaker::close() {
  if (state != BreakerState::kClosed) {
    change(BreakerState::kClosed);
  }
  failures = 0;
}

void CircuitBreaker::change(BreakerState to) {
  state = to;
  ++generation;
  open_until = BootTime{};
  half_open_admitted = 0;
  half_open_succeeded = 0;
}

}  // namespace heald::core
