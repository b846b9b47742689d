#pragma once

#include <string_view>
#include <vector>

#include "core/measurement.h"

namespace heald::checks {

// The performance data in the output of a Nagios plugin: what stands after the first "|" of its
// first line, and after the next "|" of the lines below it to the end
// (https://www.monitoring-plugins.org/doc/guidelines.html, 2.6). Each item is
// 'label'=value[unit][;warn;crit;min;max]; what is not such an item is left out, as are "U" for an
// unknown value, a label that was there already, and all beyond kMaxMeasurements. Pure.
//
// Values become base units: s, ms, us, ns are seconds; B, KB (1000), KiB (1024) and their like are
// bytes; % is a ratio of 0 to 1; a counter ("c") and every other unit stay as they are.
std::vector<core::Measurement> performanceData(std::string_view output);

}  // namespace heald::checks
