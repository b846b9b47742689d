// The second half of Healing: what happens to an attempt once the governor has let it through.
#include <algorithm>
#include <utility>

#include "core/error_matcher.h"
#include "core/plain_text.h"
#include "core/text.h"
#include "engine/healing.h"
#include "engine/label_variables.h"

namespace heald::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

core::Duration timeBetweenLooks(const VerifyPolicy& verify) {
  return std::clamp<core::Duration>((verify.within - verify.after) / 10, milliseconds(50),
                                    seconds(5));
}

FailureReason reasonOf(ActionOutcome outcome) {
  switch (outcome) {
    case ActionOutcome::kOk:
    case ActionOutcome::kFailed:
      return FailureReason::kError;
    case ActionOutcome::kTimeout:
      return FailureReason::kTimeout;
    case ActionOutcome::kCancelled:
      return FailureReason::kInterrupted;
  }
  return FailureReason::kError;
}

}  // namespace

std::string Healing::reasonFor(const Remedy& remedy) const {
  if (remedy.check >= 0) {
    return detection_.message(remedy.check);
  }
  const Episode* episode = remedy.episode ? episodes_.find(*remedy.episode) : nullptr;
  return episode ? "alert " + alertName(episode->labels) : "preventive run";
}

void Healing::startAction(int r, Step& step) {
  Remedy& remedy = at(r);
  CHECK(remedy.phase == Phase::kActing && busy(remedy), "what starts was admitted");
  const Episode* episode = remedy.episode ? episodes_.find(*remedy.episode) : nullptr;
  const std::string reason = reasonFor(remedy);
  if (progressOf(remedy).failures == 0 && remedy.wanted_at) {
    event_wait_.observe(step.now.boot - *remedy.wanted_at);
  }
  remedy.wanted_at.reset();
  remedy.view.last_denied_by.reset();
  remedy.told_denial.clear();
  ++figures(remedy).allowed;
  preventive_runs_ += remedy.preventive_run ? 1 : 0;
  remedy.run = ++runs_;
  acting_[remedy.run] = r;
  StartAction action{remedy.base, remedy.step, remedy.attempt, remedy.spec.check, reason,
                     remedy.run,  {}};
  action.governor = governors_.name(remedy.governor);
  action.incident = incidentName(remedy);
  if (episode != nullptr) {
    handLabels(remedy, episode->labels, action, step);
  }
  step.out.actions.push_back(std::move(action));
  step.out.notes.push_back({Note::Level::kInfo,
                            "attempt started",
                            {{"remedy", remedy.spec.name},
                             {"governor", remedy.spec.governor},
                             {"attempt", std::to_string(remedy.attempt)},
                             {"step", std::to_string(remedy.step + 1)},
                             {"check", remedy.spec.check},
                             {"reason", reason}}});
}

// Who raises an alert chooses its labels: those that clash are told of.
void Healing::handLabels(const Remedy& remedy, const Labels& labels, StartAction& action,
                         Step& step) {
  LabelVariables handed = labelVariables(labels, remedy.spec.alert);
  action.labels = labels;
  action.variables = std::move(handed.variables);
  if (handed.refused.empty()) {
    return;
  }
  labels_refused_ += handed.refused.size();
  std::string names;
  for (const std::string& name : handed.refused) {
    names += (names.empty() ? "" : ", ") + name;
  }
  names = core::oneLine(names, 128);
  step.out.notes.push_back({Note::Level::kWarn,
                            "labels of an alert not passed on: names differ in case only",
                            {{"remedy", remedy.spec.name},
                             {"attempt", std::to_string(remedy.attempt)},
                             {"labels", names}}});
  step.out.remarks.push_back({.kind = HistoryKind::kAlert,
                              .event = "labels_refused",
                              .governor = remedy.spec.governor,
                              .remedy = remedy.spec.name,
                              .target = remedy.target,
                              .message = "names differ in case only: " + names});
}

void Healing::actionFinished(const ActionFinished& event, Step& step) {
  const auto found = acting_.find(event.run);
  if (found == acting_.end()) {
    if (slots_.ended(event.run)) {
      wakeQueued(step);
    }
    return;
  }
  const int r = found->second;
  acting_.erase(found);
  Remedy& remedy = at(r);
  CHECK(remedy.phase == Phase::kActing && remedy.run == event.run, "an action is of its attempt");
  remedy.acted = step.now.boot;
  remedy.text = event.text;
  remedy.error = event.text + "\n" + event.output;
  remedy.output = event.output.substr(0, kHistoryOutputBytes);
  remedy.exit_code = event.exit_code;
  if (event.outcome != ActionOutcome::kOk) {
    remedy.printed = core::oneLine(core::firstLine(event.output));
    end(r, false, reasonOf(event.outcome), step);
  } else if (remedy.spec.byAlert()) {
    verifyAlert(r, step);
  } else if (remedy.check < 0) {
    end(r, true, FailureReason::kError, step);
  } else {
    enter(remedy, Phase::kSettling);
    remedy.verify_until = step.now.boot + remedy.spec.verify.within;
    timers_.set(r, step.now.boot + remedy.spec.verify.after);
    if (!stopped_) {
      wakeDue(step);
    }
  }
  if (remedy.phase != Phase::kReporting) {  // which wakes them when it is durable
    wakeQueued(step);
  }
}

void Healing::look(int r, Step& step) {
  Remedy& remedy = at(r);
  if (remedy.check < 0) {
    lookAtInterrupted(r, step);
    return;
  }
  enter(remedy, Phase::kVerifying);
  remedy.awaited = detection_.request(remedy.check, step.out.actions);
}

void Healing::looked(int r, Step& step) {
  Remedy& remedy = at(r);
  const bool healthy = remedy.spec.on.healed(detection_.lastResult(remedy.check));
  const core::BootTime now = step.now.boot;
  if (remedy.recovering) {
    end(r, healthy, FailureReason::kInterrupted, step);
    return;
  }
  if (healthy && remedy.spec.on.healed(detection_.health(remedy.check))) {
    end(r, true, FailureReason::kError, step);
    return;
  }
  const bool over = now >= remedy.verify_until;
  if (over && !healthy) {
    remedy.text = "the check is not healthy again: " + detection_.message(remedy.check);
    end(r, false, FailureReason::kVerification, step);
    return;
  }
  // A run of healthy results that has begun within the window is let finish (healthy_after > 1).
  const core::BootTime next = now + timeBetweenLooks(remedy.spec.verify);
  enter(remedy, Phase::kSettling);
  timers_.set(r, over ? next : std::min(next, remedy.verify_until));
}

void Healing::end(int r, bool ok, FailureReason reason, Step& step) {
  Remedy& remedy = at(r);
  timers_.clear(r);
  remedy.ok = ok;
  remedy.reason = reason;
  enter(remedy, Phase::kReporting);
  if (store_up_) {
    proposeResult(r, step);
  }
}

void Healing::proposeResult(int r, Step& step) {
  Remedy& remedy = at(r);
  CHECK(remedy.phase == Phase::kReporting && busy(remedy), "a result is of an attempt");
  RemedyTotals& totals = figures(remedy).totals;
  proposed_.push_back({Proposed::Kind::kResult, r, totals});
  const auto& conditions = governors_[remedy.governor].policy().permanent_open_conditions;
  if (!remedy.ok && core::matchError(remedy.error, conditions)) {
    remedy.reason = FailureReason::kPermanent;
  }
  const auto reason = static_cast<std::size_t>(remedy.reason);
  ++(remedy.ok ? totals.successes : totals.failures[reason]);
  published_.failures.reset();
  proposeProgress(remedy, step.now);
  governors_.propose(remedy.governor, [&](core::Governor& governor) {
    return governor.result(remedy.attempt, remedy.ok, remedy.error, step.now);
  });
}

void Healing::ended(int r, Step& step) {
  Remedy& remedy = at(r);
  CHECK(remedy.phase == Phase::kReporting, "what has ended was reported");
  RemedyView& view = figures(remedy);
  const bool ok = remedy.ok;
  const bool again = !ok && !remedy.preventive_run && !remedy.recovering && remedy.check >= 0;
  if (!remedy.recovering) {
    const core::Duration took = step.now.boot - remedy.started;
    view.duration.observe(took, remedy.attempt, step.now.wall);
    durations_.at(remedy.spec.kind).observe(took, remedy.attempt, step.now.wall);
  }
  preventive_failures_ += remedy.preventive_run && !ok ? 1 : 0;
  view.last_result = ok ? "ok" : std::string(toString(remedy.reason)) + ": " + remedy.text;
  view.last_output = ok ? "" : std::exchange(remedy.printed, "");
  remedy.view.last_result = view.last_result;
  remedy.view.last_output = view.last_output;
  if (ok) {
    view.last_success = step.now.wall;
    remedy.healed_at = step.now.boot;
  }
  Note note{ok ? Note::Level::kInfo : Note::Level::kWarn,
            ok ? "attempt succeeded" : "attempt failed",
            {{"remedy", remedy.spec.name},
             {"governor", remedy.spec.governor},
             {"attempt", std::to_string(remedy.attempt)},
             {"result", view.last_result},
             {"consecutive_failures",
              std::to_string(governors_[remedy.governor].state().consecutive_failures)},
             {"backoff", core::toText(governors_[remedy.governor].backoffNow())}}};
  if (!view.last_output.empty()) {
    note.fields.emplace_back("output", view.last_output);
  }
  step.out.notes.push_back(std::move(note));
  remedy.error.clear();
  remedy.output.clear();
  remedy.exit_code.reset();
  rest(remedy);
  if (again && remedy.spec.on.asks(detection_.health(remedy.check))) {
    want(r, false, step);
  }
  if (remedy.spec.byAlert()) {
    if (!ok && remedy.spec.alert.retry && remedy.episode && episodes_.firing(*remedy.episode)) {
      episodes_.waitAgain(*remedy.episode);
    }
    wantNext(r, step);
  }
}

void Healing::keep(core::Now) {
  kept_.insert(kept_.end(), proposed_.begin(), proposed_.end());
  proposed_.clear();
}

void Healing::undo(core::Now) {
  raised_.clear();
  const std::vector<Proposed> undone = std::exchange(proposed_, {});
  for (auto it = undone.rbegin(); it != undone.rend(); ++it) {
    figures(at(it->remedy)).totals = it->before;
    published_.failures.reset();
    if (it->kind == Proposed::Kind::kAdmission) undone_.push_back(it->remedy);
  }
}

void Healing::committed(Step& step) {
  forgetSettled();
  bool slot_free = false;
  for (const int governor : governors_.takeKept(step.out.notes)) {
    waitForQuiet(governor, step.now.boot);
    slot_free = true;
  }
  for (const Proposed& proposed : std::exchange(kept_, {})) {
    if (proposed.kind == Proposed::Kind::kAdmission) {
      startAction(proposed.remedy, step);
    } else {
      ended(proposed.remedy, step);
    }
  }
  if (slot_free) {
    wakeQueued(step);
  }
  raiseAlerts(step);
}

void Healing::refused(Step& step) {
  for (const int remedy : std::exchange(undone_, {})) {
    deny(remedy, {core::Guard::kStoreUnavailable, std::nullopt}, step);
  }
}

void Healing::storeIsBack(Step& step) {
  store_up_ = true;
  for (const int remedy : reporting_) {
    proposeResult(remedy, step);
  }
  continueRecovery(step);
  dropEpisodesOfOthers(step.now.boot);  // what a reload forgot may be back since a commit failed
  wakeEpisodes();
  episodes_wait_ = true;
  tendEpisodes(step);
  wakeQueued(step);
}

}  // namespace heald::engine
