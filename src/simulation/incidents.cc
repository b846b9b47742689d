#include "simulation/incidents.h"

#include <algorithm>
#include <map>

namespace heald::simulation {
namespace {

using engine::HistoryEntry;
using engine::HistoryKind;

core::CheckStatus statusOf(std::string_view health) {
  return health == "healthy"     ? core::CheckStatus::kOk
         : health == "warning"   ? core::CheckStatus::kWarning
         : health == "unhealthy" ? core::CheckStatus::kCritical
                                 : core::CheckStatus::kUnknown;
}

std::vector<CheckChange> beforeItsFirst(const HistoryEntry& entry) {
  const std::string was = detailOf(entry, "was");
  if (was != "unhealthy" && was != "warning") return {};
  return {{{}, statusOf(was), "before the history begins", {}}};
}

void addIncidents(const std::string& check, const std::vector<CheckChange>& changes,
                  std::vector<Incident>& incidents) {
  std::optional<Incident> open;
  for (const CheckChange& change : changes) {
    if (!open && change.status == core::CheckStatus::kCritical) {
      open = Incident{check, change.at, std::nullopt};
    } else if (open && (change.status == core::CheckStatus::kOk ||
                        change.status == core::CheckStatus::kWarning)) {
      open->until = change.at;
      incidents.push_back(*std::exchange(open, std::nullopt));
    }
  }
  if (open) incidents.push_back(*open);
}

}  // namespace

std::string familyOf(const HistoryEntry& entry) {
  const std::string suffix = "@" + entry.target;
  return !entry.target.empty() && entry.governor.ends_with(suffix)
             ? entry.governor.substr(0, entry.governor.size() - suffix.size())
             : entry.governor;
}

std::string detailOf(const HistoryEntry& entry, std::string_view key) {
  for (const auto& [name, value] : entry.details) {
    const auto* text = std::get_if<std::string>(&value);
    if (name == key && text != nullptr) return *text;
  }
  return "";
}

std::vector<std::pair<std::string, std::vector<CheckChange>>> changesOf(const History& history) {
  std::vector<std::pair<std::string, std::vector<CheckChange>>> checks;
  std::map<std::string, std::size_t> places;
  for (const HistoryEntry& entry : history) {
    if (entry.kind != HistoryKind::kCheck || entry.check.empty()) continue;
    const auto [place, is_new] = places.try_emplace(entry.check, checks.size());
    if (is_new) checks.emplace_back(entry.check, beforeItsFirst(entry));
    checks[place->second].second.push_back(
        {timeOf(entry), statusOf(entry.event), entry.message, core::Duration{}});
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
