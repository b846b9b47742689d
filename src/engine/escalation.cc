// The part of Healing that knows how far an incident has come, and which step an attempt runs: of a
// check (or of a remedy without one) in Incidents, of an alert in its Episode.
#include <algorithm>
#include <utility>

#include "engine/healing.h"

namespace heald::engine {

Healing::Progress Healing::progressOf(const Remedy& remedy) const {
  if (remedy.spec.byAlert()) {
    const Episode* episode = remedy.episode ? episodes_.find(*remedy.episode) : nullptr;
    return episode == nullptr || !episode->firing
               ? Progress{}
               : Progress{episode->failures, episode->step, episode->starts_at};
  }
  const Incident* incident = incidents_.find(remedy.spec.name);
  return incident == nullptr ? Progress{}
                             : Progress{incident->failures, incident->step, incident->since};
}

// A run by hand, or a preventive one, of a remedy whose check needs it not is in none.
bool Healing::inIncident(const Remedy& remedy) const {
  return !remedy.spec.byAlert() &&
         (remedy.check < 0 || !remedy.spec.on.healed(detection_.health(remedy.check)));
}

Incident Healing::incidentOf(const Remedy& remedy, core::Now now) const {
  const auto since = remedy.check >= 0 ? detection_.since(remedy.check) : std::nullopt;
  return {remedy.spec.check, since.value_or(now.wall), 0, 0};
}

// After so many failures of this incident; never one before the furthest that has started, as long
// as the configuration has it.
std::string Healing::incidentName(const Remedy& remedy) const {
  const auto number = [](core::WallTime time) {
    return "/" + std::to_string(time.time_since_epoch().count());
  };
  const Episode* episode = remedy.episode ? episodes_.find(*remedy.episode) : nullptr;
  if (episode != nullptr) {
    return "alert/" + remedy.spec.name + "/" + episode->fingerprint + number(episode->starts_at);
  }
  const Incident* incident = remedy.check >= 0 ? incidents_.find(remedy.spec.name) : nullptr;
  if (incident != nullptr) return "check/" + incident->check + number(incident->since);
  // A preventive run, or one by hand, which no incident asks for.
  return "attempt/" + governors_.name(remedy.governor) + "/" + std::to_string(remedy.attempt);
}

int Healing::stepFor(const Remedy& remedy) const {
  const std::vector<int>& steps = remedy.spec.steps;
  const Progress progress = progressOf(remedy);
  int step = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i] <= progress.failures || static_cast<int>(i) < progress.step) {
      step = static_cast<int>(i);
    }
  }
  return step;
}

void Healing::reachStep(Remedy& remedy, core::Now now) {
  remedy.step = stepFor(remedy);
  if (remedy.spec.byAlert() && remedy.episode) {
    episodes_.reached(*remedy.episode, remedy.step + 1);
  } else if (inIncident(remedy)) {
    incidents_.started(remedy.spec.name, incidentOf(remedy, now), remedy.step + 1);
  }
}

// What the result of an attempt means for the incident. That of a check ends when the check says
// so, and not before.
void Healing::proposeProgress(const Remedy& remedy, core::Now now) {
  if (remedy.spec.byAlert()) {
    if (remedy.episode && remedy.ok && remedy.ceased) {
      episodes_.ceased(*remedy.episode, remedy.attempt, now);
    }
    if (remedy.episode) {
      episodes_.ended(*remedy.episode, remedy.attempt, remedy.ok);
    }
  } else if (!remedy.ok && inIncident(remedy)) {
    incidents_.failed(remedy.spec.name, incidentOf(remedy, now));
  } else if (remedy.ok && remedy.check < 0) {
    incidents_.succeeded(remedy.spec.name);
  }
}

// One of a remedy that is not configured any more, or for another check.
void Healing::endForeignIncidents(core::BootTime now) {
  std::map<std::string, const RemedySpec*> specs;
  for (std::size_t i = 0; i < configured_; ++i) {
    specs[remedies_[i].spec.name] = &remedies_[i].spec;
  }
  const auto taken = [&](const std::string& name, const Incident& incident) {
    const auto found = specs.find(name);
    return found != specs.end() && !found->second->byAlert() &&
           found->second->check == incident.check;
  };
  incidents_.keepOnly(taken, now);
}

// Whether an alert whose last attempt has failed is to have another: its remedy tries again, and
// none is in flight for it.
bool Healing::goesOn(const EpisodeKey& key) const {
  const Episode* episode = episodes_.find(key);
  const int base = indexOf(key.remedy);
  if (episode == nullptr || !episode->firing || episode->failures == 0 || base < 0 ||
      !at(base).spec.alert.retry) {
    return false;
  }
  const auto instance = instances_.find({base, episode->target});
  if (!episode->target.empty() && instance == instances_.end()) {
    return false;
  }
  const Remedy& remedy = episode->target.empty() ? at(base) : at(instance->second);
  const auto& flying = governors_[remedy.governor].state().in_flight;
  return std::none_of(flying.begin(), flying.end(), [&](const core::Ticket& ticket) {
    return ticket.id == episode->attempt && ticket.remedy == key.remedy;
  });
}

void Healing::wakeEpisodes() {
  episodes_.wakeAll();
  for (const EpisodeKey& key : episodes_.failed()) {
    tryAgain(key);
  }
}

std::vector<std::string> Healing::checksUnder(int governor) const {
  std::vector<std::string> checks;
  if (static_cast<std::size_t>(governor) >= checks_of_governor_.size())
    return checks;  // a target's
  for (const Watched& watched : checks_of_governor_[static_cast<std::size_t>(governor)]) {
    checks.push_back(detection_.spec(watched.check).name);
  }
  return checks;
}

EndedBy Healing::whatEnds(int check, core::BootTime since) const {
  bool attempted = false;
  for (const int r : remedies_of_check_[static_cast<std::size_t>(check)]) {
    const Remedy& remedy = at(r);
    if (governors_[remedy.governor].state().dormant()) return EndedBy::kHuman;
    attempted = attempted || busy(remedy) || (remedy.healed_at && *remedy.healed_at >= since);
  }
  return attempted ? EndedBy::kRemedy : EndedBy::kItself;
}

}  // namespace heald::engine
