// What Healing tells and is told: views for the snapshot, changes for the store.
#include <algorithm>
#include <utility>

#include "engine/healing.h"

namespace heald::engine {

void Healing::loadTotals(const std::string& name, const RemedyTotals& totals) {
  const int remedy = indexOf(name);
  (remedy < 0 ? parked_totals_[name] : at(remedy).view.totals) = totals;
  published_.failures.reset();
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
  s.preventive_runs = preventive_runs_;
  s.preventive_failures = preventive_failures_;
  countFailures();
  s.failures = *published_.failures;
  markStale(s.taken.boot);
  refreshRemedies(s.taken.boot);  // before the governors, which are stale for both
  refreshGovernors();
  s.governors = published_.governors;
  s.remedies = published_.remedies;
  s.targets = published_.targets;
}

void Healing::countFailures() const {
  if (published_.failures) {
    return;
  }
  published_.failures.emplace();
  const auto count = [&](const RemedyTotals& totals) {
    for (std::size_t i = 0; i < totals.failures.size(); ++i) {
      (*published_.failures)[i] += totals.failures[i];
    }
  };
  for (const auto& [name, totals] : parked_totals_) count(totals);
  for (std::size_t i = 0; i < configured_; ++i) count(remedies_[i].view.totals);
}

int Healing::instanceOf(const Episodes::Group& group) const {
  const int base = indexOf(group.first);
  if (base < 0 || group.second.empty()) {
    return base;
  }
  const auto found = instances_.find({base, group.second});
  return found == instances_.end() ? -1 : found->second;
}

void Healing::markStale(core::BootTime now) const {
  if (auto pauses = pauses_.inForce(now); pauses != published_.pauses) {
    published_.pauses = std::move(pauses);
    published_.stale.markAll();
  }
  for (const Episodes::Group& group : episodes_.takeTouched()) {
    if (const int remedy = instanceOf(group); remedy >= 0) published_.stale.mark(remedy);
  }
  for (const std::string& name : incidents_.takeTouched()) {
    if (const int remedy = indexOf(name); remedy >= 0) published_.stale.mark(remedy);
  }
  // What is shown of who is queued is asked anew each time.
  for (const int r : queue_) {
    const Remedy& remedy = at(r);
    const bool target = !remedy.target.empty();
    const auto at_place = place(r) - (target ? configured_ : 0);
    const bool known = at_place < (target ? published_.targets.size() : published_.remedies.size());
    const SharedList<TargetView>& targets = published_.targets;
    const SharedList<RemedyView>& remedies = published_.remedies;
    if (!known || deniedBy(remedy, now) != (target ? targets[at_place].last_denied_by
                                                   : remedies[at_place].last_denied_by)) {
      published_.stale.mark(r);
    }
  }
}

// Of the listed ones, in their order.
void Healing::refreshGovernors() const {
  SharedList<GovernorView>& views = published_.governors;
  const std::vector<int>& listed = governors_.listed();
  const bool all = governors_.stale().all() || views.size() > listed.size();
  const std::vector<int> stale = governors_.stale().take();
  if (all) {
    views.clear();
  }
  const std::size_t known = views.size();
  for (const int governor : stale) {
    const int position = governors_.position(governor);
    if (position >= 0 && static_cast<std::size_t>(position) < known) {
      views.replace(static_cast<std::size_t>(position), governorView(governor));
    }
  }
  while (views.size() < listed.size()) views.push_back(governorView(listed[views.size()]));
}

GovernorView Healing::governorView(int index) const {
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
  view.permits = governors_.permits(index);
  view.first_permit = governors_.firstPermit(index);
  view.fleet = governors_.fleet(index) != nullptr;
  if (static_cast<std::size_t>(index) < remedies_of_governor_.size()) {
    for (const int remedy : remedies_of_governor_[static_cast<std::size_t>(index)]) {
      view.remedies.push_back(at(remedy).spec.name);
    }
  }
  return view;
}

void Healing::refreshRemedies(core::BootTime now) const {
  Published& p = published_;
  const bool all = p.stale.all() || governors_.stale().all() || p.remedies.size() != configured_ ||
                   p.targets.size() > remedies_.size() - configured_;
  for (const int governor : all ? std::vector<int>{} : governors_.stale().marked()) {
    if (static_cast<std::size_t>(governor) >= remedies_of_governor_.size()) continue;
    for (const int r : remedies_of_governor_[static_cast<std::size_t>(governor)]) p.stale.mark(r);
  }
  std::vector<int> stale = p.stale.take();
  if (all) {
    p.remedies.clear();
    p.targets.clear();
    stale.clear();
  }
  // The targets first: a remedy shows some of them.
  std::set<int> bases;
  const std::size_t known = p.targets.size();
  for (const int r : stale) {
    const Remedy& remedy = at(r);
    bases.insert(remedy.base);
    const auto position = static_cast<std::size_t>(r) - configured_;
    if (!remedy.target.empty() && position < known) {
      p.targets.replace(position, targetView(remedy, now));
    }
  }
  for (std::size_t i = configured_ + known; i < remedies_.size(); ++i) {
    p.targets.push_back(targetView(remedies_[i], now));
    bases.insert(remedies_[i].base);
  }
  if (all) {
    for (std::size_t i = 0; i < configured_; ++i) {
      p.remedies.push_back(remedyView(static_cast<int>(i), now));
    }
    return;
  }
  for (const int base : bases) p.remedies.replace(place(base), remedyView(base, now));
}

RemedyView Healing::remedyView(int index, core::BootTime now) const {
  const Remedy& remedy = at(index);
  RemedyView view = remedy.view;
  view.by_alert = remedy.spec.byAlert();
  fillAlerts(remedy, view);
  view.phase = remedy.phase;
  view.attempt = remedy.attempt;
  const Progress progress = progressOf(remedy);
  view.incident_failures = progress.failures;
  view.incident_step = progress.step;
  view.incident_since = progress.since;
  if (const Pause* pause = pauses_.of(view.name, now)) {
    view.pause = *pause;
    view.paused_with_all = pause == pauses_.ofAll(now);
  }
  if (const int parent = remedy.check >= 0 ? detection_.unhealthyParent(remedy.check) : -1;
      parent >= 0) {
    view.unhealthy_parent = detection_.spec(parent).name;
  }
  if (remedy.phase == Phase::kWaiting) {
    view.next_attempt_at = governors_[remedy.governor].nextAllowedAt();
  }
  view.last_denied_by = deniedBy(remedy, now);
  std::vector<int> instances;
  for (auto it = instances_.lower_bound({index, ""});
       it != instances_.end() && it->first.first == index; ++it) {
    instances.push_back(it->second);
  }
  std::sort(instances.begin(), instances.end());
  const SharedList<TargetView>& targets = published_.targets;
  for (const int instance : instances) {
    showTarget(at(instance), targets[place(instance) - configured_], view);
  }
  return view;
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

TargetView Healing::targetView(const Remedy& remedy, core::BootTime now) const {
  TargetView view;
  view.remedy = remedy.spec.name;
  view.target = remedy.target;
  view.governor = remedy.spec.governor;
  view.phase = remedy.phase;
  view.attempt = remedy.attempt;
  fillAlerts(remedy, view);
  view.last_denied_by = deniedBy(remedy, now);
  view.last_result = remedy.view.last_result;
  view.last_output = remedy.view.last_output;
  const Progress progress = progressOf(remedy);
  view.incident_failures = progress.failures;
  view.incident_step = progress.step;
  if (remedy.phase == Phase::kWaiting) {
    view.next_attempt_at = governors_[remedy.governor].nextAllowedAt();
  }
  return view;
}

// The remedy itself shows one of its attempts, or else of its waits the one that ends first.
void Healing::showTarget(const Remedy& remedy, const TargetView& view, RemedyView& base) {
  const bool sooner = view.next_attempt_at &&
                      (!base.next_attempt_at || *view.next_attempt_at < *base.next_attempt_at);
  if (remedy.attempt != 0 && base.attempt == 0) {
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
}

void Healing::write(Changes& changes) const {
  for (const Proposed& proposed : proposed_) {
    const RemedyView& view = at(at(proposed.remedy).base).view;
    changes.remedies.emplace_back(view.name, view.totals);
  }
}

void Healing::writeAll(Changes& changes) const {
  for (std::size_t i = 0; i < configured_; ++i) {
    changes.remedies.emplace_back(remedies_[i].spec.name, remedies_[i].view.totals);
  }
  changes.remedies.insert(changes.remedies.end(), parked_totals_.begin(), parked_totals_.end());
}

}  // namespace heald::engine
