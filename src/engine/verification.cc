#include "engine/verification.h"

#include <algorithm>

#include "core/text.h"

namespace heald::engine {

namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

core::Duration timeBetweenAsking(core::Duration within) {
  return std::clamp<core::Duration>(within / 10, seconds(1), minutes(1));
}

}  // namespace

core::Duration timeBetweenLooks(const VerifyPolicy& verify) {
  return std::clamp<core::Duration>((verify.within - verify.after) / 10, milliseconds(50),
                                    seconds(5));
}

Verification::Found Verification::begin(int r, Step& step) {
  Remedy& remedy = roster_.at(r);
  if (remedy.spec.byAlert()) {
    return beginForAlert(r, step);
  }
  if (remedy.check < 0) {
    return End{true, FailureReason::kError};
  }
  turns_.happens(remedy, AttemptEvent::kActed);
  remedy.attempt.verify_until = step.now.boot + remedy.spec.verify.within;
  turns_.wakeAt(r, step.now.boot + remedy.spec.verify.after);
  return std::nullopt;
}

Verification::Found Verification::look(int r, Step& step) {
  Remedy& remedy = roster_.at(r);
  if (remedy.check < 0) {
    return lookAtInterrupted(r, step);
  }
  turns_.happens(remedy, AttemptEvent::kLooks);
  remedy.attempt.awaited = detection_.request(remedy.check, step.out.actions);
  return std::nullopt;
}

Verification::Found Verification::looked(int r, Step& step) {
  Remedy& remedy = roster_.at(r);
  const bool healthy = remedy.spec.on.healed(detection_.checks().lastResult(remedy.check));
  const core::BootTime now = step.now.boot;
  if (remedy.attempt.recovering) {
    return End{healthy, FailureReason::kInterrupted};
  }
  if (healthy && remedy.spec.on.healed(detection_.checks().health(remedy.check))) {
    return End{true, FailureReason::kError};
  }
  const bool over = now >= remedy.attempt.verify_until;
  if (over && !healthy) {
    remedy.attempt.text =
        "the check is not healthy again: " + detection_.checks().view(remedy.check).message;
    return End{false, FailureReason::kVerification};
  }
  // A run of healthy results that has begun within the window is let finish (healthy_after > 1).
  const core::BootTime next = now + timeBetweenLooks(remedy.spec.verify);
  turns_.happens(remedy, AttemptEvent::kNotKnownYet);
  turns_.wakeAt(r, over ? next : std::min(next, remedy.attempt.verify_until));
  return std::nullopt;
}

Verification::Found Verification::lookAtAlert(int r, Step& step) {
  const Remedy& remedy = roster_.at(r);
  if (remedy.attempt.recovering) {
    return lookAtInterrupted(r, step);
  }
  if (alertmanager_.asked && episodes_.firing(*remedy.episode)) {
    askForAlert(r, step);
  } else if (step.now.boot < remedy.attempt.verify_until) {
    waitForAlert(r, step);
  } else {
    return alertStillFires(r, "");
  }
  return std::nullopt;
}

Verification::Found Verification::answered(int r, const AlertAsked& event, Step& step) {
  const bool awaited =
      roster_[r].attempt.phase == Phase::kVerifying && roster_[r].attempt.awaited == event.run;
  if (!awaited || turns_.stopped()) {
    return std::nullopt;
  }
  Remedy& remedy = roster_.at(r);
  remedy.attempt.awaited = 0;
  remedy.attempt.ceased = event.answer == AlertAnswer::kGone;
  if (remedy.attempt.ceased) {
    step.out.notes.push_back({Note::Level::kInfo,
                              "the alert does not fire any more: Alertmanager was asked",
                              {{"remedy", remedy.spec.name},
                               {"governor", remedy.spec.governor},
                               {"attempt", std::to_string(remedy.attempt.number)}}});
    return End{true, FailureReason::kError};
  }
  if (remedy.attempt.recovering) {
    return End{false, FailureReason::kInterrupted};
  }
  if (step.now.boot >= remedy.attempt.verify_until) {
    return alertStillFires(r, event.answer == AlertAnswer::kUnknown ? event.text : "");
  }
  waitForAlert(r, step);
  return std::nullopt;
}

// After the action: success is that the alert is resolved within the window.
Verification::Found Verification::beginForAlert(int r, Step& step) {
  Remedy& remedy = roster_.at(r);
  const core::Duration within = remedy.spec.verify.within;
  if (!remedy.episode || within == core::Duration::zero() || alertWasResolved(remedy)) {
    return End{true, FailureReason::kError};
  }
  turns_.happens(remedy, AttemptEvent::kActedForAlert);
  remedy.attempt.awaited = 0;  // an answer about the alert before may be on its way
  remedy.attempt.verify_until = step.now.boot + within;
  waitForAlert(r, step);
  return std::nullopt;
}

bool Verification::alertWasResolved(const Remedy& remedy) const {
  return remedy.episode && episodes_.resolved(*remedy.episode, remedy.attempt.number);
}

void Verification::waitForAlert(int r, Step& step) {
  Remedy& remedy = roster_.at(r);
  const core::BootTime next = step.now.boot + timeBetweenAsking(remedy.spec.verify.within);
  turns_.wakeAt(r, alertmanager_.asked ? std::min(next, remedy.attempt.verify_until)
                                       : remedy.attempt.verify_until);
}

void Verification::askForAlert(int r, Step& step) {
  Remedy& remedy = roster_.at(r);
  const Episode& episode = *episodes_.find(*remedy.episode);
  remedy.attempt.awaited = runs_.ask(r);
  step.out.actions.push_back(AskAlert{remedy.attempt.awaited, *remedy.episode, episode.fingerprint,
                                      episode.labels, episode.starts_at,
                                      alertmanager_.ignore_labels});
}

// `unknown`: why Alertmanager could not say.
Verification::End Verification::alertStillFires(int r, const std::string& unknown) {
  Remedy& remedy = roster_.at(r);
  const std::string after = core::toText(remedy.spec.verify.within) + " after the action ended";
  remedy.attempt.text =
      !episodes_.firing(*remedy.episode)
          ? "the alert was forgotten: whether it fires " + after + " is not known"
      : unknown.empty()
          ? "the alert still fires " + after
          : "nobody said within " + core::toText(remedy.spec.verify.within) +
                " that the alert is over, and Alertmanager could not be asked: " + unknown;
  return End{false, FailureReason::kVerification};
}

// Of a last process: an alert tells by now whether it helped.
Verification::Found Verification::lookAtInterrupted(int r, Step& step) {
  Remedy& remedy = roster_.at(r);
  const bool resolved = alertWasResolved(remedy);
  if (resolved || !alertmanager_.asked || !remedy.episode || !episodes_.firing(*remedy.episode)) {
    return End{resolved, FailureReason::kInterrupted};
  }
  turns_.happens(remedy, AttemptEvent::kLooks);
  askForAlert(r, step);
  return std::nullopt;
}

}  // namespace heald::engine
