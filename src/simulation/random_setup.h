#pragma once

#include "engine/setup.h"
#include "simulation/random.h"

namespace heald::simulation {

// Small configurations of every kind: checks that depend on each other, shared governors, limits at
// their edges, alerts with and without targets. Consistent, as the reader would have it.
engine::Setup randomSetup(Random& random);

// Some of the worlds, by their seed: steps and permits that a human has to approve.
engine::Setup& withApprovals(engine::Setup& setup, std::uint64_t seed);

// Another one for the same checks and governors, as a reload brings it.
engine::Setup changedSetup(const engine::Setup& setup, Random& random);

}  // namespace heald::simulation
