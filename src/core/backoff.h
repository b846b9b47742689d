#pragma once

#include "core/time.h"

namespace heald::core {

// Exponential backoff. The wait after the n-th consecutive failure is base * 2^(n-1), never more
// than max. The design's table, flow chart and sample status all say so (its formula line, 2^n, is
// the one that differs).
struct BackoffPolicy {
  Duration base = std::chrono::seconds(5);  // > 0
  Duration max = std::chrono::minutes(10);  // >= base

  friend bool operator==(const BackoffPolicy&, const BackoffPolicy&) = default;
};

// d(n) = min(max, base * 2^max(0, n-1)), saturating: no n overflows. At zero failures it is the
// base, which is what the status shows; nobody waits it.
Duration backoffDelay(const BackoffPolicy& policy, int consecutive_failures);

}  // namespace heald::core
