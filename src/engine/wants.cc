#include "engine/wants.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "core/text.h"
#include "engine/denials.h"

namespace heald::engine {

using core::Guard;

namespace {

constexpr std::chrono::milliseconds kLongestLead{100};

}  // namespace

core::Verdict Wants::detected(int r, bool preventive, Step& step) {
  ++p_.roster.at(r).view.detected;
  return want(r, preventive, step);
}

core::Verdict Wants::want(int r, bool preventive, Step& step) {
  Remedy& remedy = p_.roster.at(r);
  const bool under_way = remedy.attempt.busy() || remedy.attempt.phase == Phase::kPrechecking ||
                         remedy.attempt.phase == Phase::kAsking;
  if (p_.turns.stopped() || alertIsGone(r, step)) {
    return {};
  }
  if (!under_way && preventive && remedy.attempt.phase != Phase::kIdle) {
    p_.figures.drop(DropReason::kDuplicate);
    return {};
  }
  if (!under_way && p_.held_back.holds(r, step)) {
    return {};
  }
  if (!under_way && FleetAsks::tooSoon(remedy, step.now.boot)) {
    return {};
  }
  if (!under_way) {
    remedy.preventive_run = preventive;
    remedy.attempt.wanted_at = remedy.attempt.wanted_at.value_or(step.now.boot);
  }
  const core::Verdict verdict = p_.guards.ask(remedy, step.now.boot);
  if (under_way) {
    // Its own attempt is in the way, whatever the governor would say of another.
    if (verdict.allowed()) {
      p_.figures.drop(DropReason::kDuplicate);
    } else {
      p_.governors.figures().suppressed(remedy.governor, *verdict.denied_by);
    }
    return {Guard::kInFlight, std::nullopt};
  }
  // An exhausted budget makes the governor dormant, but only for an attempt that is really needed.
  if (!verdict.allowed() && verdict.denied_by != Guard::kBudget) {
    deny(r, verdict, step);
    return verdict;
  }
  if (remedy.attempt.phase == Phase::kQueued && p_.slots.free() <= 0) {
    return {};
  }
  if (remedy.check >= 0 && !preventive) {
    precheck(r, step);
  } else {
    admit(r, step);
  }
  return {};
}

void Wants::wantNext(int r, Step& step) {
  Remedy& remedy = p_.roster.at(r);
  const auto next = p_.episodes.lines().next(groupOf(remedy));
  if (p_.turns.stopped() || remedy.attempt.phase != Phase::kIdle || !next) {
    return;
  }
  remedy.episode = next;
  want(r, false, step);
}

// What it waits to be started for may have been forgotten meanwhile (a suspend of more than a day):
// not knowing means not acting.
bool Wants::alertIsGone(int r, Step& step) {
  Remedy& remedy = p_.roster.at(r);
  if (!remedy.attempt.waits() || !remedy.spec.byAlert() || !remedy.episode ||
      p_.episodes.book().firing(*remedy.episode)) {
    return false;
  }
  remedy.told_denial.clear();
  p_.turns.rest(remedy);
  wantNext(r, step);
  return true;
}

void Wants::deny(int r, const core::Verdict& verdict, Step& step) {
  Remedy& remedy = p_.roster.at(r);
  const Guard guard = *verdict.denied_by;
  p_.governors.figures().suppressed(remedy.governor, guard);
  const auto approval = guard == Guard::kApproval ? p_.guards.approvalNeeded(remedy) : std::nullopt;
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
    if (approval) note.fields.emplace_back("command", approveCommand(*approval));
    step.out.notes.push_back(std::move(note));
  }
  tellDenial(remedy, toString(guard), approval ? approveCommand(*approval) : "", verdict.until,
             step);
  const bool waits = !remedy.preventive_run && remedy.asksAgain();
  const auto wanted_at = remedy.attempt.wanted_at;
  p_.turns.rest(remedy, AttemptEvent::kDenied);
  remedy.view.last_denied_by = guard;
  if (waits && verdict.until) {
    remedy.attempt.wanted_at = wanted_at;
    waitUntilAllowed(r);
  } else if (waits && guard == Guard::kApproval) {
    remedy.attempt.wanted_at = wanted_at;
    p_.turns.waitForApproval(remedy);
  } else if (waits && Turns::endsWithAnAttempt(guard)) {
    remedy.attempt.wanted_at = wanted_at;
    p_.turns.queueUp(remedy, p_.governors.list()[remedy.governor].parent);
  } else if (remedy.spec.byAlert()) {
    p_.episodes.lines().setAside(groupOf(remedy));
  }
}

// The check is run again so early that it has ended when the wait is over: what it takes does not
// delay the attempt.
void Wants::waitUntilAllowed(int r) {
  Remedy& remedy = p_.roster.at(r);
  const core::Duration lead =
      remedy.check < 0 ? core::Duration::zero()
                       : std::min<core::Duration>(
                             p_.detection.checks().view(remedy.check).last_duration, kLongestLead);
  p_.turns.happens(remedy, AttemptEvent::kWaits);
  p_.turns.wakeAt(r, *p_.governors[remedy.governor].nextAllowedAt() - lead);
}

void Wants::due(int r, Step& step) {
  Remedy& remedy = p_.roster.at(r);
  if (p_.held_back.holds(r, step)) {
    return;
  }
  const auto allowed_at = p_.governors[remedy.governor].nextAllowedAt();
  // After a suspend, or behind a slow disk, what was found shortly before the end of the wait is
  // old.
  if (remedy.attempt.checked &&
      step.now.boot - p_.detection.checks().lastResultAt(remedy.check) <= kLongestLead) {
    // Another run may have said otherwise since.
    prechecked(r, step);
  } else if (remedy.check >= 0 && allowed_at && step.now.boot < *allowed_at) {
    precheck(r, step);
  } else {
    want(r, false, step);
  }
}

void Wants::precheck(int r, Step& step) {
  Remedy& remedy = p_.roster.at(r);
  p_.turns.claim(remedy);
  remedy.attempt.awaited = p_.detection.request(remedy.check, step.out.actions);
}

void Wants::prechecked(int r, Step& step) {
  Remedy& remedy = p_.roster.at(r);
  const Health found = p_.detection.checks().lastResult(remedy.check);
  const bool asks = remedy.spec.on.asks(found);
  const auto allowed_at = p_.governors[remedy.governor].nextAllowedAt();
  const core::Duration early = allowed_at ? *allowed_at - step.now.boot : core::Duration{};
  // Only for the last moment of a wait: what was found longer ago is not "immediately before".
  if (asks && !p_.turns.stopped() && early > early.zero() && early <= kLongestLead) {
    p_.turns.happens(remedy, AttemptEvent::kTooEarly);
    remedy.attempt.checked = true;
    p_.turns.wakeAt(r, *allowed_at);
    return;
  }
  if (asks && !p_.turns.stopped()) {
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
        {"message", p_.detection.checks().view(remedy.check).message}}});
  if (found == Health::kUnknown) {
    tellDenial(remedy, "check_unknown", p_.detection.checks().view(remedy.check).message, {}, step);
  }
  p_.turns.rest(remedy);
}

void Wants::admit(int r, Step& step) {
  Remedy& remedy = p_.roster.at(r);
  if (p_.held_back.holds(r, step)) {
    return;
  }
  if (remedy.view.observe) {
    wouldAttempt(r, step);
    return;
  }
  const Checks& checks = p_.detection.checks();
  const core::Duration check_takes =
      remedy.check < 0
          ? core::Duration{}
          : std::min(checks.view(remedy.check).last_duration, checks.spec(remedy.check).timeout);
  if (FleetAsks::needed(remedy, check_takes, step.now.boot)) {
    const core::Verdict verdict = p_.guards.ask(remedy, step.now.boot);
    if (verdict.allowed()) {
      p_.fleet.ask(r, step);
      return;
    }
    if (verdict.denied_by != Guard::kBudget) {
      deny(r, verdict, step);
      return;
    }
  }
  const core::Verdict verdict = p_.attempts.admit(r, step);
  if (!verdict.allowed()) {
    deny(r, verdict, step);
  }
}

// What the check said before the question is old by now, unless the answer was quick.
void Wants::permitted(int r, Step& step) {
  const Remedy& remedy = p_.roster[r];
  if (alertIsGone(r, step)) {
    return;
  }
  if (remedy.check < 0 || remedy.preventive_run) {
    admit(r, step);
  } else if (step.now.boot - p_.detection.checks().lastResultAt(remedy.check) <= kLongestLead) {
    prechecked(r, step);
  } else {
    precheck(r, step);
  }
}

void Wants::wouldAttempt(int r, Step& step) {
  Remedy& remedy = p_.roster.at(r);
  const core::Verdict verdict = p_.guards.ask(remedy, step.now.boot);
  if (!verdict.allowed()) {
    deny(r, verdict, step);
    return;
  }
  if (remedy.episode) {
    p_.episodes.admitted(*remedy.episode, Episode::kObserved);
  }
  ++p_.roster.figures(remedy).allowed;
  ++p_.roster.figures(remedy).would_attempt;
  step.out.notes.push_back({Note::Level::kInfo,
                            "observe mode: an attempt would start now",
                            {{"remedy", remedy.spec.name}, {"governor", remedy.spec.governor}}});
  tellDenial(remedy, "observe_mode", "an attempt would start", {}, step);
  p_.turns.rest(remedy);
}

void Wants::ended(int r, Step& step) {
  Remedy& remedy = p_.roster.at(r);
  const bool ok = remedy.attempt.ok;
  const bool again =
      !ok && !remedy.preventive_run && !remedy.attempt.recovering && remedy.check >= 0;
  p_.turns.rest(remedy, AttemptEvent::kReported);
  if (again && remedy.spec.on.asks(p_.detection.checks().health(remedy.check))) {
    want(r, false, step);
  }
  if (remedy.spec.byAlert()) {
    if (!ok && remedy.spec.alert.retry && remedy.episode &&
        p_.episodes.book().firing(*remedy.episode)) {
      p_.episodes.waitAgain(*remedy.episode);
    }
    wantNext(r, step);
  }
}

// While there is a free slot, the limits over all governors are not reached: what another attempt's
// end lifts is then up to their own governor alone.
void Wants::wakeQueued(Step& step) {
  Queue& queue = p_.turns.queue();
  for (const int governor : p_.governors.takeMoved()) queue.changed(governor);
  const core::Gates gates = p_.guards.gates(false);
  const std::pair outside(gates.feature_enabled, gates.storm_brake);
  if (std::exchange(asked_with_, outside) != outside) queue.allChanged();
  if (!p_.guards.storeUp() || p_.turns.stopped()) {
    return;
  }
  Queue::Round round(queue);
  while (p_.slots.free() > 0) {
    const auto r = round.next();
    if (!r) {
      return;
    }
    const core::Verdict verdict = p_.guards.ask(p_.roster[*r], step.now.boot);
    if (verdict.denied_by && Turns::endsWithAnAttempt(*verdict.denied_by)) {
      queue.blocked(p_.roster[*r].governor);
    } else {
      want(*r, false, step);
    }
  }
}

void Wants::governorsChanged(Step& step) {
  for (const int r : std::set<int>(p_.turns.pending())) {
    if (p_.roster[r].attempt.phase != Phase::kWaiting) {
      continue;
    }
    p_.roster.at(r).attempt.asks_from.reset();  // perhaps at the server, too
    if (p_.governors[p_.roster[r].governor].nextAllowedAt()) {
      p_.roster.at(r).attempt.checked = false;
      waitUntilAllowed(r);
    } else {
      want(r, false, step);
    }
  }
  wakeQueued(step);
}

void Wants::approved(const std::vector<ApprovalKey>& keys, Step& step) {
  for (const ApprovalKey& key : keys) {
    const int base = key.ofPermit() ? -1 : p_.roster.indexOf(key.name);
    const int r = base < 0 ? -1 : p_.roster.serving(base, key.target);
    if (r >= 0 && p_.turns.unapproved().contains(r)) want(r, false, step);
  }
}

void Wants::giveBack(Step& step) {
  for (const std::uint64_t run : p_.turns.takeUnused()) {
    step.out.actions.push_back(ReturnPermit{run});
  }
}

void Wants::pausesChanged(Step& step) {
  for (const int remedy : std::set<int>(p_.turns.pending())) p_.held_back.paused(remedy, step);
  wakeQueued(step);
}

}  // namespace heald::engine
