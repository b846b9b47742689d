#pragma once

#include <cstddef>
#include <optional>

#include "core/governor.h"
#include "proof/explorer.h"
#include "proof/schedule.h"

namespace heald::proof {

// What a policy promises: how many attempts there can be before a human must act, and how long they
// take at the least. "Can be" is the worst case over everything that may happen: attempts that
// succeed, fail late or are interrupted, and a world that wants an attempt at the worst moment.
// Counted from the last time that the counts were cleared (a verified success, sustained health) or
// a human acted.
struct Bound {
  int attempts = 0;  // derived: min(N, P) * H + C - 1
  // The least time from the start of the first to that of the last of them (of exploration's
  // most_attempts, when that is less); nothing when it could not be found out.
  std::optional<core::Duration> least;
  AlwaysFailing always_failing;

  // Every state that the production governor can reach under this policy, with its statements.
  // `complete` is false when there are too many, or when a statement does not hold.
  Exploration exploration;
  std::optional<Starts> explored;  // earliest starts; budgets are not in them
  // The exploration is complete, no state has more attempts than derived, and none comes sooner.
  bool confirmed = false;
};

inline constexpr std::size_t kMaxBoundStates = 500'000;

// Takes up to some seconds. Pure.
Bound boundOf(const core::GovernorPolicy& policy, std::size_t max_states = kMaxBoundStates);

}  // namespace heald::proof
