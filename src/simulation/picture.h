#pragma once

#include <string>

#include "simulation/record.h"

namespace heald::simulation {

// The record as an SVG document that needs nothing else: for each governor its attempts, waits,
// breaker and dormancy over time, and the health of the checks above them. Time is drawn so that
// every gap is as wide as its logarithm: what happens close together can be told apart, and hours
// of waiting do not push it aside. Light and dark follow the viewer.
std::string picture(const Record& record, const std::string& title);

}  // namespace heald::simulation
