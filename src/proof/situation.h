#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/governor.h"

namespace heald::proof {

// A governor's state without all that no decision depends on, so that there are finitely many: the
// clock is what remains of each deadline, in ticks; epochs and generations are told only as far as
// attempts in flight are of the present one; totals and texts are gone. Two facts about the path
// are added, because statements 4 and 5 are about it.
struct Situation {
  bool dormant = false;
  core::BreakerState breaker = core::BreakerState::kClosed;
  std::int32_t breaker_failures = 0;
  std::int32_t failures = 0;        // cf
  std::uint64_t backoff = 0;        // ticks that remain; 0 while cf = 0
  std::uint64_t open = 0;           // likewise, of OPEN
  std::int32_t admitted = 0;        // trials of the present HALF_OPEN
  std::int32_t succeeded = 0;       // likewise
  std::uint16_t present = 0;        // in flight, of the present epoch and generation
  std::uint16_t late = 0;           // of the present epoch, and of an older generation
  std::uint16_t outdated = 0;       // of an older epoch
  std::vector<std::uint32_t> ages;  // of recent starts, in ticks, oldest first; exact budgets only

  std::int32_t since_fresh_start = 0;  // attempts since the counts were cleared, or a human acted
  std::int32_t trials = 0;             // attempts admitted to the present HALF_OPEN, counted apart
  std::vector<std::uint32_t> counted_ages;  // as `ages`, counted apart

  friend bool operator==(const Situation&, const Situation&) = default;
};

struct SituationHash {
  std::size_t operator()(const Situation& situation) const;
};

// Which of a situation's attempts in flight is meant.
enum class Flight : std::uint8_t { kPresent, kLate, kOutdated };

// Turns situations into states of the production governor and back. `tick` divides every duration
// of the policy (tickOf).
class Scale {
 public:
  Scale(const core::GovernorPolicy& policy, core::Duration tick, bool exact_budgets);

  core::GovernorState state(const Situation& situation) const;
  // The facts about the path are left at 0.
  Situation situation(const core::GovernorState& state, core::BootTime now) const;
  // The ticket of an attempt in flight of that kind in state(situation); 0 when there is none.
  static std::uint64_t ticket(const Situation& situation, Flight flight);

  // Drops the ages that no budget looks at any more.
  void forget(std::vector<std::uint32_t>& ages) const;

  core::Duration tick() const { return tick_; }
  // The moment at which every situation is looked at.
  static core::Now now();

 private:
  std::uint64_t remaining(core::BootTime deadline, core::BootTime now) const;

  core::Duration tick_;
  core::Duration longest_window_{};
  bool exact_budgets_;
};

// The longest duration that divides backoff.base, backoff.max and breaker.open_for and, when
// `budgets` says so, every window of a budget.
core::Duration tickOf(const core::GovernorPolicy& policy, bool budgets);

}  // namespace heald::proof
