#include "engine/attempts.h"

#include <algorithm>
#include <utility>

#include "core/error_matcher.h"
#include "core/invariant.h"
#include "core/plain_text.h"
#include "core/text.h"
#include "engine/label_variables.h"

namespace heald::engine {

namespace {

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

core::Verdict Attempts::admit(int r, Step& step) {
  Remedy& remedy = p_.roster.at(r);
  const core::Gates gates = p_.guards.gatesOf(remedy, step.now.boot);
  const auto approval = p_.guards.approvalNeeded(remedy);
  const auto decision = p_.governors.propose(remedy.governor, [&](core::Governor& governor) {
    return governor.trigger(gates, remedy.spec.name, step.now);
  });
  if (!decision.ticket) {
    return decision.verdict;
  }
  if (approval) p_.approvals.use(*approval, remedy.spec.governor, decision.ticket->id);
  if (remedy.episode) {
    p_.episodes.admitted(*remedy.episode, decision.ticket->id);
  }
  p_.escalation.start(remedy, step.now);
  p_.totals.admitted(remedy);
  p_.turns.happens(remedy, AttemptEvent::kAdmitted);
  remedy.attempt.number = decision.ticket->id;
  remedy.attempt.started = step.now.boot;
  return {};
}

void Attempts::start(int r, Step& step) {
  Remedy& remedy = p_.roster.at(r);
  Attempt& attempt = remedy.attempt;
  CHECK(attempt.phase == Phase::kActing && attempt.busy(), "what starts was admitted");
  CHECK(!remedy.spec.permit || attempt.permit != 0, "what needs a permit of a fleet has one");
  attempt.permit = 0;  // used
  const Episode* episode = p_.escalation.episodeOf(remedy);
  const std::string reason = p_.escalation.reasonFor(remedy);
  if (p_.escalation.of(remedy).failures == 0 && attempt.wanted_at) {
    p_.figures.event_wait.observe(step.now.boot - *attempt.wanted_at);
  }
  attempt.wanted_at.reset();
  remedy.view.last_denied_by.reset();
  remedy.told_denial.clear();
  ++p_.roster.figures(remedy).allowed;
  if (remedy.preventive_run) {
    p_.preventive.started();
  }
  attempt.run = p_.runs.act(r);
  StartAction action{
      remedy.base, attempt.step, attempt.number, remedy.spec.check, reason, attempt.run, {}};
  action.governor = p_.governors.list()[remedy.governor].name;
  action.incident = p_.escalation.nameFor(remedy);
  if (episode != nullptr) {
    handLabels(remedy, episode->labels, action, step);
  }
  step.out.actions.push_back(std::move(action));
  step.out.notes.push_back({Note::Level::kInfo,
                            "attempt started",
                            {{"remedy", remedy.spec.name},
                             {"governor", remedy.spec.governor},
                             {"attempt", std::to_string(attempt.number)},
                             {"step", std::to_string(attempt.step + 1)},
                             {"check", remedy.spec.check},
                             {"reason", reason}}});
}

// Who raises an alert chooses its labels: those that clash are told of.
void Attempts::handLabels(const Remedy& remedy, const Labels& labels, StartAction& action,
                          Step& step) {
  LabelVariables handed = labelVariables(labels, remedy.spec.alert);
  action.labels = labels;
  action.variables = std::move(handed.variables);
  if (handed.refused.empty()) {
    return;
  }
  p_.figures.labels_refused += handed.refused.size();
  std::string names;
  for (const std::string& name : handed.refused) {
    names += (names.empty() ? "" : ", ") + name;
  }
  names = core::oneLine(names, 128);
  step.out.notes.push_back({Note::Level::kWarn,
                            "labels of an alert not passed on: names differ in case only",
                            {{"remedy", remedy.spec.name},
                             {"attempt", std::to_string(remedy.attempt.number)},
                             {"labels", names}}});
  step.out.remarks.push_back({.kind = HistoryKind::kAlert,
                              .event = "labels_refused",
                              .governor = remedy.spec.governor,
                              .remedy = remedy.spec.name,
                              .target = remedy.target,
                              .message = "names differ in case only: " + names});
}

Verification::Found Attempts::acted(int r, const ActionFinished& event, Step& step) {
  Attempt& attempt = p_.roster.at(r).attempt;
  CHECK(attempt.phase == Phase::kActing && attempt.run == event.run, "an action is of its attempt");
  attempt.acted = step.now.boot;
  attempt.text = event.text;
  attempt.error = event.text + "\n" + event.output;
  attempt.output = event.output.substr(0, kHistoryOutputBytes);
  attempt.exit_code = event.exit_code;
  if (event.outcome == ActionOutcome::kOk) {
    return std::nullopt;
  }
  attempt.printed = core::oneLine(core::firstLine(event.output));
  return Verification::End{false, reasonOf(event.outcome)};
}

void Attempts::end(int r, const Verification::Found& found, Step& step) {
  if (!found) {
    return;
  }
  Remedy& remedy = p_.roster.at(r);
  p_.turns.letSleep(r);
  remedy.attempt.ok = found->ok;
  remedy.attempt.reason = found->reason;
  p_.turns.happens(remedy, AttemptEvent::kEnded);
  if (p_.guards.storeUp()) {
    report(r, step);
  }
}

void Attempts::report(int r, Step& step) {
  Remedy& remedy = p_.roster.at(r);
  Attempt& attempt = remedy.attempt;
  CHECK(attempt.phase == Phase::kReporting && attempt.busy(), "a result is of an attempt");
  const auto& conditions = p_.governors[remedy.governor].policy().permanent_open_conditions;
  if (!attempt.ok && core::matchError(attempt.error, conditions)) {
    attempt.reason = FailureReason::kPermanent;
  }
  p_.totals.ended(remedy);
  p_.escalation.end(remedy, step.now);
  p_.governors.propose(remedy.governor, [&](core::Governor& governor) {
    return governor.result(attempt.number, attempt.ok, attempt.error, step.now);
  });
}

void Attempts::conclude(int r, Step& step) {
  Remedy& remedy = p_.roster.at(r);
  Attempt& attempt = remedy.attempt;
  CHECK(attempt.phase == Phase::kReporting, "what has ended was reported");
  RemedyView& view = p_.roster.figures(remedy);
  const bool ok = attempt.ok;
  if (!attempt.recovering) {
    const core::Duration took = step.now.boot - attempt.started;
    view.duration.observe(took, attempt.number, step.now.wall);
    p_.figures.durations.at(remedy.spec.kind).observe(took, attempt.number, step.now.wall);
  }
  if (remedy.preventive_run && !ok) {
    p_.preventive.failed();
  }
  view.last_result = ok ? "ok" : std::string(toString(attempt.reason)) + ": " + attempt.text;
  view.last_output = ok ? "" : attempt.printed;
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
             {"attempt", std::to_string(attempt.number)},
             {"result", view.last_result},
             {"consecutive_failures",
              std::to_string(p_.governors[remedy.governor].state().consecutive_failures)},
             {"backoff", core::toText(p_.governors[remedy.governor].backoffNow())}}};
  if (!view.last_output.empty()) {
    note.fields.emplace_back("output", view.last_output);
  }
  step.out.notes.push_back(std::move(note));
}

}  // namespace heald::engine
