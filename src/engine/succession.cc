#include "engine/succession.h"

#include <algorithm>
#include <string>
#include <utility>

namespace heald::engine {

void Succession::begin(const std::vector<RemedySpec>& remedies) {
  p_.roster.clear(p_.checks.size());
  for (const RemedySpec& spec : remedies) add(spec);
}

void Succession::take(const std::vector<RemedySpec>& remedies, Step& step) {
  std::vector<Remedy> old_remedies = p_.roster.clear(p_.checks.size());
  const TimerQueue old_timers = p_.turns.clear();
  p_.alerts.unlearn();
  p_.preventive.clear();
  p_.runs.clear();
  for (const RemedySpec& spec : remedies) add(spec);
  readopt(old_remedies, old_timers, step);
}

void Succession::add(const RemedySpec& spec) {
  const int index = static_cast<int>(p_.roster.size());
  Remedy remedy;
  remedy.spec = spec;
  remedy.check = p_.checks.indexOf(spec.check);
  remedy.governor = p_.governors.list().indexOf(spec.governor);
  remedy.view.target_label = spec.alert.target;
  remedy.view.name = spec.name;
  remedy.view.check = spec.check;
  remedy.view.on = spec.on;
  remedy.view.governor = spec.governor;
  remedy.view.kind = spec.kind;
  remedy.view.metric_labels = spec.metric_labels;
  remedy.view.preventive = spec.preventive;
  remedy.view.observe = spec.observe || p_.policy.observe;
  for (std::size_t i = 0; i < spec.approval.size(); ++i) {
    if (spec.approval[i]) remedy.view.approval_steps.push_back(static_cast<int>(i) + 1);
  }
  if (spec.permit) remedy.view.fleet = FleetStanding{*spec.permit, {}, "", {}};
  p_.roster.add(std::move(remedy));
  p_.figures.durations.try_emplace(spec.kind, healingBuckets());
  if (spec.byAlert()) {
    p_.alerts.learn(index, spec.alert);
  }
  if (spec.preventive) {
    p_.preventive.add(index);
  }
}

// Who takes the place of a remedy of the old configuration; -1: nobody.
int Succession::successorOf(const Remedy& old) {
  const int base = p_.roster.indexOf(old.spec.name);
  if (base < 0 || old.target.empty()) {
    return base;
  }
  const AlertPolicy& alert = p_.roster[base].spec.alert;
  const auto& targets = alert.targets;
  const bool taken =
      alert.target == old.view.target_label &&
      (targets.empty() || std::find(targets.begin(), targets.end(), old.target) != targets.end());
  return taken ? p_.targets.placeFor(base, old.target) : -1;
}

void Succession::readopt(std::vector<Remedy>& old_remedies, const TimerQueue& old_timers,
                         Step& step) {
  p_.totals.unpark();
  for (std::size_t i = 0; i < old_remedies.size(); ++i) {
    Remedy& old = old_remedies[i];
    if (!old.attempt.busy()) p_.turns.giveBack(old);
    const int successor = successorOf(old);
    const bool goes_on = successor >= 0 && p_.roster[successor].governor == old.governor &&
                         p_.roster[successor].spec.byAlert() == old.spec.byAlert();
    if (old.attempt.busy() && !goes_on) {
      if (old.attempt.phase == Phase::kActing) {
        step.out.actions.push_back(CancelAction{old.attempt.run});
        p_.slots.cancelled(old.attempt.run);
      }
      p_.recovery.lose(old.governor, old.attempt.number);
      ++old.view.totals.failures[static_cast<std::size_t>(FailureReason::kInterrupted)];
    }
    if (successor < 0 && old.target.empty()) {
      p_.totals.park(old.spec.name, old.view.totals);
    }
    if (successor < 0) {
      continue;
    }
    keepFigures(p_.roster.at(successor), old);
    if (old.attempt.busy() && goes_on) {
      keepAttempt(p_.roster.at(successor), old,
                  old_timers.due(static_cast<int>(i)).value_or(step.now.boot));
    }
  }
}

void Succession::keepFigures(Remedy& remedy, const Remedy& old) {
  RemedyView view = old.view;
  view.check = remedy.view.check;
  view.on = remedy.view.on;
  view.governor = remedy.view.governor;
  view.kind = remedy.view.kind;
  view.metric_labels = remedy.view.metric_labels;
  view.preventive = remedy.view.preventive;
  view.observe = remedy.view.observe;
  view.target_label = remedy.view.target_label;
  view.approval_steps = remedy.view.approval_steps;
  if (view.fleet && remedy.view.fleet) remedy.view.fleet->answers = view.fleet->answers;
  view.fleet = remedy.view.fleet;
  view.blocked_by.clear();
  view.last_denied_by.reset();
  remedy.view = std::move(view);
  remedy.healed_at = old.healed_at;
}

// What only waits is not kept: the checks are run soon, and the unhealthy ones raise again.
void Succession::keepAttempt(Remedy& remedy, const Remedy& old, core::BootTime due) {
  const int index = p_.roster.placeOf(remedy);
  Attempt kept = old.attempt;
  kept.acted = {};  // is not handed on: the history has no length of its verification
  p_.turns.adopt(remedy, std::move(kept));
  if (remedy.attempt.phase == Phase::kActing) {
    p_.runs.adopt(remedy.attempt.run, index);
  }
  remedy.preventive_run = old.preventive_run;
  remedy.episode = old.episode;
  const bool by_check = !remedy.spec.byAlert();
  if (remedy.attempt.phase == Phase::kVerifying && by_check) {
    // The run that it waits for may be of another check.
    p_.turns.happens(remedy, AttemptEvent::kNotKnownYet);
  }
  if (remedy.attempt.phase == Phase::kSettling || remedy.attempt.phase == Phase::kVerifying) {
    p_.turns.wakeAt(index, due);
  }
}

}  // namespace heald::engine
