// Checks: one at a time, never in a burst, debounced; and what is unhealthy is not left alone.
#include <algorithm>

#include "simulation/referee.h"

namespace heald::simulation {

using core::Health;

namespace {

bool asks(const engine::RemedySpec& spec, Health health) {
  return (health == Health::kWarning && spec.on.warning) ||
         (health == Health::kUnhealthy && spec.on.critical);
}

}  // namespace

// A warning is good enough for what answers to critical alone.
bool Referee::healed(const engine::RemedySpec& spec, Health health) {
  return health == Health::kHealthy || (health == Health::kWarning && !spec.on.warning);
}

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
  const bool asked_for =
      std::any_of(setup_.remedies.begin(), setup_.remedies.end(),
                  [&](const auto& r) { return r.check == c.spec.name; }) ||
      std::any_of(setup_.governors.begin(), setup_.governors.end(),
                  [&](const auto& g) { return g.verify && g.verify->check == c.spec.name; });
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
  for (const engine::RemedySpec& spec : setup_.remedies) {
    const bool over = healed(spec, c.health) && !healed(spec, before);
    if (spec.check == c.spec.name && over) incidents_.erase(spec.name);
  }
}

std::optional<Duration> Referee::healedSince(const Check& c, const engine::RemedySpec& spec) {
  if (!healed(spec, c.health)) return std::nullopt;
  return spec.on.warning ? c.ok_since : c.mild_since;
}

void Referee::debounce(Check& c, Health last) {
  const bool gap = at_.time - c.last_result > 2 * c.spec.interval + c.spec.timeout;
  c.last = last;
  c.last_result = at_.time;
  const bool mild = last == Health::kHealthy || last == Health::kWarning;
  if (last != Health::kHealthy) c.ok_since.reset();
  if (!mild) c.mild_since.reset();
  if (last == Health::kHealthy && (gap || !c.ok_since)) c.ok_since = at_.time;
  if (mild && (gap || !c.mild_since)) c.mild_since = at_.time;
  c.recent.push_back(last);
  if (c.recent.size() > 1000) c.recent.erase(c.recent.begin(), c.recent.begin() + 500);
  const auto lasts = [&](int count, const std::vector<Health>& among) {
    const auto enough = static_cast<std::size_t>(count);
    return c.recent.size() >= enough &&
           std::all_of(c.recent.end() - count, c.recent.end(), [&](Health health) {
             return std::find(among.begin(), among.end(), health) != among.end();
           });
  };
  const int up = c.spec.unhealthy_after;
  const int down = c.spec.healthy_after;
  if (lasts(up, {Health::kUnhealthy})) c.critical = true;
  if (lasts(down, {Health::kHealthy, Health::kWarning})) c.critical = false;
  const bool bad = lasts(up, {Health::kWarning, Health::kUnhealthy});
  const bool good = lasts(down, {Health::kHealthy});
  if (bad || good) {
    c.judged = true;
    c.warns = bad;
  }
  if (!c.judged) return;
  c.health = c.critical ? Health::kUnhealthy : c.warns ? Health::kWarning : Health::kHealthy;
}

bool Referee::couldStart(const engine::RemedySpec& spec) const {
  if (spec.permit) return false;           // the fleet's server stands in the way, or may
  if (spec.needsApproval()) return false;  // or a human
  const auto governor = governors_.find(spec.governor);
  if (governor != governors_.end() && !governor->second.model.objection(at_.time).empty()) {
    return false;
  }
  for (const auto& [name, pause] : pauses_) {
    if (pause.roughly && (name.empty() || name == spec.name)) return false;
  }
  const auto busy = [&](const auto& entry) { return entry.second.remedy == spec.name; };
  return objection(spec.governor, spec.name).empty() && enabled(core::Feature::kAutoDetection) &&
         roomForOneMore() && std::none_of(attempts_.begin(), attempts_.end(), busy);
}

// Statement 6: it does not stick. After so many results that nothing stood in the way of, an
// attempt has begun.
void Referee::expectAStart(Check& c) {
  const auto could = [&](const engine::RemedySpec& spec) {
    return spec.check == c.spec.name && !spec.preventive && asks(spec, c.health) &&
           asks(spec, c.last) && couldStart(spec);
  };
  const bool due = std::any_of(setup_.remedies.begin(), setup_.remedies.end(), could);
  if (!due || c.due_results == 0) c.due_since = at_.time;
  c.due_results = due ? c.due_results + 1 : 0;
  const Duration interval = c.spec.follows_cycle ? setup_.detection.interval : c.spec.interval;
  const Duration since = at_.time - std::max(c.due_since, driven_since_);
  if (c.due_results > 8 && since > 4 * interval + std::chrono::minutes(2)) {
    fail("check " + c.spec.name +
         " asks for healing, nothing stands in the way, and nothing starts");
  }
}

}  // namespace heald::simulation
