#pragma once

#include <cstdint>

#include "engine/event.h"
#include "engine/output.h"
#include "engine/setup.h"
#include "simulation/random.h"

namespace heald::simulation {

// Some worlds have remedies that need a permit of another heald, or governors that verify permits.
// By the seed alone, so that the others are what they were before there were such remedies.
engine::Setup& withPermits(engine::Setup& setup, std::uint64_t seed);
// After a reload, at times, no governor of theirs verifies permits any more.
void sometimesUnverified(engine::Setup& setup);

// A yes, a no that lasts or does not, or nothing for a while.
struct RandomAnswer {
  engine::FleetAnswered event;
  core::Duration takes{};
};
RandomAnswer randomAnswer(const engine::AskFleet& ask, Random& random);

}  // namespace heald::simulation
