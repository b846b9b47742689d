#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/history.h"
#include "simulation/scenario.h"

namespace heald::simulation {

// Entries in the order of their ids, on one timeline: `at` counts from its start and never goes
// back.
using History = std::vector<engine::HistoryEntry>;

inline core::Duration timeOf(const engine::HistoryEntry& entry) {
  return entry.at.time_since_epoch();
}

// A check was not healthy from `from` on until it was healthy again. What was unknown in between
// belongs to it. Without `until` it went on at the end.
struct Incident {
  std::string check;
  core::Duration from{};
  std::optional<core::Duration> until;

  bool holds(core::Duration at) const { return from <= at && (!until || at < *until); }
};

// In the order of their beginning. A check that was unhealthy before its first entry was so from
// the start of the timeline. A restart of heald ends no incident.
std::vector<Incident> incidentsOf(const History& history);

// What each check was found to be, by name.
std::vector<std::pair<std::string, std::vector<CheckChange>>> changesOf(const History& history);

// "restart" for an entry of "restart@db1".
std::string familyOf(const engine::HistoryEntry& entry);

// "" when there is no such detail, or it is no text.
std::string detailOf(const engine::HistoryEntry& entry, std::string_view key);

}  // namespace heald::simulation
