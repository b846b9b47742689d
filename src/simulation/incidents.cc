#include "simulation/incidents.h"

#include <algorithm>

namespace heald::simulation {
namespace {

using engine::HistoryEntry;
using engine::HistoryKind;

core::CheckStatus statusOf(std::string_view health) {
  return health == "healthy"     ? core::CheckStatus::kOk
         : health == "unhealthy" ? core::CheckStatus::kCritical
                                 : core::CheckStatus::kUnknown;
}

std::vector<CheckChange>& changesIn(
    std::vector<std::pair<std::string, std::vector<CheckChange>>>& checks,
    const HistoryEntry& first) {
  for (auto& [name, changes] : checks) {
    if (name == first.check) return changes;
  }
  auto& added = checks.emplace_back(first.check, std::vector<CheckChange>{}).second;
  if (detailOf(first, "was") == "unhealthy") {
    added.push_back({{}, core::CheckStatus::kCritical, "before the history begins", {}});
  }
  return added;
}

void addIncidents(const std::string& check, const std::vector<CheckChange>& changes,
                  std::vector<Incident>& incidents) {
  std::optional<Incident> open;
  for (const CheckChange& change : changes) {
    if (!open && change.status == core::CheckStatus::kCritical) {
      open = Incident{check, change.at, std::nullopt};
    } else if (open && change.status == core::CheckStatus::kOk) {
      open->until = change.at;
      incidents.push_back(*std::exchange(open, std::nullopt));
    }
  }
  if (open) incidents.push_back(*open);
}

}  // namespace

std::string detailOf(const HistoryEntry& entry, std::string_view key) {
  for (const auto& [name, value] : entry.details) {
    const auto* text = std::get_if<std::string>(&value);
    if (name == key && text != nullptr) return *text;
  }
  return "";
}

std::vector<std::pair<std::string, std::vector<CheckChange>>> changesOf(const History& history) {
  std::vector<std::pair<std::string, std::vector<CheckChange>>> checks;
  for (const HistoryEntry& entry : history) {
    if (entry.kind != HistoryKind::kCheck || entry.check.empty()) continue;
    changesIn(checks, entry)
        .push_back({timeOf(entry), statusOf(entry.event), entry.message, core::Duration{}});
  }
  return checks;
}

std::vector<Incident> incidentsOf(const History& history) {
  std::vector<Incident> incidents;
  for (const auto& [check, changes] : changesOf(history)) addIncidents(check, changes, incidents);
  std::stable_sort(incidents.begin(), incidents.end(),
                   [](const Incident& a, const Incident& b) { return a.from < b.from; });
  return incidents;
}

}  // namespace heald::simulation
