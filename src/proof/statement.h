#pragma once

#include <algorithm>
#include <initializer_list>

#include "proof/statements.h"

namespace heald::proof {

// What the sources of the statements share.

using Statement = const char*;  // one that does not hold
inline constexpr Statement kHolds = nullptr;

inline Statement unless(bool holds, Statement statement) {
  return holds ? kHolds : statement;
}

inline Statement firstOf(std::initializer_list<Statement> statements) {
  const auto broken =
      std::find_if(statements.begin(), statements.end(), [](Statement s) { return s != kHolds; });
  return broken == statements.end() ? kHolds : *broken;
}

// ACTIVE and CLOSED without a failure.
inline bool cleared(const core::GovernorState& state) {
  return state.consecutive_failures == 0 && state.breaker.failures == 0 &&
         state.breaker.state == core::BreakerState::kClosed && !state.dormant();
}

// "Result: an attempt has ended" of docs/governor.md.
Statement onResult(const Transition& step);

}  // namespace heald::proof
