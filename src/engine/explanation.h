#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/explain.h"
#include "engine/snapshot.h"

namespace heald::engine {

// Something that stands before the governor: as long as it holds, the governor is not even asked
// (or, in observe mode, its yes starts nothing).
struct Obstacle {
  std::string
      word;  // "paused", "depends_on", "fleet", "approval", "observe_mode", "preventive_healing"
  std::string text;                     // one sentence
  std::optional<core::BootTime> until;  // of a pause; of a denial of the fleet's server
  std::string command = {};             // that ends it, where only that does
};

struct RemedyStanding {
  std::string remedy;
  std::vector<Obstacle> obstacles;  // none: the governor alone decides
};

// Why an attempt under one governor may start at `now`, or may not, with the values of the moment
// of the snapshot. Pure.
struct GovernorExplanation {
  core::Explanation governor;
  std::vector<RemedyStanding> remedies;  // those under it
};
GovernorExplanation explainGovernor(const Snapshot& snapshot, const GovernorView& governor,
                                    core::Now now);

// What the governor would answer now.
core::Verdict verdictOf(const Snapshot& snapshot, const GovernorView& governor, core::Now now);

// What stands before every governor, and so before permits too: observe mode of the whole of heald,
// and a pause of everything.
std::vector<Obstacle> commonObstacles(const Snapshot& snapshot, core::Now now);

}  // namespace heald::engine
