#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/time.h"
#include "engine/setup.h"
#include "engine/snapshot.h"
#include "simulation/record.h"

namespace heald::simulation {

// What would happen under one governor from a snapshot of a running engine on, if nobody else did
// anything: the production engine goes on from the state that the snapshot shows, in virtual time,
// with the remedies of this governor, their checks and those that these depend on.
struct Question {
  std::string governor;  // of the snapshot; also of one target
  core::Duration lasts = std::chrono::hours(1);
  bool heals = false;  // the next attempt heals what is wrong; else every one fails
  enum class First : std::uint8_t { kNothing, kResume, kRetry, kReset };
  First first = First::kNothing;  // what a human does now
};

struct Foresight {
  Record record;                         // moments count from the snapshot
  std::string refused;                   // why what a human does first would be refused, or ""
  std::vector<std::string> assumptions;  // a sentence each
};

// The work is bounded, whatever the setup: Record::complete says whether it was enough. Pure.
inline constexpr std::uint64_t kMostForesightSteps = 100'000;
Foresight foresee(const engine::Setup& setup, const engine::Snapshot& present,
                  const Question& question);

}  // namespace heald::simulation
