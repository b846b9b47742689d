// What a Reload means for healing: remedies keep their totals and the attempt in progress by name.
#include <algorithm>
#include <utility>

#include "engine/healing.h"

namespace heald::engine {

void Healing::reconfigure(const Setup& setup, Step& step) {
  policy_ = setup.healing;
  governors_.reconfigure(setup.governors);
  remedies_of_check_.assign(detection_.size(), {});
  checks_of_governor_.assign(governors_.size(), {});
  queue_.clear();
  std::vector<Remedy> old_remedies = std::exchange(remedies_, {});
  TimerQueue old_timers = std::exchange(timers_, {});
  for (const RemedySpec& spec : setup.remedies) {
    addRemedy(spec);
  }
  readopt(old_remedies, old_timers, step);
  continueRecovery(step);
}

void Healing::readopt(std::vector<Remedy>& old_remedies, const TimerQueue& old_timers, Step& step) {
  for (const auto& [name, totals] : std::exchange(parked_totals_, {})) {
    loadTotals(name, totals);
  }
  for (std::size_t i = 0; i < old_remedies.size(); ++i) {
    Remedy& old = old_remedies[i];
    const auto same_name = [&](const Remedy& r) { return r.spec.name == old.spec.name; };
    const auto found = std::find_if(remedies_.begin(), remedies_.end(), same_name);
    const bool goes_on = found != remedies_.end() && found->governor == old.governor;
    if (busy(old) && !goes_on) {
      if (old.phase == Phase::kActing) {
        step.out.actions.push_back(CancelAction{old.run});
      }
      lost_.push_back({old.governor, old.attempt});
      ++old.view.totals.failures[static_cast<std::size_t>(FailureReason::kInterrupted)];
    }
    if (found == remedies_.end()) {
      parked_totals_[old.spec.name] = old.view.totals;
      continue;
    }
    keepFigures(*found, old);
    if (busy(old) && goes_on) {
      keepAttempt(*found, old, old_timers.due(static_cast<int>(i)).value_or(step.now.boot));
    }
  }
}

void Healing::keepFigures(Remedy& remedy, const Remedy& old) {
  RemedyView view = old.view;
  view.check = remedy.view.check;
  view.governor = remedy.view.governor;
  view.preventive = remedy.view.preventive;
  view.observe = remedy.view.observe;
  view.blocked_by.clear();
  view.last_denied_by.reset();
  remedy.view = std::move(view);
}

// What only waits is not kept: the checks are run soon, and the unhealthy ones raise again.
void Healing::keepAttempt(Remedy& remedy, const Remedy& old, core::BootTime due) {
  remedy.phase = old.phase;
  remedy.preventive_run = old.preventive_run;
  remedy.recovering = old.recovering;
  remedy.attempt = old.attempt;
  remedy.run = old.run;
  remedy.started = old.started;
  remedy.verify_until = old.verify_until;
  remedy.text = old.text;
  remedy.error = old.error;
  remedy.ok = old.ok;
  remedy.reason = old.reason;
  if (remedy.phase == Phase::kVerifying) {
    remedy.phase = Phase::kSettling;  // the run that it waits for may be of another check
  }
  if (remedy.phase == Phase::kSettling) {
    timers_.set(static_cast<int>(&remedy - remedies_.data()), due);
  }
}

}  // namespace heald::engine
