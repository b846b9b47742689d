#include "engine/healing.h"

#include <algorithm>
#include <utility>

#include "core/invariant.h"
#include "core/text.h"
#include "engine/phases.h"

namespace heald::engine {

using core::Guard;

namespace {

template <class Enum, std::size_t N>
void countUp(std::array<std::uint64_t, N>& counts, Enum which) {
  ++counts[static_cast<std::size_t>(which)];
}

constexpr std::chrono::milliseconds kLongestLead{100};

}  // namespace

core::Gates Healing::gatesOf(const Remedy& remedy) const {
  core::Gates now_gates = gates(remedy.preventive_run);
  now_gates.parent_dormant = governors_.parentDormant(remedy.governor);
  return now_gates;
}

core::Verdict Healing::ask(const Remedy& remedy, core::BootTime now) const {
  return governors_[remedy.governor].ask(gatesOf(remedy), now);
}

bool Healing::stormBrake() const {
  const int total = static_cast<int>(detection_.size());
  return total >= policy_.storm_brake.min_checks &&
         detection_.unhealthyCount() * 100 > policy_.storm_brake.max_unhealthy_percent * total;
}

core::Gates Healing::gates(bool preventive) const {
  core::Gates gates;
  gates.feature_enabled = features_.enabled(core::Feature::kAutoHealing) &&
                          (!preventive || features_.enabled(core::Feature::kPreventiveHealing));
  gates.store_available = store_up_;
  gates.max_concurrent_reached = slots_.maxConcurrentReached();
  gates.max_unverified_reached = slots_.maxUnverifiedReached();
  gates.storm_brake = stormBrake();
  return gates;
}

void Healing::raise(int check, EventSource source, Step& step) {
  std::vector<int> asked;
  for (const int r : remedies_of_check_[static_cast<std::size_t>(check)]) {
    const core::AnswersTo& on = std::as_const(*this).at(r).spec.on;
    if (on.asks(detection_.lastResult(check)) && on.asks(detection_.health(check))) {
      asked.push_back(r);
    }
  }
  // A warning that no remedy answers to asks for nothing.
  if (asked.empty() && detection_.health(check) == Health::kWarning) {
    return;
  }
  countUp(events_, source);
  if (asked.empty()) {
    countUp(dropped_, DropReason::kUnmatched);
  }
  for (const int remedy : asked) {
    detected(remedy, false, step);
  }
}

void Healing::runPreventive(Step& step) {
  for (const int remedy : preventive_) {
    countUp(events_, EventSource::kPreventive);
    detected(remedy, true, step);
  }
}

int Healing::indexOf(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? -1 : found->second;
}

Error Healing::noRemedy(const std::string& name) const {
  std::string names;
  for (std::size_t i = 0; i < configured_ && i < 20; ++i) {
    names += (i == 0 ? "" : ", ") + remedies_[i].spec.name;
  }
  return {ErrorCode::kNotFound, "no remedy \"" + name + "\" (there are: " + names + ")"};
}

Result<Reply> Healing::runNow(const RunRemedyNow& command, Step& step) {
  const int r = indexOf(command.remedy);
  if (r < 0) {
    return noRemedy(command.remedy);
  }
  if (const Pause* pause = pauses_.of(command.remedy, step.now.boot)) {
    const bool all = pause == pauses_.ofAll(step.now.boot);
    return Error{ErrorCode::kConflict, "remedy \"" + command.remedy + "\" is paused for another " +
                                           core::toText(pause->until - step.now.boot) + " (" +
                                           pause->reason + "); to end that: healdctl unpause " +
                                           (all ? "--all" : command.remedy)};
  }
  const AlertPolicy& alert = at(r).spec.alert;
  if (!alert.target.empty() || !alert.arguments.empty()) {
    return Error{ErrorCode::kConflict,
                 "remedy \"" + command.remedy + "\" needs the labels of an alert: send it one"};
  }
  countUp(events_, EventSource::kApi);
  if (at(r).phase == Phase::kIdle) {
    at(r).episode.reset();  // a human asks for it, no alert does
  }
  const core::Verdict verdict = detected(r, at(r).spec.preventive, step);
  if (!verdict.allowed()) {
    std::string until =
        verdict.until ? ", which lasts another " + core::toText(*verdict.until - step.now.boot)
                      : "";
    return Error{ErrorCode::kConflict, "remedy \"" + command.remedy + "\" may not start now: " +
                                           std::string(toString(*verdict.denied_by)) + until};
  }
  return Reply{"remedy \"" + command.remedy + "\" is wanted; its check is run again first"};
}

core::Verdict Healing::detected(int r, bool preventive, Step& step) {
  ++at(r).view.detected;
  return want(r, preventive, step);
}

core::Verdict Healing::want(int r, bool preventive, Step& step) {
  Remedy& remedy = at(r);
  const bool under_way = busy(remedy) || remedy.phase == Phase::kPrechecking;
  if (stopped_ || alertIsGone(r, step)) {
    return {};
  }
  if (!under_way && preventive && remedy.phase != Phase::kIdle) {
    countUp(dropped_, DropReason::kDuplicate);
    return {};
  }
  if (!under_way && heldBack(r, step)) {
    return {};
  }
  if (!under_way) {
    remedy.preventive_run = preventive;
    remedy.wanted_at = remedy.wanted_at.value_or(step.now.boot);
  }
  const core::Verdict verdict = ask(remedy, step.now.boot);
  if (under_way) {
    // Its own attempt is in the way, whatever the governor would say of another.
    if (verdict.allowed()) {
      countUp(dropped_, DropReason::kDuplicate);
    } else {
      governors_.suppressed(remedy.governor, *verdict.denied_by);
    }
    return {Guard::kInFlight, std::nullopt};
  }
  // An exhausted budget makes the governor dormant, but only for an attempt that is really needed.
  if (!verdict.allowed() && verdict.denied_by != Guard::kBudget) {
    deny(r, verdict, step);
    return verdict;
  }
  if (remedy.phase == Phase::kQueued && slots_.free() <= 0) {
    return {};
  }
  if (remedy.check >= 0 && !preventive) {
    precheck(r, step);
  } else {
    admit(r, step);
  }
  return {};
}

void Healing::deny(int r, const core::Verdict& verdict, Step& step) {
  Remedy& remedy = at(r);
  const Guard guard = *verdict.denied_by;
  governors_.suppressed(remedy.governor, guard);
  if (remedy.view.last_denied_by != guard) {
    Note note{Note::Level::kInfo,
              "attempt denied",
              {{"remedy", remedy.spec.name},
               {"governor", remedy.spec.governor},
               {"guard", std::string(toString(guard))}}};
    if (verdict.until) {
      note.fields.emplace_back("until",
                               core::toIso8601(step.now.wall + (*verdict.until - step.now.boot)));
    }
    step.out.notes.push_back(std::move(note));
  }
  tellDenial(remedy, toString(guard), "", verdict.until, step);
  const bool waits = !remedy.preventive_run && asksAgain(remedy);
  const auto wanted_at = remedy.wanted_at;
  rest(remedy);
  remedy.view.last_denied_by = guard;
  if (waits && verdict.until) {
    remedy.wanted_at = wanted_at;
    waitUntilAllowed(r);
  } else if (waits && endsWithAnAttempt(guard)) {
    remedy.wanted_at = wanted_at;
    enter(remedy, Phase::kQueued);
    queue_.push_back(r);
    takeTurn();
  } else if (remedy.spec.byAlert()) {
    episodes_.setAside(groupOf(remedy));
  }
}

// The check is run again so early that it has ended when the wait is over: what it takes does not
// delay the attempt.
void Healing::waitUntilAllowed(int r) {
  Remedy& remedy = at(r);
  const core::Duration lead =
      remedy.check < 0
          ? core::Duration::zero()
          : std::min<core::Duration>(detection_.lastDuration(remedy.check), kLongestLead);
  enter(remedy, Phase::kWaiting);
  timers_.set(r, *governors_[remedy.governor].nextAllowedAt() - lead);
}

void Healing::wait(int r, Step& step) {
  Remedy& remedy = at(r);
  if (heldBack(r, step)) {
    return;
  }
  const auto allowed_at = governors_[remedy.governor].nextAllowedAt();
  // After a suspend, or behind a slow disk, what was found shortly before the end of the wait is
  // old.
  if (remedy.checked && step.now.boot - detection_.lastResultAt(remedy.check) <= kLongestLead) {
    // Another run may have said otherwise since.
    prechecked(r, step);
  } else if (remedy.check >= 0 && allowed_at && step.now.boot < *allowed_at) {
    precheck(r, step);
  } else {
    want(r, false, step);
  }
}

void Healing::enter(Remedy& remedy, Phase phase) {
  CHECK(mayFollow(remedy.phase, phase), "an attempt goes on only as the table of phases.h says");
  moved(remedy, phase);
}

// What is kept by phase follows.
void Healing::moved(Remedy& remedy, Phase phase) {
  const int index = static_cast<int>(&remedy - remedies_.data());
  const bool pending =
      phase == Phase::kWaiting || phase == Phase::kQueued || phase == Phase::kPrechecking;
  slots_.moved(remedy.phase, phase);
  remedy.phase = phase;
  pending ? void(pending_.insert(index)) : void(pending_.erase(index));
  phase == Phase::kReporting ? void(reporting_.insert(index)) : void(reporting_.erase(index));
}

void Healing::rest(Remedy& remedy) {
  const int index = static_cast<int>(&remedy - remedies_.data());
  enter(remedy, Phase::kIdle);
  remedy.attempt = 0;
  remedy.recovering = false;
  remedy.ceased = false;
  remedy.checked = false;
  remedy.wanted_at.reset();
  timers_.clear(index);
  std::erase(queue_, index);
  armQuietTimer(index);
}

void Healing::precheck(int r, Step& step) {
  Remedy& remedy = at(r);
  timers_.clear(r);
  std::erase(queue_, r);
  enter(remedy, Phase::kPrechecking);
  remedy.awaited = detection_.request(remedy.check, step.out.actions);
}

void Healing::checkFinished(int check, std::uint64_t run, Step& step) {
  bool slot_free = false;
  for (const int r : remedies_of_check_[static_cast<std::size_t>(check)]) {
    const Remedy& remedy = std::as_const(*this).at(r);
    if (run < remedy.awaited) {
      continue;
    }
    if (remedy.phase == Phase::kPrechecking) {
      prechecked(r, step);
      slot_free = true;  // perhaps
    } else if (remedy.phase == Phase::kVerifying) {
      looked(r, step);
    }
  }
  if (slot_free) {
    wakeQueued(step);
  }
}

void Healing::prechecked(int r, Step& step) {
  Remedy& remedy = at(r);
  const Health found = detection_.lastResult(remedy.check);
  const bool asks = remedy.spec.on.asks(found);
  const auto allowed_at = governors_[remedy.governor].nextAllowedAt();
  const core::Duration early = allowed_at ? *allowed_at - step.now.boot : core::Duration{};
  // Only for the last moment of a wait: what was found longer ago is not "immediately before".
  if (asks && !stopped_ && early > early.zero() && early <= kLongestLead) {
    enter(remedy, Phase::kWaiting);
    remedy.checked = true;
    timers_.set(r, *allowed_at);
    return;
  }
  if (asks && !stopped_) {
    admit(r, step);
    return;
  }
  step.out.notes.push_back(
      {Note::Level::kInfo,
       found == Health::kUnknown ? "attempt skipped: check result unknown"
       : remedy.spec.on.healed(found)
           ? "attempt skipped: the check recovered by itself"
           : "attempt skipped: the remedy does not answer to what the check says",
       {{"remedy", remedy.spec.name},
        {"check", remedy.spec.check},
        {"health", std::string(toString(found))},
        {"message", detection_.message(remedy.check)}}});
  if (found == Health::kUnknown) {
    tellDenial(remedy, "check_unknown", detection_.message(remedy.check), {}, step);
  }
  rest(remedy);
}

void Healing::admit(int r, Step& step) {
  Remedy& remedy = at(r);
  if (heldBack(r, step)) {
    return;
  }
  if (remedy.view.observe) {
    wouldAttempt(r, step);
    return;
  }
  const core::Gates now_gates = gatesOf(remedy);
  const auto decision = governors_.propose(remedy.governor, [&](core::Governor& governor) {
    return governor.trigger(now_gates, remedy.spec.name, step.now);
  });
  if (!decision.ticket) {
    deny(r, decision.verdict, step);
    return;
  }
  if (remedy.episode) {
    episodes_.admitted(*remedy.episode, decision.ticket->id);
  }
  reachStep(remedy, step.now);
  RemedyTotals& totals = figures(remedy).totals;
  proposed_.push_back({Proposed::Kind::kAdmission, r, totals});
  ++totals.attempts;
  enter(remedy, Phase::kActing);
  remedy.attempt = decision.ticket->id;
  remedy.started = step.now.boot;
}

void Healing::wouldAttempt(int r, Step& step) {
  Remedy& remedy = at(r);
  const core::Verdict verdict = ask(remedy, step.now.boot);
  if (!verdict.allowed()) {
    deny(r, verdict, step);
    return;
  }
  if (remedy.episode) {
    episodes_.admitted(*remedy.episode, Episode::kObserved);
  }
  ++figures(remedy).allowed;
  ++figures(remedy).would_attempt;
  step.out.notes.push_back({Note::Level::kInfo,
                            "observe mode: an attempt would start now",
                            {{"remedy", remedy.spec.name}, {"governor", remedy.spec.governor}}});
  tellDenial(remedy, "observe_mode", "an attempt would start", {}, step);
  rest(remedy);
}

void Healing::stop() {
  stopped_ = true;
  for (const int remedy : std::set<int>(pending_)) rest(at(remedy));
}

bool Healing::idle() const {
  return slots_.acting() == 0;
}

}  // namespace heald::engine
