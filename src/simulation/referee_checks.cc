// Checks: one at a time, never in a burst, debounced; and what is unhealthy is not left alone.
#include <algorithm>

#include "simulation/referee.h"

namespace heald::simulation {

using core::Health;

const Referee::Check* Referee::check(const std::string& name) const {
  for (const Check& check : checks_) {
    if (check.spec.name == name) return &check;
  }
  return nullptr;
}

bool Referee::parentUnhealthy(const std::string& name) const {
  const Check* of = check(name);
  return of != nullptr &&
         std::any_of(of->spec.depends_on.begin(), of->spec.depends_on.end(),
                     [&](const std::string& parent) {
                       const Check* above = check(parent);
                       return (above != nullptr && above->health == Health::kUnhealthy) ||
                              parentUnhealthy(parent);
                     });
}

void Referee::checkStarted(const engine::StartCheck& start) {
  Check& c = checks_[static_cast<std::size_t>(start.check)];
  if (c.run != 0) fail("check " + c.spec.name + " runs twice at one time");
  if (start.run <= last_run_) fail("a run of check " + c.spec.name + " is given twice");
  last_run_ = c.run = start.run;
  const bool asked_for = std::any_of(setup_.remedies.begin(), setup_.remedies.end(),
                                     [&](const auto& r) { return r.check == c.spec.name; });
  if (asked_for || c.spec.follows_cycle) return;
  c.starts.push_back(at_.time);
  if (c.starts.size() > 4) c.starts.erase(c.starts.begin());
  // A late one shortens the next gap, and a human may ask for one: never four in one interval.
  if (c.starts.size() == 4 && c.starts[3] - c.starts[0] < c.spec.interval) {
    fail("check " + c.spec.name + " runs in a burst");
  }
}

void Referee::found(const engine::CheckFinished& event) {
  const auto index = static_cast<std::size_t>(event.check);
  if (index >= checks_.size() || checks_[index].run != event.run) return;
  Check& c = checks_[index];
  c.run = 0;
  const Health before = c.health;
  debounce(c, core::healthOf(event.status, c.spec.warning_is_healthy));
  lookAt(c);
  if (before == c.health || c.health != Health::kHealthy) return;
  for (const engine::RemedySpec& spec : setup_.remedies) {
    if (spec.check == c.spec.name) incidents_[spec.name + "@" + spec.governor] = 0;
  }
}

void Referee::debounce(Check& c, Health last) {
  const bool gap = at_.time - c.last_result > 2 * c.spec.interval + c.spec.timeout;
  c.last = last;
  c.last_result = at_.time;
  c.good = last == Health::kHealthy ? c.good + 1 : 0;
  c.bad = last == Health::kUnhealthy ? c.bad + 1 : 0;
  if (last != Health::kHealthy) {
    c.healthy_since.reset();
  } else if (gap || !c.healthy_since) {
    c.healthy_since = at_.time;
  }
  if (c.good >= c.spec.healthy_after) c.health = Health::kHealthy;
  if (c.bad >= c.spec.unhealthy_after) c.health = Health::kUnhealthy;
}

bool Referee::couldStart(const engine::RemedySpec& spec) const {
  const auto governor = governors_.find(spec.governor);
  if (governor != governors_.end() && !governor->second.model.objection(at_.time).empty()) {
    return false;
  }
  for (const auto& [name, pause] : pauses_) {  // of another boot: it may last longer
    if (pause.boot != at_.boot && (name.empty() || name == spec.name)) return false;
  }
  const auto busy = [&](const auto& entry) { return entry.second.remedy == spec.name; };
  return objection(spec.governor, spec.name).empty() && enabled(core::Feature::kAutoDetection) &&
         inFlight() < setup_.healing.max_concurrent &&
         std::none_of(attempts_.begin(), attempts_.end(), busy);
}

// Statement 6: it does not stick. After so many results that nothing stood in the way of, an
// attempt has begun.
void Referee::expectAStart(Check& c) {
  const auto could = [&](const engine::RemedySpec& spec) {
    return spec.check == c.spec.name && !spec.preventive && couldStart(spec);
  };
  const bool due = c.health == Health::kUnhealthy &&
                   std::any_of(setup_.remedies.begin(), setup_.remedies.end(), could);
  if (!due || c.due_results == 0) c.due_since = at_.time;
  c.due_results = due ? c.due_results + 1 : 0;
  const Duration interval = c.spec.follows_cycle ? setup_.detection.interval : c.spec.interval;
  const Duration since = at_.time - std::max(c.due_since, driven_since_);
  if (c.due_results > 8 && since > 4 * interval + std::chrono::minutes(2)) {
    fail("check " + c.spec.name + " is unhealthy, nothing stands in the way, and nothing starts");
  }
}

}  // namespace heald::simulation
