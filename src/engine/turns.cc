#include "engine/turns.h"

#include <algorithm>
#include <utility>

#include "core/invariant.h"

namespace heald::engine {

using core::Guard;

void Turns::happens(Remedy& remedy, AttemptEvent event) {
  const std::optional<Phase> phase = remedy.attempt.next(event);
  CHECK(phase, "an attempt goes on only as the table of phases.h says");
  goTo(remedy, *phase);
}

void Turns::adopt(Remedy& remedy, Attempt attempt) {
  goTo(remedy, attempt.phase);
  remedy.attempt = std::move(attempt);
}

// What is kept by phase follows.
void Turns::goTo(Remedy& remedy, Phase phase) {
  const int index = roster_.placeOf(remedy);
  const bool pending = phase == Phase::kWaiting || phase == Phase::kQueued ||
                       phase == Phase::kPrechecking || phase == Phase::kAsking;
  slots_.moved(remedy.attempt.phase, phase);
  if (remedy.attempt.phase == Phase::kQueued) queue_.remove(index);
  remedy.attempt.phase = phase;
  unapproved_.erase(index);
  pending ? void(pending_.insert(index)) : void(pending_.erase(index));
  phase == Phase::kReporting ? void(reporting_.insert(index)) : void(reporting_.erase(index));
}

void Turns::rest(Remedy& remedy, AttemptEvent event) {
  const int index = roster_.placeOf(remedy);
  happens(remedy, event);
  CHECK(remedy.attempt.phase == Phase::kIdle, "who rests is idle");
  giveBack(remedy);
  remedy.attempt = {};
  timers_.clear(index);
  watchHealth(index);
}

void Turns::waitForApproval(Remedy& remedy) {
  happens(remedy, AttemptEvent::kWaits);
  unapproved_.insert(roster_.placeOf(remedy));
}

void Turns::claim(Remedy& remedy) {
  const int index = roster_.placeOf(remedy);
  timers_.clear(index);
  happens(remedy, AttemptEvent::kPrechecks);
}

void Turns::ask(Remedy& remedy) {
  const int index = roster_.placeOf(remedy);
  timers_.clear(index);
  happens(remedy, AttemptEvent::kAsks);
}

void Turns::giveBack(Remedy& remedy) {
  if (remedy.attempt.permit != 0) unused_.push_back(std::exchange(remedy.attempt.permit, 0));
}

bool Turns::endsWithAnAttempt(Guard guard) {
  return guard == Guard::kInFlight || guard == Guard::kMaxConcurrent ||
         guard == Guard::kMaxUnverified || guard == Guard::kHalfOpen;
}

void Turns::queueUp(Remedy& remedy, int above) {
  happens(remedy, AttemptEvent::kQueues);
  queue_.add(roster_.placeOf(remedy), remedy.governor, above, remedy.attempt.wanted_at);
}

void Turns::watchHealth(int remedy) {
  if (const auto due = health_.lookAgainAt(roster_[remedy])) {
    timers_.set(remedy, *due);
  }
}

void Turns::watchHealthUnder(int governor, core::BootTime due) {
  for (const int remedy : roster_.alertedOf(governor)) {
    if (roster_[remedy].attempt.phase == Phase::kIdle) timers_.set(remedy, due);
  }
}

void Turns::stop() {
  stopped_ = true;
  for (const int remedy : std::set<int>(pending_)) rest(roster_.at(remedy));
}

TimerQueue Turns::clear() {
  pending_.clear();
  reporting_.clear();
  unapproved_.clear();
  queue_.clear();
  slots_.allIdle();
  return std::exchange(timers_, {});
}

}  // namespace heald::engine
