#include "engine/check_intake.h"

#include <utility>
#include <vector>

namespace heald::engine {

void CheckIntake::raise(int check, EventSource source, Step& step) {
  std::vector<int> asked;
  for (const int r : p_.roster.ofCheck(check)) {
    const core::AnswersTo& on = p_.roster[r].spec.on;
    if (on.asks(p_.checks.lastResult(check)) && on.asks(p_.checks.health(check))) {
      asked.push_back(r);
    }
  }
  // A warning that no remedy answers to asks for nothing.
  if (asked.empty() && p_.checks.health(check) == Health::kWarning) {
    return;
  }
  p_.figures.event(source);
  if (asked.empty()) {
    p_.figures.drop(DropReason::kUnmatched);
  }
  for (const int remedy : asked) {
    p_.wants.detected(remedy, false, step);
  }
}

void CheckIntake::finished(int check, std::uint64_t run, Step& step) {
  bool slot_free = false;
  for (const int r : p_.roster.ofCheck(check)) {
    const Remedy& remedy = p_.roster[r];
    if (run < remedy.attempt.awaited) {
      continue;
    }
    if (remedy.attempt.phase == Phase::kPrechecking) {
      p_.wants.prechecked(r, step);
      slot_free = true;  // perhaps
    } else if (remedy.attempt.phase == Phase::kVerifying) {
      p_.attempts.end(r, p_.verification.looked(r, step), step);
    }
  }
  if (slot_free) {
    p_.wants.wakeQueued(step);
  }
}

void CheckIntake::healthChanged(int check, Health was, Step& step) {
  const Health is = p_.checks.health(check);
  for (const int child : p_.checks.dependents(check)) {  // their views name what is in the way
    for (const int r : p_.roster.ofCheck(child)) {
      p_.roster.stale().mark(r);
    }
  }
  for (const int r : p_.roster.ofCheck(check)) {
    const core::AnswersTo& on = p_.roster[r].spec.on;
    if (on.healed(is) && !on.healed(was)) {
      recovered(r, step);
    }
  }
}

// Its incident is over.
void CheckIntake::recovered(int r, Step& step) {
  Remedy& remedy = p_.roster.at(r);
  p_.escalation.over(remedy, step.now.boot);
  remedy.view.blocked_by.clear();
  remedy.view.last_denied_by.reset();
  remedy.told_denial.clear();
  if (remedy.view.fleet) remedy.view.fleet->denied.clear();
  if (remedy.attempt.waits()) {
    step.out.notes.push_back({Note::Level::kInfo,
                              "attempt skipped: the check recovered by itself",
                              {{"remedy", remedy.spec.name}, {"check", remedy.spec.check}}});
    p_.turns.rest(remedy);
  }
}

void CheckIntake::considerSustainedHealth(int check, Step& step) {
  for (const int r : p_.roster.ofCheck(check)) {
    const Remedy& remedy = p_.roster[r];
    if (p_.guards.storeUp() && !p_.turns.stopped() &&
        remedy.spec.on.healed(p_.checks.lastResult(check))) {
      p_.health.consider(remedy.governor, step);
    }
  }
}

EndedBy CheckIntake::whatEnds(int check, core::BootTime since) const {
  bool attempted = false;
  for (const int r : p_.roster.ofCheck(check)) {
    const Remedy& remedy = p_.roster[r];
    if (p_.governors[remedy.governor].state().dormant()) return EndedBy::kHuman;
    attempted =
        attempted || remedy.attempt.busy() || (remedy.healed_at && *remedy.healed_at >= since);
  }
  return attempted ? EndedBy::kRemedy : EndedBy::kItself;
}

}  // namespace heald::engine
