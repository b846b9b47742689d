#pragma once

#include <string>
#include <vector>

#include "engine/setup.h"
#include "simulation/incidents.h"

namespace heald::simulation {

// What cannot be known, or is not played, of this history with this configuration. `now` is the
// history that the configuration would have written.
std::vector<std::string> remarksOn(const engine::Setup& setup, const History& then,
                                   const History& now);

}  // namespace heald::simulation
