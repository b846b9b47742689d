#pragma once

#include <optional>

#include "core/check_status.h"
#include "core/time.h"

namespace heald::engine {

// What the results of one check amount to. There are two lines, and each is debounced by itself: a
// result is at or above the first when it is a warning or critical, and at or above the second when
// it is critical. `unhealthy_after` consecutive results above a line cross it upwards,
// `healthy_after` below it downwards; an unknown result ends both streaks and crosses nothing. So
// warning, critical, warning with unhealthy_after 2 is a warning, and two critical results after it
// are unhealthy.
class Debounce {
 public:
  // `gap`: the result before this one is so old that nothing is known of the time between.
  void observe(core::Health result, int unhealthy_after, int healthy_after, bool gap,
               core::BootTime now);

  // Unhealthy above the second line, warning between them, healthy below both; unknown until enough
  // results have been seen.
  core::Health health() const;
  // Since when every result has been one that `on` calls healed, without a gap.
  std::optional<core::BootTime> healedSince(const core::AnswersTo& on) const;

 private:
  struct Line {
    int above = 0;  // consecutive results
    int below = 0;
    std::optional<bool> crossed;
    std::optional<core::BootTime> below_since;
  };
  static void observe(Line& line, bool known, bool above, int up_after, int down_after, bool gap,
                      core::BootTime now);

  Line warning_;
  Line critical_;
};

}  // namespace heald::engine
