#pragma once

#include <cstdint>
#include <optional>

#include "core/check_status.h"
#include "core/time.h"

namespace heald::engine {

// Which changes of a check's health the history tells. A check that flaps may fill it with nothing
// else, so at most kMost a minute are told; the next one after that says how many were left out,
// and what it tells is true again.
class HealthRecord {
 public:
  static constexpr int kMost = 10;

  struct Change {
    core::Health from;
    core::Health to;
    std::int64_t left_out = 0;
  };
  // After each run that says something, or says that it is unknown: the change to tell, if there is
  // one. The first is told also when it is unknown: that has a reason.
  std::optional<Change> observe(core::Health health, core::BootTime now);

 private:
  std::optional<core::Health> told_;  // none: nothing yet
  std::optional<core::Health> last_;
  core::BootTime window_{};
  int in_window_ = 0;
  std::int64_t left_out_ = 0;
};

}  // namespace heald::engine
