#pragma once

#include "engine/setup.h"
#include "simulation/incidents.h"
#include "simulation/scenario.h"

namespace heald::simulation {

// What a replay asks of a check when the history knew something else of it, and when its next
// result came after what a human did, so that heald sees it then and not an interval later. No
// human did it.
inline constexpr const char* kLook = "look";

// The world that a history tells of, as a scenario for this configuration. What the configuration
// does not have is left out.
//
// - Checks find what the history says they were.
// - The n-th attempt of a remedy in an incident does what the n-th recorded one did; of a remedy
//   without a check it counts all. After the last comes the last again; without any it fails at
//   once. One that succeeded heals, until the check changes again.
// - Humans, flags, pauses, permits and alerts come when they came.
// - What fires is told again, as Alertmanager does: a moment after each human, flag and pause, and
//   often enough not to be forgotten before it was forgotten then.
Scenario replayOf(const History& history, const engine::Setup& setup);

}  // namespace heald::simulation
