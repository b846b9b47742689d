// The part of Healing that finds out whether an attempt has ended an alert: because that is told,
// or because Alertmanager is asked.
#include <algorithm>
#include <utility>

#include "core/text.h"
#include "engine/healing.h"

namespace heald::engine {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

core::Duration timeBetweenAsking(core::Duration within) {
  return std::clamp<core::Duration>(within / 10, seconds(1), minutes(1));
}

}  // namespace

// After the action: success is that the alert is resolved within the window.
void Healing::verifyAlert(int r, Step& step) {
  Remedy& remedy = at(r);
  const core::Duration within = remedy.spec.verify.within;
  if (!remedy.episode || within == core::Duration::zero() || alertWasResolved(remedy)) {
    end(r, true, FailureReason::kError, step);
    return;
  }
  enter(remedy, Phase::kVerifying);
  remedy.awaited = 0;  // an answer about the alert before may be on its way
  remedy.verify_until = step.now.boot + within;
  waitForAlert(r, step);
}

bool Healing::alertWasResolved(const Remedy& remedy) const {
  return remedy.episode && episodes_.resolved(*remedy.episode, remedy.attempt);
}

void Healing::waitForAlert(int r, Step& step) {
  Remedy& remedy = at(r);
  const core::BootTime next = step.now.boot + timeBetweenAsking(remedy.spec.verify.within);
  timers_.set(r, alertmanager_.asked ? std::min(next, remedy.verify_until) : remedy.verify_until);
}

// The window is over, it is time to ask, or a reload came while an answer was awaited.
void Healing::lookAtAlert(int r, Step& step) {
  const Remedy& remedy = at(r);
  if (remedy.recovering) {
    lookAtInterrupted(r, step);
  } else if (alertmanager_.asked && episodes_.firing(*remedy.episode)) {
    askForAlert(r, step);
  } else if (step.now.boot < remedy.verify_until) {
    waitForAlert(r, step);
  } else {
    alertStillFires(r, "", step);
  }
}

void Healing::askForAlert(int r, Step& step) {
  Remedy& remedy = at(r);
  const Episode& episode = *episodes_.find(*remedy.episode);
  remedy.awaited = ++runs_;
  asking_[remedy.awaited] = r;
  step.out.actions.push_back(AskAlert{remedy.awaited, *remedy.episode, episode.fingerprint,
                                      episode.labels, episode.starts_at,
                                      alertmanager_.ignore_labels});
}

void Healing::alertAsked(const AlertAsked& event, Step& step) {
  const auto found = asking_.find(event.run);
  if (found == asking_.end()) {
    return;
  }
  const int r = found->second;
  asking_.erase(found);
  const bool awaited =
      remedies_[place(r)].phase == Phase::kVerifying && remedies_[place(r)].awaited == event.run;
  if (!awaited || stopped_) {
    return;
  }
  Remedy& remedy = at(r);
  remedy.awaited = 0;
  remedy.ceased = event.answer == AlertAnswer::kGone;
  if (remedy.ceased) {
    step.out.notes.push_back({Note::Level::kInfo,
                              "the alert does not fire any more: Alertmanager was asked",
                              {{"remedy", remedy.spec.name},
                               {"governor", remedy.spec.governor},
                               {"attempt", std::to_string(remedy.attempt)}}});
    end(r, true, FailureReason::kError, step);
  } else if (remedy.recovering) {
    end(r, false, FailureReason::kInterrupted, step);
  } else if (step.now.boot >= remedy.verify_until) {
    alertStillFires(r, event.answer == AlertAnswer::kUnknown ? event.text : "", step);
  } else {
    waitForAlert(r, step);
  }
}

// `unknown`: why Alertmanager could not say.
void Healing::alertStillFires(int r, const std::string& unknown, Step& step) {
  Remedy& remedy = at(r);
  const std::string after = core::toText(remedy.spec.verify.within) + " after the action ended";
  remedy.text =
      !episodes_.firing(*remedy.episode)
          ? "the alert was forgotten: whether it fires " + after + " is not known"
      : unknown.empty()
          ? "the alert still fires " + after
          : "nobody said within " + core::toText(remedy.spec.verify.within) +
                " that the alert is over, and Alertmanager could not be asked: " + unknown;
  end(r, false, FailureReason::kVerification, step);
}

// Of a last process: an alert tells by now whether it helped.
void Healing::lookAtInterrupted(int r, Step& step) {
  Remedy& remedy = at(r);
  const bool resolved = alertWasResolved(remedy);
  if (resolved || !alertmanager_.asked || !remedy.episode || !episodes_.firing(*remedy.episode)) {
    end(r, resolved, FailureReason::kInterrupted, step);
    return;
  }
  enter(remedy, Phase::kVerifying);
  askForAlert(r, step);
}

}  // namespace heald::engine
