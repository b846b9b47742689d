#include "engine/escalation.h"

namespace heald::engine {

Escalation::Progress Escalation::of(const Remedy& remedy) const {
  if (remedy.spec.byAlert()) {
    const Episode* episode = episodeOf(remedy);
    return episode == nullptr || !episode->firing
               ? Progress{}
               : Progress{episode->failures, episode->step, episode->starts_at};
  }
  const Incident* incident = incidents_.find(remedy.spec.name);
  return incident == nullptr ? Progress{}
                             : Progress{incident->failures, incident->step, incident->since};
}

// A run by hand, or a preventive one, of a remedy whose check needs it not is in none.
bool Escalation::inIncident(const Remedy& remedy) const {
  return !remedy.spec.byAlert() &&
         (remedy.check < 0 || !remedy.spec.on.healed(checks_.health(remedy.check)));
}

Incident Escalation::beginning(const Remedy& remedy, core::Now now) const {
  const auto since = remedy.check >= 0 ? checks_.view(remedy.check).since : std::nullopt;
  return {remedy.spec.check, since.value_or(now.wall), 0, 0};
}

std::string Escalation::nameFor(const Remedy& remedy) const {
  const auto number = [](core::WallTime time) {
    return "/" + std::to_string(time.time_since_epoch().count());
  };
  const Episode* episode = episodeOf(remedy);
  if (episode != nullptr) {
    return "alert/" + remedy.spec.name + "/" + episode->fingerprint + number(episode->starts_at);
  }
  const Incident* incident = remedy.check >= 0 ? incidents_.find(remedy.spec.name) : nullptr;
  if (incident != nullptr) return "check/" + incident->check + number(incident->since);
  // A preventive run, or one by hand, which no incident asks for.
  return "attempt/" + governors_.list()[remedy.governor].name + "/" +
         std::to_string(remedy.attempt.number);
}

int Escalation::stepFor(const Remedy& remedy) const {
  const std::vector<int>& steps = remedy.spec.steps;
  const Progress progress = of(remedy);
  int step = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i] <= progress.failures || static_cast<int>(i) < progress.step) {
      step = static_cast<int>(i);
    }
  }
  return step;
}

std::string Escalation::reasonFor(const Remedy& remedy) const {
  if (remedy.check >= 0) {
    return checks_.view(remedy.check).message;
  }
  const Episode* episode = episodeOf(remedy);
  return episode ? "alert " + alertName(episode->labels) : "preventive run";
}

void Escalation::start(Remedy& remedy, core::Now now) {
  remedy.attempt.step = stepFor(remedy);
  if (remedy.spec.byAlert() && remedy.episode) {
    episodes_.reached(*remedy.episode, remedy.attempt.step + 1);
  } else if (inIncident(remedy)) {
    incidents_.started(remedy.spec.name, beginning(remedy, now), remedy.attempt.step + 1);
  }
}

void Escalation::end(const Remedy& remedy, core::Now now) {
  if (remedy.spec.byAlert()) {
    if (remedy.episode && remedy.attempt.ok && remedy.attempt.ceased) {
      episodes_.ceased(*remedy.episode, remedy.attempt.number, now);
    }
    if (remedy.episode) {
      episodes_.ended(*remedy.episode, remedy.attempt.number, remedy.attempt.ok);
    }
  } else if (!remedy.attempt.ok && inIncident(remedy)) {
    incidents_.failed(remedy.spec.name, beginning(remedy, now));
  } else if (remedy.attempt.ok && remedy.check < 0) {
    incidents_.succeeded(remedy.spec.name);
  }
}

void Escalation::endForeign(const Roster& roster, core::BootTime now) {
  const auto taken = [&](const std::string& name, const Incident& incident) {
    const int index = roster.indexOf(name);
    return index >= 0 && !roster[index].spec.byAlert() &&
           roster[index].spec.check == incident.check;
  };
  incidents_.keepOnly(taken, now);
}

}  // namespace heald::engine
