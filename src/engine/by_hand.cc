#include "engine/by_hand.h"

#include <vector>

#include "core/plain_text.h"
#include "core/text.h"

namespace heald::engine {

Error ByHand::noRemedy(const std::string& name) const {
  return {ErrorCode::kNotFound,
          "no remedy \"" + name + "\" (there are: " + p_.roster.names() + ")"};
}

Result<Reply> ByHand::run(const RunRemedyNow& command, Step& step) {
  const int r = p_.roster.indexOf(command.remedy);
  if (r < 0) {
    return noRemedy(command.remedy);
  }
  if (const Pause* pause = p_.pauses.of(command.remedy, step.now.boot)) {
    const bool all = pause == p_.pauses.ofAll(step.now.boot);
    return Error{ErrorCode::kConflict, "remedy \"" + command.remedy + "\" is paused for another " +
                                           core::toText(pause->until - step.now.boot) + " (" +
                                           pause->reason + "); to end that: healdctl unpause " +
                                           (all ? "--all" : core::quotedForShell(command.remedy))};
  }
  const AlertPolicy& alert = p_.roster[r].spec.alert;
  if (!alert.target.empty() || !alert.arguments.empty()) {
    return Error{ErrorCode::kConflict,
                 "remedy \"" + command.remedy + "\" needs the labels of an alert: send it one"};
  }
  p_.figures.event(EventSource::kApi);
  if (p_.roster[r].attempt.phase == Phase::kIdle) {
    p_.roster.at(r).episode.reset();  // a human asks for it, no alert does
  }
  p_.roster.at(r).attempt.asks_from.reset();
  const core::Verdict verdict = p_.wants.detected(r, p_.roster[r].spec.preventive, step);
  if (!verdict.allowed()) {
    std::string until =
        verdict.until ? ", which lasts another " + core::toText(*verdict.until - step.now.boot)
                      : "";
    const auto needed = verdict.denied_by == core::Guard::kApproval
                            ? p_.guards.approvalNeeded(p_.roster[r])
                            : std::nullopt;
    const std::string approval = needed ? ": " + approveCommand(*needed) : "";
    return Error{ErrorCode::kConflict, "remedy \"" + command.remedy + "\" may not start now: " +
                                           std::string(toString(*verdict.denied_by)) + until +
                                           approval};
  }
  return Reply{"remedy \"" + command.remedy + "\" is wanted; its check is run again first"};
}

void ByHand::retry(int governor, Step& step) {
  for (const int r : std::vector<int>(p_.roster.ofGovernor(governor))) {
    const Remedy& remedy = p_.roster.at(r);
    if (remedy.attempt.phase != Phase::kIdle) {
      continue;
    }
    if (remedy.check >= 0 && remedy.spec.on.asks(p_.checks.health(remedy.check))) {
      p_.figures.event(EventSource::kApi);
      p_.wants.detected(r, false, step);
    } else if (remedy.spec.byAlert()) {
      p_.episodes.wake(groupOf(remedy));
      if (remedy.episode) {
        p_.alert_episodes.tryAgain(*remedy.episode);
      }
      p_.wants.wantNext(r, step);
    }
  }
}

}  // namespace heald::engine
