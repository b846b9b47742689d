#pragma once

#include <cstdint>

#include "core/time.h"
#include "engine/output.h"
#include "engine/setup.h"
#include "simulation/record.h"
#include "simulation/scenario.h"

namespace heald::simulation {

// Plays a scenario: the production engine with this configuration in virtual time, from a first
// start of heald until `run_for`. Deterministic; the same input gives the same record.
Record play(const engine::Setup& setup, const Scenario& scenario);

// Where a scenario begins that does not begin with a first start of heald.
struct Beginning {
  core::Now now;                 // of a machine that goes on
  engine::Saved saved;           // in boot time of that machine
  std::uint64_t most_steps = 0;  // events of the engine, after which it ends early
};
Record play(const engine::Setup& setup, const Scenario& scenario, const Beginning& beginning);

}  // namespace heald::simulation
