#include "engine/incidents.h"

#include <algorithm>

namespace heald::engine {

const Incident* Incidents::find(const std::string& remedy) const {
  const auto found = incidents_.find(remedy);
  return found == incidents_.end() ? nullptr : &found->second;
}

void Incidents::started(const std::string& remedy, const Incident& begins, int step) {
  const Incident* known = find(remedy);
  Incident after = known != nullptr ? *known : begins;
  after.step = std::max(after.step, step);
  propose(remedy, std::move(after));
}

void Incidents::failed(const std::string& remedy, const Incident& begins) {
  const Incident* known = find(remedy);
  Incident after = known != nullptr ? *known : begins;
  ++after.failures;
  propose(remedy, std::move(after));
}

void Incidents::over(const std::string& remedy, core::BootTime now) {
  before_.erase(remedy);
  if (incidents_.contains(remedy)) {
    put(remedy, std::nullopt);
    due_ = due_.value_or(now + kWritten);
  }
}

void Incidents::keepOnly(
    const std::function<bool(const std::string& remedy, const Incident&)>& taken,
    core::BootTime now) {
  for (const auto& [remedy, incident] : std::map<std::string, Incident>(incidents_)) {
    if (!taken(remedy, incident)) {
      over(remedy, now);
    }
  }
}

void Incidents::propose(const std::string& remedy, std::optional<Incident> after) {
  const Incident* known = find(remedy);
  before_.try_emplace(remedy, known != nullptr ? std::optional(*known) : std::nullopt);
  put(remedy, std::move(after));
}

void Incidents::put(const std::string& remedy, std::optional<Incident> incident) {
  unwritten_.insert(remedy);
  if (incident) {
    incidents_.insert_or_assign(remedy, std::move(*incident));
  } else {
    incidents_.erase(remedy);
  }
}

std::vector<std::pair<std::string, std::optional<Incident>>> Incidents::changes() const {
  std::vector<std::pair<std::string, std::optional<Incident>>> changes;
  for (const std::string& remedy : unwritten_) {
    const Incident* now = find(remedy);
    changes.emplace_back(remedy, now != nullptr ? std::optional(*now) : std::nullopt);
  }
  return changes;
}

// A store that is written anew has none of those that are over.
std::vector<std::pair<std::string, std::optional<Incident>>> Incidents::everything() const {
  return {incidents_.begin(), incidents_.end()};
}

void Incidents::keep() {
  before_.clear();
  unwritten_.clear();
  due_.reset();
}

// What was seen stays so, and is still to be written.
void Incidents::undo() {
  for (auto& [remedy, incident] : before_) {
    put(remedy, std::move(incident));
  }
  before_.clear();
}

void Incidents::load(std::map<std::string, Incident> incidents) {
  incidents_ = std::move(incidents);
  before_.clear();
  unwritten_.clear();
  due_.reset();
}

}  // namespace heald::engine
