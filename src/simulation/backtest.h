#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/time.h"
#include "engine/history.h"
#include "engine/setup.h"

namespace heald::simulation {

// What a configuration would have done with the incidents that a history recorded: the world of the
// history (replay.h) is played through the production engine, and both are counted in the same way.

struct Tally {
  std::size_t attempts = 0;  // started, permits included
  std::size_t dormant = 0;   // how often it became dormant
  std::optional<core::WallTime> first_dormant;
};

// A governor with all of its targets.
struct GovernorCompared {
  std::string governor;
  Tally then;
  std::optional<Tally> now;  // nothing: the configuration has no such governor
};

struct IncidentCompared {
  std::string check;
  core::WallTime from;
  std::optional<core::WallTime> until;  // nothing: it went on when the history ended
  std::size_t then = 0;                 // attempts that started in it for this check
  std::optional<std::size_t> now;       // nothing: the configuration has no such check
};

struct Backtest {
  core::WallTime from;  // the first entry
  core::WallTime until;
  std::size_t entries = 0;
  std::vector<GovernorCompared> governors;  // those of the configuration, then the others
  std::vector<IncidentCompared> incidents;  // by their beginning
  std::vector<std::string> remarks;         // what this history or configuration leaves open
};

inline constexpr core::Duration kLongestBacktest = std::chrono::hours(24 * 400);

// Entries in the order of their ids, one at least, all within kLongestBacktest. A wall clock that
// was set back stands still meanwhile. Pure.
Backtest backtest(const engine::Setup& setup, const std::vector<engine::HistoryEntry>& entries);

// What every backtest takes for granted, a sentence each.
const std::vector<std::string>& backtestAssumptions();

}  // namespace heald::simulation
