// What may start, and what its end may be called.
#include <algorithm>
#include <utility>

#include "simulation/referee.h"

namespace heald::simulation {

using core::Health;

namespace {

// A result of the check that is older than this is not "immediately before" an attempt.
constexpr std::chrono::milliseconds kFresh{100};

std::string lowered(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return text;
}

bool noRetryHelps(const std::string& error) {
  const std::string text = lowered(error);
  return text.find("unauthorized") != std::string::npos ||
         text.find("no active api keys") != std::string::npos;
}

std::string valueOf(const engine::Labels& labels, const std::string& label) {
  for (const auto& [name, value] : labels) {
    if (name == label) return value;
  }
  return "";
}

std::string idOf(const engine::Labels& labels) {
  return valueOf(labels, "id");
}

}  // namespace

const engine::RemedySpec* Referee::remedy(const std::string& name) const {
  for (const engine::RemedySpec& spec : setup_.remedies) {
    if (spec.name == name) return &spec;
  }
  return nullptr;
}

void Referee::hear(const engine::ActionFinished& event) {
  for (auto& [key, attempt] : attempts_) {
    if (attempt.run != event.run || attempt.permit || attempt.action_ended) continue;
    attempt.action_ended = at_.time;
    attempt.action_ok = event.outcome == engine::ActionOutcome::kOk;
    attempt.matched = noRetryHelps(event.text + "\n" + event.output);
  }
}

// Whether an attempt may be said to have ended so, by what was seen of it.
bool Referee::mayEnd(const Key& key, const Attempt& attempt, bool ok) const {
  if (attempt.permit) return permitMayEnd(key, attempt, ok);
  if (attempt.lost) return !ok;
  const engine::RemedySpec* spec = remedy(attempt.remedy);
  if (spec == nullptr || (!attempt.recovering && !attempt.action_ended)) return false;
  if (!attempt.recovering && !attempt.action_ok) return !ok;
  if (spec->byAlert()) return alertMayEnd(attempt, *spec, ok);
  if (spec->check.empty()) return ok != attempt.recovering;
  return ok ? attempt.seen_healed : attempt.seen_ill;
}

// An alert that is forgotten is not resolved. One that fires in another episode was.
bool Referee::resolved(const Attempt& attempt) const {
  const auto known = alerted_.find(attempt.remedy + "/" + attempt.episode);
  return known != alerted_.end() && !attempt.forgotten &&
         (!known->second.firing || known->second.before != attempt.before);
}

void Referee::asked(const engine::AskAlert& ask) {
  for (auto& [key, attempt] : attempts_) {
    if (attempt.remedy == ask.key.remedy && attempt.episode == ask.key.identity) {
      attempt.asked = ask.run;
    }
  }
}

// That an alert does not fire any more is a resolution, too.
void Referee::hear(const engine::AlertAsked& event) {
  if (event.answer != engine::AlertAnswer::kGone) return;
  for (auto& [key, attempt] : attempts_) {
    if (attempt.asked != event.run) continue;
    attempt.ceased = true;
    episode_starts_.erase(attempt.remedy + "/" + attempt.episode);
  }
}

// An episode without a resolution in between gets one attempt, whatever else is told.
void Referee::hear(const engine::AlertsReceived& event) {
  for (const engine::Alert& alert : event.alerts) {
    if (alert.firing) continue;
    const std::string end = "/" + alert.fingerprint;
    std::erase_if(episode_starts_, [&](const auto& entry) { return entry.first.ends_with(end); });
  }
}

bool Referee::alertMayEnd(const Attempt& attempt, const engine::RemedySpec& spec, bool ok) const {
  if (!ok) return attempt.seen_ill;
  if (attempt.seen_healed || attempt.ceased || resolved(attempt)) return true;
  return !attempt.recovering && (spec.verify.within == Duration{} || attempt.episode.empty());
}

// What an alert is when its time is over, or its attempt's end, decides, whatever becomes of it
// later.
void Referee::watchAlerts() {
  for (auto& [key, attempt] : attempts_) {
    const engine::RemedySpec* spec = attempt.permit ? nullptr : remedy(attempt.remedy);
    if (spec == nullptr || !spec->byAlert()) continue;
    if (!attempt.recovering && !attempt.action_ended) continue;
    const bool over =
        attempt.recovering ||
        (!attempt.episode.empty() && at_.time - *attempt.action_ended >= spec->verify.within);
    attempt.seen_healed |= resolved(attempt);
    attempt.seen_ill |= over && !resolved(attempt);
  }
}

bool Referee::matched(const Attempt& attempt) const {
  const auto* report = event_ == nullptr ? nullptr : std::get_if<engine::ReportPermit>(event_);
  if (attempt.permit) {  // what is reported too late is not heard
    const bool heard = attempt.verifying || at_.time < attempt.deadline;
    return report != nullptr && heard && noRetryHelps(report->error);
  }
  return attempt.matched && !attempt.lost;  // that is interrupted, whatever it printed
}

// A check was looked at: whoever waits for it may end by that.
void Referee::lookAt(const Check& by) {
  for (auto& [key, attempt] : attempts_) {
    const engine::RemedySpec* spec = remedy(attempt.remedy);
    if (attempt.verifying) lookAtPermit(key, attempt, by);
    if (attempt.permit || spec == nullptr || spec->check != by.spec.name) continue;
    const bool healthy = healed(*spec, by.last);
    if (attempt.recovering) {
      (healthy ? attempt.seen_healed : attempt.seen_ill) = true;
      continue;
    }
    if (!attempt.action_ended || !attempt.action_ok) continue;
    const Duration since = at_.time - *attempt.action_ended;
    if (since < spec->verify.after) continue;
    attempt.seen_healed |= healthy && healed(*spec, by.health);
    attempt.seen_ill |= since >= spec->verify.within && !healthy;
  }
}

int Referee::inFlight() const {
  std::size_t count = 0;
  for (const auto& [name, governor] : governors_) count += governor.model.in_flight.size();
  return static_cast<int>(count);
}

// Actions, as far as it was seen that they have not ended; and permits.
int Referee::running() const {
  return static_cast<int>(std::count_if(attempts_.begin(), attempts_.end(), [](const auto& entry) {
    const Attempt& a = entry.second;
    return a.permit || (!a.recovering && !a.lost && !a.action_ended);
  }));
}

void Referee::holdLimits() {
  const engine::HealingPolicy& limits = setup_.healing;
  if (running() > limits.max_concurrent) {
    fail("more actions run than healing.max_concurrent allows");
  }
  if (limits.max_unverified && inFlight() > *limits.max_unverified) {
    fail("more attempts are unverified than healing.max_unverified allows");
  }
}

bool Referee::roomForOneMore() const {
  const engine::HealingPolicy& limits = setup_.healing;
  return running() < limits.max_concurrent &&
         (!limits.max_unverified || inFlight() < *limits.max_unverified);
}

bool Referee::paused(const std::string& name) const {
  for (const std::string& who : {name, std::string()}) {
    const auto pause = pauses_.find(who);
    if (pause != pauses_.end() && at_.time < pause->second.until) return true;
  }
  return false;
}

bool Referee::stormy() const {
  const int all = static_cast<int>(checks_.size());
  const int bad =
      static_cast<int>(std::count_if(checks_.begin(), checks_.end(), [](const Check& c) {
        return c.health == Health::kUnhealthy;
      }));
  const engine::StormBrakePolicy& brake = setup_.healing.storm_brake;
  return all >= brake.min_checks && bad * 100 > brake.max_unhealthy_percent * all;
}

// Why an attempt may not start at this moment, apart from its governor; "" when it may.
std::string Referee::objection(const std::string& name, const std::string& of) const {
  const auto own = governors_.find(name);
  const auto parent = own == governors_.end() ? own : governors_.find(own->second.parent);
  if (!store_up_) return "the store does not work";
  if (!enabled(core::Feature::kAutoHealing)) return "auto_healing is off";
  if (stormy()) return "the storm brake holds";
  if (parent != governors_.end() && parent->second.model.dormant &&
      !became_dormant_.contains(parent->first)) {
    return "its parent is dormant";
  }
  if (event_ != nullptr && std::holds_alternative<engine::RequestPermit>(*event_)) {
    if (setup_.healing.observe) return "heald only observes";
    return paused("") ? "everything is paused" : "";
  }
  const engine::RemedySpec* spec = remedy(of);
  return spec == nullptr ? "its remedy is not configured" : objectionOutside(*spec);
}

std::string Referee::objectionOutside(const engine::RemedySpec& spec) const {
  if (spec.observe || setup_.healing.observe) return "its remedy only observes";
  if (paused(spec.name)) return "its remedy is paused";
  if (spec.byAlert() || spec.check.empty()) return "";
  if (parentUnhealthy(spec.check)) return "what its check depends on is unhealthy";
  const Check& by = *check(spec.check);
  if (spec.preventive) return "";
  const bool asked = (by.last == Health::kUnhealthy && spec.on.critical) ||
                     (by.last == Health::kWarning && spec.on.warning);
  if (!asked) return "its check does not say what it answers to";
  return at_.time - by.last_result > kFresh ? "its check was not looked at immediately before" : "";
}

void Referee::started(const engine::StartAction& start) {
  const engine::RemedySpec& spec = setup_.remedies[static_cast<std::size_t>(start.remedy)];
  const std::string& name = spec.name;
  const std::string target = valueOf(start.labels, spec.alert.target);
  const std::string of = spec.alert.target.empty() ? spec.governor : spec.governor + "@" + target;
  const auto mine = std::find_if(admitted_.begin(), admitted_.end(), [&](const Key& key) {
    return key == Key{of, start.attempt} && attempts_.at(key).remedy == name;
  });
  if (mine == admitted_.end()) {
    fail("attempt " + std::to_string(start.attempt) + " of " + name + " starts unrecorded");
    return;
  }
  Attempt& attempt = attempts_.at(*mine);
  admitted_.erase(mine);
  ++starts_;
  if (start.run <= last_action_run_) fail("a run of " + name + " is given twice");
  last_action_run_ = attempt.run = start.run;
  if (start.step != attempt.step) {
    fail("step " + std::to_string(start.step + 1) + " of " + name + " starts, and not " +
         std::to_string(attempt.step + 1));
  }
  if (spec.permit) usesPermit(spec);
  if (spec.byAlert()) startedByAlert(start);
}

std::string Referee::incidentOf(const Attempt& attempt) {
  return attempt.remedy + (attempt.episode.empty() ? "" : "/" + attempt.episode);
}

// What a human wants of a remedy for alerts, and what starts though the check does not need it, is
// in none.
bool Referee::inIncident(const engine::RemedySpec& spec, const Attempt& attempt) const {
  if (spec.byAlert()) return !attempt.episode.empty();
  return spec.check.empty() || !healed(spec, check(spec.check)->health);
}

// Statement 12: which step has to start, by all failures of the incident and by what it has
// reached.
void Referee::takeStep(const Key& key) {
  Attempt& attempt = attempts_.at(key);
  const engine::RemedySpec* spec = remedy(attempt.remedy);
  if (spec == nullptr) return;
  const auto known = incidents_.find(incidentOf(attempt));
  const Incident now = known == incidents_.end() ? Incident{} : known->second;
  const bool any = !spec->byAlert() || !attempt.episode.empty();
  for (std::size_t i = 0; any && i < spec->steps.size(); ++i) {
    const int step = static_cast<int>(i);
    if (spec->steps[i] <= now.failures || step < now.step) attempt.step = step;
  }
  if (!inIncident(*spec, attempt)) return;
  Incident& incident = incidents_[incidentOf(attempt)];
  incident.check = spec->check;
  incident.step = std::max(incident.step, attempt.step + 1);
}

void Referee::startedByAlert(const engine::StartAction& start) {
  const engine::RemedySpec& spec = setup_.remedies[static_cast<std::size_t>(start.remedy)];
  const std::string id = idOf(start.labels);
  const std::string key = spec.name + "/" + id;
  if (++episode_starts_[key] > 1 && !spec.alert.retry) {
    fail("an alert gets a second attempt of " + spec.name);
  }
  const auto fires = alerted_.find(key);
  if (fires == alerted_.end() || !fires->second.firing) {
    fail("an alert that is over starts " + spec.name);
  }
}

// Since this attempt began.
bool Referee::anotherEpisode(const Attempt& attempt) const {
  const auto known = alerted_.find(attempt.remedy + "/" + attempt.episode);
  return attempt.forgotten || known == alerted_.end() || known->second.before != attempt.before;
}

void Referee::ended(const Attempt& attempt, bool ok) {
  const engine::RemedySpec* spec = remedy(attempt.remedy);
  if (attempt.permit || attempt.lost || spec == nullptr) return;
  if (spec->byAlert() && !attempt.episode.empty() && anotherEpisode(attempt)) return;
  if (ok && spec->check.empty()) incidents_.erase(incidentOf(attempt));
  if (ok || !inIncident(*spec, attempt)) return;
  Incident& incident = incidents_[incidentOf(attempt)];
  incident.check = spec->check;
  ++incident.failures;
}

void Referee::rememberEpisodes(const engine::Changes& changes) {
  for (const auto& [key, episode] : changes.episodes) {
    const std::string name = key.remedy + "/" + key.identity;
    const auto known = alerted_.find(name);
    if (!episode || (known != alerted_.end() && known->second.before != episode->before)) {
      incidents_.erase(name);
    }
    if (episode) alerted_[name] = {episode->firing, episode->before};
    if (!episode) {  // forgotten: not heard of for a day
      alerted_.erase(name);
      episode_starts_.erase(name);
      for (auto& [of, attempt] : attempts_) {
        attempt.forgotten |= attempt.remedy == key.remedy && attempt.episode == key.identity;
      }
    }
  }
}

// Which episode an attempt is for; its ticket is known by now.
void Referee::linkEpisodes(const engine::Changes& changes) {
  for (const auto& [key, episode] : changes.episodes) {
    const engine::RemedySpec* spec = remedy(key.remedy);
    if (!episode || spec == nullptr) continue;
    const std::string governor =
        spec->governor + (episode->target.empty() ? "" : "@" + episode->target);
    const auto attempt = attempts_.find({governor, episode->attempt});
    if (attempt != attempts_.end() && attempt->second.remedy == key.remedy) {
      attempt->second.episode = idOf(episode->labels);
      attempt->second.before = episode->before;
    }
  }
}

void Referee::rememberSwitches(const engine::Changes& changes) {
  for (const auto& [feature, layers] : changes.flags) {
    flags_off_.erase(feature);
    if (!layers.overridden.value_or(true)) flags_off_.insert(feature);
  }
  for (const auto& [name, pause] : changes.pauses) {
    pauses_.erase(name);
    if (pause) {
      pauses_[name] = {at_.time + (pause->until - at_.now.boot), at_.wall_set, at_.boot};
    }
  }
}

}  // namespace heald::simulation
