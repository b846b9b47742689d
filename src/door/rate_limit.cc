#include "door/rate_limit.h"

#include <algorithm>

namespace heald::door {

bool RateLimit::allow(Clock::time_point now) {
  if (interval_.count() <= 0) return true;
  if (last_ != Clock::time_point{}) {
    const std::chrono::duration<double, std::nano> gone = now - last_;
    tokens_ =
        std::min<double>(burst_, tokens_ + gone.count() / static_cast<double>(interval_.count()));
  }
  last_ = now;
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

}  // namespace heald::door
