#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/time.h"

namespace heald::core {

struct BreakerPolicy {
  int failure_threshold = 3;                    // T: failures that open it
  Duration open_for = std::chrono::minutes(1);  // W: how long it stays open
  int half_open_max_attempts = 1;               // H: trials, and successes that close it
  int permanent_open_threshold = 10;            // P: failures that open it for good

  friend bool operator==(const BreakerPolicy&, const BreakerPolicy&) = default;
};

enum class BreakerState : std::uint8_t { kClosed, kOpen, kHalfOpen, kPermanentOpen };

inline constexpr BreakerState kBreakerStates[] = {BreakerState::kClosed, BreakerState::kOpen,
                                                  BreakerState::kHalfOpen,
                                                  BreakerState::kPermanentOpen};

// "CLOSED", "OPEN", "HALF_OPEN", "PERMANENT_OPEN": fixed names, in JSON and for people.
std::string_view toString(BreakerState state);
// "closed", "open", "half_open", "permanent_open": the word of the metric label.
std::string_view toLabel(BreakerState state);

// The breaker's durable state. It knows nothing of dormancy or backoff; the governor combines them.
//
// OPEN whose deadline has passed *reads* as HALF_OPEN everywhere, so there is no timer to lose; it
// becomes HALF_OPEN in the record when an attempt is let through. `generation` counts the changes
// of `state`: a result that carries an older one is late and closes nothing (after gobreaker).
struct CircuitBreaker {
  BreakerState state = BreakerState::kClosed;
  int failures = 0;  // bf; the status shows it as failureCount
  BootTime open_until{};
  int half_open_admitted = 0;
  int half_open_succeeded = 0;
  std::uint64_t generation = 0;
  std::optional<WallTime> last_failure_at;

  BreakerState reads(BootTime now) const;
  // Whether a trial may start; meaningful while it reads as HALF_OPEN.
  bool admitsTrial(const BreakerPolicy& policy, BootTime now) const;

  // An attempt starts. An expired OPEN becomes HALF_OPEN, and the trial is counted.
  void admit(BootTime now);
  void openUntil(BootTime deadline);
  void openPermanently();
  void close();

  friend bool operator==(const CircuitBreaker&, const CircuitBreaker&) = default;

 private:
  void change(BreakerState to);
};

}  // namespace heald::core
