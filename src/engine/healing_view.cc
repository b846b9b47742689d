#include "engine/healing_view.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace heald::engine {
namespace {

// A verdict of these is another one when time has passed, though nothing has happened.
bool timeMayLift(const core::Verdict& verdict) {
  return verdict.denied_by == core::Guard::kBreakerOpen ||
         verdict.denied_by == core::Guard::kBackoff ||
         verdict.denied_by == core::Guard::kHalfOpen || verdict.denied_by == core::Guard::kBudget;
}

}  // namespace

template <class View>
void HealingView::fillAlerts(const Remedy& remedy, View& view) const {
  const Episodes::Group group = groupOf(remedy);
  view.waiting = s_.episodes.lines().waiting(group);
  view.firing = s_.episodes.lines().firing(group);
  const bool present = remedy.episode && s_.episodes.book().firing(*remedy.episode);
  if (const auto key = present ? remedy.episode : s_.episodes.lines().next(group)) {
    view.alert = alertName(s_.episodes.book().find(*key)->labels);
  }
}

void HealingView::fill(Snapshot& s) {
  fillCounts(s);
  fillUnapproved(s);
  markStale(s.taken.boot);
  refreshRemedies(s.taken.boot);  // before the governors, which are stale for both
  refreshGovernors();
  s.governors = governors_;
  s.remedies = remedies_;
  s.targets = targets_;
}

void HealingView::fillCounts(Snapshot& s) const {
  s.observe = s_.policy.observe;
  s.storm_brake = s_.guards.stormBrake();
  s.storm_brake_policy = s_.policy.storm_brake;
  if (const Pause* all = s_.pauses.ofAll(s.taken.boot)) {
    s.pause = *all;
  }
  s.attempts_in_progress = s_.governors.flights().all;
  s.actions_running = s_.slots.running();
  s.max_concurrent = s_.policy.max_concurrent;
  s.max_unverified = s_.policy.max_unverified;
  s.events = s_.figures.events;
  s.dropped = s_.figures.dropped;
  s.alerts_rejected = s_.figures.alerts_rejected;
  s.labels_refused = s_.figures.labels_refused;
  s.event_wait = s_.figures.event_wait;
  s.healing_durations = s_.figures.durations;
  s.suppressed = s_.governors.figures().suppressedOfAll();
  s.preventive_runs = s_.preventive.runs();
  s.preventive_failures = s_.preventive.failures();
  s.failures = s_.totals.failures();
}

// Who waits for the approval of a human.
void HealingView::fillUnapproved(Snapshot& s) const {
  for (const int r : s_.turns.unapproved()) {
    const Remedy& remedy = s_.roster[r];
    const auto key = s_.guards.approvalNeeded(remedy);
    if (!key) continue;
    const core::Duration waited =
        remedy.attempt.wanted_at ? s.taken.boot - *remedy.attempt.wanted_at : core::Duration{};
    s.approvals_wanted.push_back(
        {*key, remedy.spec.governor, s.taken.wall - waited, s_.escalation.reasonFor(remedy), ""});
  }
}

void HealingView::shareNothing() {
  s_.roster.stale().markAll();
  s_.totals.shareNothing();
  governors_.clear();
  remedies_.clear();
  targets_.clear();
  pauses_ = {};
  queued_ = {};
}

void HealingView::markStale(core::BootTime now) {
  markPauses(now);
  for (const Episodes::Group& group : s_.episodes.lines().takeTouched()) {
    const int base = s_.roster.indexOf(group.first);
    const int remedy = base < 0 ? -1 : s_.roster.serving(base, group.second);
    if (remedy >= 0) s_.roster.stale().mark(remedy);
  }
  for (const std::string& name : s_.incidents.takeTouched()) {
    if (const int remedy = s_.roster.indexOf(name); remedy >= 0) s_.roster.stale().mark(remedy);
  }
  markQueued(now);
}

void HealingView::markPauses(core::BootTime now) {
  if (s_.pauses.revision() == pauses_.revision && now < pauses_.end) return;
  auto in_force = s_.pauses.inForce(now);
  pauses_.revision = s_.pauses.revision();
  pauses_.end = core::BootTime::max();
  for (const auto& [remedy, pause] : in_force) pauses_.end = std::min(pauses_.end, pause.until);
  if (in_force == pauses_.in_force) return;
  pauses_.in_force = std::move(in_force);
  s_.roster.stale().markAll();
}

// What is shown of who is queued is what its governor would say now: with the limits over all
// governors it may change for all, with another governor for those under it, and otherwise only
// for whom time may change it.
void HealingView::markQueued(core::BootTime now) {
  const Queue& queue = s_.turns.queue();
  const core::Gates gates = s_.guards.gates(false);
  const Limits limits = {gates.feature_enabled, gates.store_available, gates.max_concurrent_reached,
                         gates.max_unverified_reached, gates.storm_brake};
  const bool for_all = std::exchange(queued_.asked_with, limits) != limits;
  if (for_all || s_.governors.stale().all()) {
    for (const int r : queue.all()) markIfDeniedOtherwise(r, now);
    return;
  }
  for (const int governor : s_.governors.stale().marked()) {
    for (const int r : queue.under(governor)) s_.roster.stale().mark(r);
  }
  for (const int r : std::set<int>(queued_.timed)) {
    queue.has(r) ? markIfDeniedOtherwise(r, now) : void(queued_.timed.erase(r));
  }
}

void HealingView::markIfDeniedOtherwise(int r, core::BootTime now) {
  const Remedy& remedy = s_.roster[r];
  const bool target = !remedy.target.empty();
  const auto at_place = s_.roster.place(r) - (target ? s_.roster.configured() : 0);
  const bool known = at_place < (target ? targets_.size() : remedies_.size());
  if (!known ||
      deniedBy(remedy, now) != (target ? std::as_const(targets_)[at_place].last_denied_by
                                       : std::as_const(remedies_)[at_place].last_denied_by)) {
    s_.roster.stale().mark(r);
  }
}

// Of the listed ones, in their order.
void HealingView::refreshGovernors() {
  SharedList<GovernorView>& views = governors_;
  const std::vector<int>& listed = s_.governors.list().listed();
  const bool all = s_.governors.stale().all();
  const std::vector<int> stale = s_.governors.stale().take();
  if (all) {
    views.clear();
  }
  while (views.size() > listed.size()) views.pop_back();
  const std::size_t known = views.size();
  for (const int governor : stale) {
    const int position = s_.governors.list()[governor].position;
    if (position >= 0 && static_cast<std::size_t>(position) < known) {
      views.replace(static_cast<std::size_t>(position), governorView(governor));
    }
  }
  while (views.size() < listed.size()) views.push_back(governorView(listed[views.size()]));
}

GovernorView HealingView::governorView(int index) const {
  const core::Governor& governor = s_.governors[index];
  const GovernorList::Entry& it = s_.governors.list()[index];
  const GovernorFigures::Of& figures = s_.governors.figures()[index];
  GovernorView view;
  view.name = it.name;
  view.policy = governor.policy();
  view.state = governor.state();
  view.counters = figures.counters;
  view.backoff = governor.backoffNow();
  view.next_attempt_at = governor.nextAllowedAt();
  view.target = it.target;
  view.exposed = it.exposed;
  view.permits = figures.permits;
  view.first_permit = figures.first_permit;
  view.fleet = it.fleet != nullptr;
  view.verify = s_.governors.list().verifyOf(index);
  view.permits_need_approval = s_.governors.list().permitsNeedApproval(index);
  view.needs_approvals = view.permits_need_approval;
  for (const int remedy : s_.roster.ofGovernor(index)) {
    view.remedies.push_back(s_.roster[remedy].spec.name);
    view.needs_approvals = view.needs_approvals || s_.roster[remedy].spec.needsApproval();
  }
  return view;
}

void HealingView::refreshRemedies(core::BootTime now) {
  const bool all = s_.roster.stale().all() || s_.governors.stale().all() ||
                   remedies_.size() != s_.roster.configured() ||
                   targets_.size() > s_.roster.size() - s_.roster.configured();
  for (const int governor : all ? std::vector<int>{} : s_.governors.stale().marked()) {
    for (const int r : s_.roster.ofGovernor(governor)) s_.roster.stale().mark(r);
  }
  std::vector<int> stale = s_.roster.stale().take();
  if (all) {
    remedies_.clear();
    targets_.clear();
    stale.clear();
  }
  // The targets first: a remedy shows some of them.
  std::set<int> bases;
  const std::size_t known = targets_.size();
  for (const int r : stale) {
    const Remedy& remedy = s_.roster[r];
    bases.insert(remedy.base);
    const auto position = static_cast<std::size_t>(r) - s_.roster.configured();
    if (!remedy.target.empty() && position < known) {
      targets_.replace(position, targetView(remedy, now));
    }
  }
  for (std::size_t i = s_.roster.configured() + known; i < s_.roster.size(); ++i) {
    targets_.push_back(targetView(s_.roster[static_cast<int>(i)], now));
    bases.insert(s_.roster[static_cast<int>(i)].base);
  }
  if (all) {
    for (std::size_t i = 0; i < s_.roster.configured(); ++i) {
      remedies_.push_back(remedyView(static_cast<int>(i), now));
    }
    return;
  }
  for (const int base : bases) remedies_.replace(s_.roster.place(base), remedyView(base, now));
}

RemedyView HealingView::remedyView(int index, core::BootTime now) {
  const Remedy& remedy = s_.roster[index];
  RemedyView view = remedy.view;
  view.by_alert = remedy.spec.byAlert();
  fillAlerts(remedy, view);
  view.phase = remedy.attempt.phase;
  view.attempt = remedy.attempt.number;
  const Escalation::Progress progress = s_.escalation.of(remedy);
  view.incident_failures = progress.failures;
  view.incident_step = progress.step;
  view.incident_since = progress.since;
  if (const Pause* pause = s_.pauses.of(view.name, now)) {
    view.pause = *pause;
    view.paused_with_all = pause == s_.pauses.ofAll(now);
  }
  if (const int parent = remedy.check >= 0 ? s_.checks.unhealthyParent(remedy.check) : -1;
      parent >= 0) {
    view.unhealthy_parent = s_.checks.spec(parent).name;
  }
  view.next_attempt_at = waitsUntil(remedy);
  view.last_denied_by = deniedBy(remedy, now);
  view.needs_approval = s_.guards.approvalNeeded(remedy);
  std::vector<int> instances = s_.roster.targetsOf(index);
  std::sort(instances.begin(), instances.end());
  for (const int instance : instances) {
    showTarget(s_.roster[instance], targets_[s_.roster.place(instance) - s_.roster.configured()],
               view);
  }
  return view;
}

// Who is queued is not asked again until it may go on, and by then another guard may hold it.
std::optional<core::Guard> HealingView::deniedBy(const Remedy& remedy, core::BootTime now) {
  if (remedy.attempt.phase == Phase::kQueued) {
    const core::Verdict verdict = s_.guards.ask(remedy, now);
    const int r = s_.roster.placeOf(remedy);
    timeMayLift(verdict) ? void(queued_.timed.insert(r)) : void(queued_.timed.erase(r));
    if (verdict.denied_by) {
      return verdict.denied_by;
    }
  }
  return remedy.view.last_denied_by;
}

TargetView HealingView::targetView(const Remedy& remedy, core::BootTime now) {
  TargetView view;
  view.remedy = remedy.spec.name;
  view.target = remedy.target;
  view.governor = remedy.spec.governor;
  view.phase = remedy.attempt.phase;
  view.attempt = remedy.attempt.number;
  fillAlerts(remedy, view);
  view.last_denied_by = deniedBy(remedy, now);
  view.last_result = remedy.view.last_result;
  view.last_output = remedy.view.last_output;
  const Escalation::Progress progress = s_.escalation.of(remedy);
  view.incident_failures = progress.failures;
  view.incident_step = progress.step;
  view.next_attempt_at = waitsUntil(remedy);
  return view;
}

std::optional<core::BootTime> HealingView::waitsUntil(const Remedy& remedy) const {
  const bool waits_for_time = remedy.attempt.phase == Phase::kWaiting &&
                              !s_.turns.unapproved().contains(s_.roster.placeOf(remedy));
  if (!waits_for_time) return std::nullopt;
  return remedy.attempt.asks_from ? remedy.attempt.asks_from
                                  : s_.governors[remedy.governor].nextAllowedAt();
}

// The remedy itself shows one of its attempts, or else of its waits the one that ends first.
void HealingView::showTarget(const Remedy& remedy, const TargetView& view, RemedyView& base) {
  const bool sooner = view.next_attempt_at &&
                      (!base.next_attempt_at || *view.next_attempt_at < *base.next_attempt_at);
  if (remedy.attempt.number != 0 && base.attempt == 0) {
    base.attempt = remedy.attempt.number;
    base.phase = remedy.attempt.phase;
    base.next_attempt_at.reset();
    base.last_denied_by.reset();
  } else if (base.attempt == 0 && remedy.attempt.phase != Phase::kIdle &&
             (base.phase == Phase::kIdle || sooner)) {
    base.phase = remedy.attempt.phase;
    base.next_attempt_at = view.next_attempt_at;
    base.last_denied_by = view.last_denied_by;
  }
}

}  // namespace heald::engine
