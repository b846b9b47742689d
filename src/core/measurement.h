#pragma once

#include <string>

namespace heald::core {

// A number that a run of a check measured, beside its status: the performance data of a plugin, or
// what a built-in check looked at. `value` is finite and in Prometheus' base units: seconds, bytes,
// a ratio of 0 to 1 for a percentage. `label` names it among those of its check, as the source
// wrote it; it is one line of valid UTF-8.
struct Measurement {
  std::string label;
  double value = 0;

  bool operator==(const Measurement&) const = default;
};

}  // namespace heald::core
