#pragma once

#include <vector>

#include "core/time.h"

namespace heald::simulation {

// Where a moment stands between 0 and 1. Each gap between two neighbouring moments is as wide as
// its logarithm; between them it is linear. So an axis on which most is waiting stays legible.
class TimeAxis {
 public:
  // Of the moments that matter; `end` is the last one, 0 the first.
  TimeAxis(std::vector<core::Duration> moments, core::Duration end);

  double at(core::Duration t) const;  // clamped to [0, 1]

 private:
  std::vector<core::Duration> moments_;
  std::vector<double> places_;
};

}  // namespace heald::simulation
