// What Healing tells and is told: views for the snapshot, changes for the store.
#include <algorithm>
#include <utility>

#include "engine/healing.h"

namespace heald::engine {

void Healing::loadTotals(const std::string& name, const RemedyTotals& totals) {
  const auto named = [&](const Remedy& remedy) { return remedy.spec.name == name; };
  const auto found = std::find_if(remedies_.begin(), remedies_.end(), named);
  (found == remedies_.end() ? parked_totals_[name] : found->view.totals) = totals;
}

template <class View>
void Healing::fillAlerts(const Remedy& remedy, View& view) const {
  const Episodes::Group group = groupOf(remedy);
  view.waiting = episodes_.waiting(group);
  view.firing = episodes_.firing(group);
  const bool present = remedy.episode && episodes_.firing(*remedy.episode);
  if (const auto key = present ? remedy.episode : episodes_.next(group)) {
    view.alert = alertName(episodes_.find(*key)->labels);
  }
}

void Healing::fill(Snapshot& s) const {
  s.observe = policy_.observe;
  s.storm_brake = stormBrake();
  s.storm_brake_policy = policy_.storm_brake;
  if (const Pause* all = pauses_.ofAll(s.taken.boot)) {
    s.pause = *all;
  }
  s.attempts_in_progress = governors_.inFlight();
  s.actions_running = slots_.running();
  s.max_concurrent = policy_.max_concurrent;
  s.max_unverified = policy_.max_unverified;
  s.events = events_;
  s.dropped = dropped_;
  s.alerts_rejected = alerts_rejected_;
  s.labels_refused = labels_refused_;
  s.event_wait = event_wait_;
  s.healing_durations = durations_;
  s.suppressed = governors_.suppressedOfAll();
  const auto count = [&](const RemedyTotals& totals) {
    for (std::size_t i = 0; i < totals.failures.size(); ++i) s.failures[i] += totals.failures[i];
  };
  for (const auto& [name, totals] : parked_totals_) count(totals);
  for (const Remedy& remedy : remedies_) {
    if (remedy.target.empty()) count(remedy.view.totals);
  }
  s.preventive_runs = preventive_runs_;
  s.preventive_failures = preventive_failures_;
  std::map<int, std::size_t> view_of;  // the listed ones
  for (const int index : governors_.listed()) {
    const core::Governor& governor = governors_[index];
    GovernorView view;
    view.name = governors_.name(index);
    view.policy = governor.policy();
    view.state = governor.state();
    view.counters = governors_.counters(index);
    view.backoff = governor.backoffNow();
    view.next_attempt_at = governor.nextAllowedAt();
    view.target = governors_.target(index);
    view.exposed = governors_.exposed(index);
    view_of[index] = s.governors.size();
    s.governors.push_back(std::move(view));
  }
  for (const Remedy& remedy : remedies_) {
    if (const auto its_governor = view_of.find(remedy.governor); its_governor != view_of.end()) {
      s.governors[its_governor->second].remedies.push_back(remedy.spec.name);
    }
    if (!remedy.target.empty()) {
      fillTarget(remedy, s);
      continue;
    }
    RemedyView view = remedy.view;
    view.by_alert = remedy.spec.byAlert();
    fillAlerts(remedy, view);
    view.phase = remedy.phase;
    view.attempt = remedy.attempt;
    const Progress progress = progressOf(remedy);
    view.incident_failures = progress.failures;
    view.incident_step = progress.step;
    view.incident_since = progress.since;
    if (const Pause* pause = pauses_.of(view.name, s.taken.boot)) {
      view.pause = *pause;
      view.paused_with_all = pause == pauses_.ofAll(s.taken.boot);
    }
    if (const int parent = remedy.check >= 0 ? detection_.unhealthyParent(remedy.check) : -1;
        parent >= 0) {
      view.unhealthy_parent = detection_.spec(parent).name;
    }
    if (remedy.phase == Phase::kWaiting) {
      view.next_attempt_at = governors_[remedy.governor].nextAllowedAt();
    }
    view.last_denied_by = deniedBy(remedy, s.taken.boot);
    s.remedies.push_back(std::move(view));
  }
}

// Who is queued is not asked again until it may go on, and by then another guard may hold it.
std::optional<core::Guard> Healing::deniedBy(const Remedy& remedy, core::BootTime now) const {
  if (remedy.phase == Phase::kQueued) {
    if (const core::Verdict verdict = ask(remedy, now); verdict.denied_by) {
      return verdict.denied_by;
    }
  }
  return remedy.view.last_denied_by;
}

void Healing::fillTarget(const Remedy& remedy, Snapshot& s) const {
  TargetView view;
  view.remedy = remedy.spec.name;
  view.target = remedy.target;
  view.governor = remedy.spec.governor;
  view.phase = remedy.phase;
  view.attempt = remedy.attempt;
  fillAlerts(remedy, view);
  view.last_denied_by = deniedBy(remedy, s.taken.boot);
  view.last_result = remedy.view.last_result;
  view.last_output = remedy.view.last_output;
  const Progress progress = progressOf(remedy);
  view.incident_failures = progress.failures;
  view.incident_step = progress.step;
  if (remedy.phase == Phase::kWaiting) {
    view.next_attempt_at = governors_[remedy.governor].nextAllowedAt();
  }
  // The remedy itself shows one of its attempts, or else of its waits the one that ends first.
  RemedyView& base = s.remedies[static_cast<std::size_t>(remedy.base)];
  const bool sooner = view.next_attempt_at &&
                      (!base.next_attempt_at || *view.next_attempt_at < *base.next_attempt_at);
  if (busy(remedy) && base.attempt == 0) {
    base.attempt = remedy.attempt;
    base.phase = remedy.phase;
    base.next_attempt_at.reset();
    base.last_denied_by.reset();
  } else if (base.attempt == 0 && remedy.phase != Phase::kIdle &&
             (base.phase == Phase::kIdle || sooner)) {
    base.phase = remedy.phase;
    base.next_attempt_at = view.next_attempt_at;
    base.last_denied_by = view.last_denied_by;
  }
  s.targets.push_back(std::move(view));
}

void Healing::addChanges(Changes& changes) const {
  changes.governors = governors_.changes();
  changes.forgotten = governors_.forgotten();
  changes.episodes = episodes_.changes();
  changes.incidents = incidents_.changes();
  for (const Proposed& proposed : proposed_) {
    const RemedyView& view = at(at(proposed.remedy).base).view;
    changes.remedies.emplace_back(view.name, view.totals);
  }
}

void Healing::addEverything(Changes& changes) const {
  changes.governors = governors_.everything();
  changes.forgotten = governors_.forgotten();
  for (std::size_t i = 0; i < configured_; ++i) {
    changes.remedies.emplace_back(remedies_[i].spec.name, remedies_[i].view.totals);
  }
  changes.episodes = episodes_.everything();
  changes.incidents = incidents_.everything();
  changes.remedies.insert(changes.remedies.end(), parked_totals_.begin(), parked_totals_.end());
}

}  // namespace heald::engine
