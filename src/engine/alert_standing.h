#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/snapshot.h"

namespace heald::engine {

// Where a remedy for alerts stands with what fires: for one value of its target label, or as a
// whole where it has none.
struct AlertStanding {
  std::string remedy;
  std::string target;  // "" where it keeps nothing apart
  std::string governor;
  std::size_t firing = 0;               // episodes
  std::string word;                     // a guard's or "paused": what holds the next attempt back
  std::optional<core::BootTime> until;  // when time alone ends that
  std::string message;                  // one sentence, without its full stop
  int badness = 0;                      // the order

  bool heldBack() const { return firing > 0 && !word.empty(); }
};

// All targets and all remedies for alerts without any, the worst first: what fires and only a human
// can let go on, then what time lets go on, then what is under way, then what is quiet. Pure.
std::vector<AlertStanding> alertStandings(const Snapshot& snapshot, core::Now now);

}  // namespace heald::engine
