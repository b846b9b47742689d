#include "engine/incidents.h"

#include <algorithm>

namespace heald::engine {

Incident Incidents::orElse(const std::string& remedy, const Incident& begins) const {
  const Incident* known = find(remedy);
  return known != nullptr ? *known : begins;
}

void Incidents::started(const std::string& remedy, const Incident& begins, int step) {
  Incident after = orElse(remedy, begins);
  after.step = std::max(after.step, step);
  ledger_.propose(remedy, std::move(after));
}

void Incidents::failed(const std::string& remedy, const Incident& begins) {
  Incident after = orElse(remedy, begins);
  ++after.failures;
  ledger_.propose(remedy, std::move(after));
}

void Incidents::over(const std::string& remedy, core::BootTime now) {
  if (ledger_.contains(remedy)) {
    ledger_.see(remedy, std::nullopt);
    due_ = due_.value_or(now + kWritten);
  }
}

void Incidents::keepOnly(
    const std::function<bool(const std::string& remedy, const Incident&)>& taken,
    core::BootTime now) {
  for (const auto& [remedy, incident] : std::map<std::string, Incident>(ledger_.all())) {
    if (!taken(remedy, incident)) {
      over(remedy, now);
    }
  }
}

void Incidents::load(std::map<std::string, Incident> incidents) {
  ledger_.load(std::move(incidents));
  due_.reset();
}

void Incidents::write(Changes& changes) const {
  changes.incidents = ledger_.unwritten();
}

void Incidents::writeAll(Changes& changes) const {
  changes.incidents.assign(ledger_.all().begin(), ledger_.all().end());
}

void Incidents::keep(core::Now) {
  ledger_.keep();
  due_.reset();
}

}  // namespace heald::engine
