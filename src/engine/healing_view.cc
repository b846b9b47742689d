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

void Healing::fill(Snapshot& s) const {
  s.observe = policy_.observe;
  s.storm_brake = stormBrake();
  s.storm_brake_policy = policy_.storm_brake;
  if (const Pause* all = pauses_.ofAll(s.taken.boot)) {
    s.pause = *all;
  }
  s.attempts_in_progress = governors_.inFlight();
  s.max_concurrent = policy_.max_concurrent;
  s.events = events_;
  s.dropped = dropped_;
  s.event_wait = event_wait_;
  s.preventive_runs = preventive_runs_;
  s.preventive_failures = preventive_failures_;
  std::vector<std::size_t> view_of(governors_.size());
  for (const int index : governors_.listed()) {
    const core::Governor& governor = governors_[index];
    GovernorView view;
    view.name = governors_.name(index);
    view.policy = governor.policy();
    view.state = governor.state();
    view.counters = governors_.counters(index);
    view.backoff = governor.backoffNow();
    view.next_attempt_at = governor.nextAllowedAt();
    view_of[static_cast<std::size_t>(index)] = s.governors.size();
    s.governors.push_back(std::move(view));
  }
  for (const Remedy& remedy : remedies_) {
    RemedyView view = remedy.view;
    view.phase = remedy.phase;
    view.attempt = remedy.attempt;
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
    s.governors[view_of[static_cast<std::size_t>(remedy.governor)]].remedies.push_back(view.name);
    s.remedies.push_back(std::move(view));
  }
}

void Healing::addChanges(Changes& changes) const {
  changes.governors = governors_.changes();
  for (const Proposed& proposed : proposed_) {
    const RemedyView& view = remedies_[static_cast<std::size_t>(proposed.remedy)].view;
    changes.remedies.emplace_back(view.name, view.totals);
  }
}

void Healing::addEverything(Changes& changes) const {
  for (std::size_t i = 0; i < governors_.size(); ++i) {
    const int index = static_cast<int>(i);
    changes.governors.emplace_back(governors_.name(index), governors_[index].state());
  }
  for (const Remedy& remedy : remedies_) {
    changes.remedies.emplace_back(remedy.spec.name, remedy.view.totals);
  }
  changes.remedies.insert(changes.remedies.end(), parked_totals_.begin(), parked_totals_.end());
}

}  // namespace heald::engine
