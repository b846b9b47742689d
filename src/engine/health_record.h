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
  // After each run: the change to tell, if there is one.
  std::optional<Change> observe(core::Health health, core::BootTime now);

 private:
  core::Health told_ = core::Health::kUnknown;
  core::Health last_ = core::Health::kUnknown;
  core::BootTime window_{};
  int in_window_ = 0;
  std::int64_t left_out_ = 0;
};

}  // namespace heald::engine
