// How healing is made from a configuration, and what another one means for it: remedies keep their
// totals and the attempt in progress by name.
#include <algorithm>
#include <utility>

#include "engine/healing.h"

namespace heald::engine {

Healing::Healing(const Setup& setup, Detection& detection, const core::FeatureFlags& features,
                 const Pauses& pauses)
    : policy_(setup.healing),
      alertmanager_(setup.alertmanager),
      detection_(detection),
      features_(features),
      pauses_(pauses),
      governors_(setup.governors),
      remedies_of_check_(detection.size()),
      remedies_of_governor_(governors_.size()),
      checks_of_governor_(governors_.size()) {
  for (const RemedySpec& spec : setup.remedies) {
    addRemedy(spec);
  }
}

void Healing::addRemedy(const RemedySpec& spec) {
  const int index = static_cast<int>(remedies_.size());
  Remedy remedy;
  remedy.spec = spec;
  remedy.check = detection_.indexOf(spec.check);
  remedy.governor = governors_.indexOf(spec.governor);
  remedy.base = index;
  remedy.view.target_label = spec.alert.target;
  remedy.view.name = spec.name;
  remedy.view.check = spec.check;
  remedy.view.on = spec.on;
  remedy.view.governor = spec.governor;
  remedy.view.kind = spec.kind;
  remedy.view.metric_labels = spec.metric_labels;
  remedy.view.preventive = spec.preventive;
  remedy.view.observe = spec.observe || policy_.observe;
  durations_.try_emplace(spec.kind, healingBuckets());
  if (remedy.check >= 0) {
    remedies_of_check_[static_cast<std::size_t>(remedy.check)].push_back(index);
    checks_of_governor_[static_cast<std::size_t>(remedy.governor)].push_back(
        {remedy.check, spec.on});
  }
  if (spec.byAlert()) {
    alerted_of_governor_[remedy.governor].push_back(index);
    alert_index_.add(index, spec.alert);
  }
  if (spec.preventive) {
    preventive_.push_back(index);
  }
  remedies_of_governor_[static_cast<std::size_t>(remedy.governor)].push_back(index);
  by_name_[spec.name] = index;
  remedies_.push_back(std::move(remedy));
  configured_ = remedies_.size();
}

void Healing::reconfigure(const Setup& setup, Step& step) {
  policy_ = setup.healing;
  alertmanager_ = setup.alertmanager;
  governors_.reconfigure(setup.governors);
  remedies_of_check_.assign(detection_.size(), {});
  checks_of_governor_.assign(governors_.size(), {});
  remedies_of_governor_.assign(governors_.size(), {});
  by_name_.clear();
  alert_index_ = {};
  preventive_.clear();
  pending_.clear();
  reporting_.clear();
  acting_.clear();
  asking_.clear();  // an answer may be about an alert of before
  published_ = {};
  queue_.clear();
  std::vector<Remedy> old_remedies = std::exchange(remedies_, {});
  TimerQueue old_timers = std::exchange(timers_, {});
  instances_.clear();
  alerted_of_governor_.clear();
  configured_ = 0;
  slots_.allIdle();
  for (const RemedySpec& spec : setup.remedies) {
    addRemedy(spec);
  }
  readopt(old_remedies, old_timers, step);
  nameEpisodes(step.now.boot);
  dropEpisodesOfOthers(step.now.boot);
  endForeignIncidents(step.now.boot);
  wakeEpisodes();
  episodes_wait_ = true;
  continueRecovery(step);
  tendEpisodes(step);
}

// Who takes the place of a remedy of the old configuration; -1: nobody.
int Healing::successorOf(const Remedy& old) {
  const int base = indexOf(old.spec.name);
  if (base < 0 || old.target.empty()) {
    return base;
  }
  const AlertPolicy& alert = at(base).spec.alert;
  const auto& targets = alert.targets;
  const bool taken =
      alert.target == old.view.target_label &&
      (targets.empty() || std::find(targets.begin(), targets.end(), old.target) != targets.end());
  return taken ? instanceFor(base, old.target) : -1;
}

void Healing::readopt(std::vector<Remedy>& old_remedies, const TimerQueue& old_timers, Step& step) {
  for (const auto& [name, totals] : std::exchange(parked_totals_, {})) {
    loadTotals(name, totals);
  }
  for (std::size_t i = 0; i < old_remedies.size(); ++i) {
    Remedy& old = old_remedies[i];
    const int successor = successorOf(old);
    const bool goes_on = successor >= 0 && at(successor).governor == old.governor &&
                         at(successor).spec.byAlert() == old.spec.byAlert();
    if (busy(old) && !goes_on) {
      if (old.phase == Phase::kActing) {
        step.out.actions.push_back(CancelAction{old.run});
        slots_.cancelled(old.run);
      }
      lost_.push_back({old.governor, old.attempt});
      ++old.view.totals.failures[static_cast<std::size_t>(FailureReason::kInterrupted)];
    }
    if (successor < 0 && old.target.empty()) {
      parked_totals_[old.spec.name] = old.view.totals;
    }
    if (successor < 0) {
      continue;
    }
    keepFigures(at(successor), old);
    if (busy(old) && goes_on) {
      keepAttempt(at(successor), old, old_timers.due(static_cast<int>(i)).value_or(step.now.boot));
    }
  }
}

void Healing::keepFigures(Remedy& remedy, const Remedy& old) {
  RemedyView view = old.view;
  view.check = remedy.view.check;
  view.on = remedy.view.on;
  view.governor = remedy.view.governor;
  view.kind = remedy.view.kind;
  view.metric_labels = remedy.view.metric_labels;
  view.preventive = remedy.view.preventive;
  view.observe = remedy.view.observe;
  view.target_label = remedy.view.target_label;
  view.blocked_by.clear();
  view.last_denied_by.reset();
  remedy.view = std::move(view);
  remedy.healed_at = old.healed_at;
}

// What only waits is not kept: the checks are run soon, and the unhealthy ones raise again.
void Healing::keepAttempt(Remedy& remedy, const Remedy& old, core::BootTime due) {
  moved(remedy, old.phase);
  if (old.phase == Phase::kActing) {
    acting_[old.run] = static_cast<int>(&remedy - remedies_.data());
  }
  remedy.preventive_run = old.preventive_run;
  remedy.recovering = old.recovering;
  remedy.attempt = old.attempt;
  remedy.run = old.run;
  remedy.step = old.step;
  remedy.started = old.started;
  remedy.verify_until = old.verify_until;
  remedy.text = old.text;
  remedy.error = old.error;
  remedy.output = old.output;
  remedy.printed = old.printed;
  remedy.exit_code = old.exit_code;
  remedy.ok = old.ok;
  remedy.reason = old.reason;
  remedy.episode = old.episode;
  remedy.ceased = old.ceased;
  const bool by_check = !remedy.spec.byAlert();
  if (remedy.phase == Phase::kVerifying && by_check) {
    enter(remedy, Phase::kSettling);  // the run that it waits for may be of another check
  }
  if (remedy.phase == Phase::kSettling || remedy.phase == Phase::kVerifying) {
    timers_.set(static_cast<int>(&remedy - remedies_.data()), due);
  }
}

}  // namespace heald::engine
