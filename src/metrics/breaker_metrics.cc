#include <limits>

#include "metrics/sections.h"

namespace heald::metrics {
namespace {

using core::BreakerState;
using engine::GovernorView;

double retryAt(const engine::Snapshot& s, const core::CircuitBreaker& breaker, core::Now now) {
  switch (breaker.reads(now.boot)) {
    case BreakerState::kClosed:
    case BreakerState::kHalfOpen:  // its wait is over
      return 0;
    case BreakerState::kOpen:
      return seconds(wallOf(s, breaker.open_until));
    case BreakerState::kPermanentOpen:
      return std::numeric_limits<double>::infinity();
  }
  return std::numeric_limits<double>::infinity();
}

void addTransitions(const engine::Snapshot& s, Families& out) {
  const Family transitions = out.counter("circuit_breaker_transitions_total",
                                         "Changes of the breaker's state, by the new one.");
  eachExposed(transitions, s, [&](const GovernorView& g) {
    for (const BreakerState to : core::kBreakerStates) {
      double all = 0;
      for (const BreakerState from : core::kBreakerStates) {
        if (from == to) continue;
        const auto count = static_cast<double>(
            g.counters.transitions[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)]);
        all += count;
        if (s.full_metrics) {
          transitions.add({{"governor", g.name}, {"from", toLabel(from)}, {"to", toLabel(to)}},
                          count);
        }
      }
      if (!s.full_metrics) {
        transitions.add({{"governor", g.name}, {"to", toLabel(to)}}, all);
      }
    }
  });
}

void addResets(const engine::Snapshot& s, Families& out) {
  const Family resets =
      out.counter("circuit_breaker_resets_total", "Resets of the breaker by a human.");
  if (!s.full_metrics) {
    return addEachExposed(resets, s, [](const GovernorView& g) { return sum(g.counters.resets); });
  }
  eachExposed(resets, s, [&](const GovernorView& g) {
    resets.addCounts({{"governor", g.name}}, "forced", g.counters.resets,
                     [](std::size_t i) { return i == 0 ? "false" : "true"; });
  });
}

// What other families tell as well: an attempt that failed, and when the next may start.
void addTimes(const engine::Snapshot& s, core::Now now, Families& out) {
  addEachExposed(out.gauge("circuit_breaker_last_failure_timestamp_seconds",
                           "When an attempt failed last; 0 if never."),
                 s, [](const GovernorView& g) { return seconds(g.state.breaker.last_failure_at); });
  const Family retry =
      out.gauge("circuit_breaker_retry_timestamp_seconds",
                "When an open breaker lets a trial through; 0: no wait, +Inf: never by itself.");
  addEachExposed(retry, s, [&](const GovernorView& g) {
    // The wall clock may be set at any time.
    if (g.state.breaker.reads(now.boot) == BreakerState::kOpen) retry.holdsForThisPage();
    return retryAt(s, g.state.breaker, now);
  });
}

}  // namespace

void addBreakers(const engine::Snapshot& s, core::Now now, Families& out) {
  const Family state =
      out.gauge("circuit_breaker_state", "The state of the breaker; 1 for the present one.");
  eachExposed(state, s, [&](const GovernorView& g) {
    const BreakerState reads = g.state.breaker.reads(now.boot);
    if (reads == BreakerState::kOpen) state.holdsUntil(g.state.breaker.open_until);
    state.addStates({{"governor", g.name}}, "state", core::kBreakerStates, std::optional(reads),
                    [](BreakerState breaker) { return toLabel(breaker); });
  });
  addEachExposed(out.gauge("circuit_breaker_failures", "Failures that the breaker has counted."), s,
                 [](const GovernorView& g) { return g.state.breaker.failures; });
  addTransitions(s, out);
  addResets(s, out);
  if (s.full_metrics) addTimes(s, now, out);
}

}  // namespace heald::metrics
