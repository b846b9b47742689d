#pragma once

#include <chrono>

namespace heald::door {

// A bucket of tokens, as golang.org/x/time/rate has it: full at first, one token more in each
// interval, at most `burst` of them. An interval of 0 limits nothing; a burst of 0 lets nobody in.
// For one thread.
class RateLimit {
 public:
  using Clock = std::chrono::steady_clock;

  RateLimit() = default;
  RateLimit(std::chrono::nanoseconds interval, int burst)
      : interval_(interval), burst_(burst), tokens_(burst) {}

  bool allow(Clock::time_point now);
  bool is(std::chrono::nanoseconds interval, int burst) const {
    return interval == interval_ && burst == burst_;
  }

 private:
  std::chrono::nanoseconds interval_{0};
  int burst_ = 0;
  double tokens_ = 0;
  Clock::time_point last_{};
};

}  // namespace heald::door
