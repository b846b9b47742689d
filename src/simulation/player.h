#pragma once

#include "engine/setup.h"
#include "simulation/record.h"
#include "simulation/scenario.h"

namespace heald::simulation {

// Plays a scenario: the production engine with this configuration in virtual time, from a first
// start of heald until `run_for`. Deterministic; the same input gives the same record.
Record play(const engine::Setup& setup, const Scenario& scenario);

}  // namespace heald::simulation
