#include "core/backoff.h"

#include <algorithm>

namespace heald::core {

Duration backoffDelay(const BackoffPolicy& policy, int consecutive_failures) {
  Duration delay = std::min(policy.base, policy.max);
  for (int n = 1; n < consecutive_failures && delay < policy.max; ++n) {
    delay = delay > policy.max / 2 ? policy.max : delay * 2;
  }
  return delay;
}

}  // namespace heald::core
