// The part of Healing that lets those go on who wait for another attempt: for the end of its
// action, or for its own.
//
// A free slot is claimed by who runs its check again for it; nobody else is let go on for that one.
// So while somebody is queued, an attempt is in flight, a cancelled action has not ended, a check
// is run before an attempt, or the store is down. Each end of one of these wakes the queue, and so
// does the end of an action; waking it once too often does nothing: who has to go on waiting stays
// as it is.
#include <algorithm>
#include <utility>

#include "engine/healing.h"

namespace heald::engine {

using core::Guard;

bool Healing::endsWithAnAttempt(Guard guard) {
  return guard == Guard::kInFlight || guard == Guard::kMaxConcurrent ||
         guard == Guard::kMaxUnverified || guard == Guard::kHalfOpen;
}

// Of the last in the queue: who is found unhealthy again, or was overtaken, does not begin anew.
void Healing::takeTurn() {
  const auto last = queue_.end() - 1;
  const auto earlier = [&](int a, int b) {
    return std::as_const(*this).at(a).wanted_at < std::as_const(*this).at(b).wanted_at;
  };
  std::rotate(std::upper_bound(queue_.begin(), last, *last, earlier), last, queue_.end());
}

void Healing::wakeQueued(Step& step) {
  std::erase_if(queue_, [&](int r) { return std::as_const(*this).at(r).phase != Phase::kQueued; });
  if (queue_.empty() || !store_up_ || stopped_) {
    return;
  }
  int free = slots_.free();
  for (const int r : std::vector<int>(queue_)) {
    if (free <= 0) {
      return;
    }
    const core::Verdict verdict = ask(std::as_const(*this).at(r), step.now.boot);
    if (!verdict.denied_by || !endsWithAnAttempt(*verdict.denied_by)) {
      want(r, false, step);
      free = slots_.free();
    }
  }
}

void Healing::governorsChanged(Step& step) {
  for (const int r : std::set<int>(pending_)) {
    if (std::as_const(*this).at(r).phase != Phase::kWaiting) {
      continue;
    }
    if (governors_[at(r).governor].nextAllowedAt()) {
      at(r).checked = false;
      waitUntilAllowed(r);
    } else {
      want(r, false, step);
    }
  }
  wakeQueued(step);
}

void Healing::wakeDue(Step& step) {
  while (const auto r = timers_.take(step.now.boot)) {
    switch (at(*r).phase) {
      case Phase::kWaiting:
        wait(*r, step);
        break;
      case Phase::kSettling:
        look(*r, step);
        break;
      case Phase::kVerifying:
        lookAtAlert(*r, step);
        break;
      case Phase::kIdle:
        considerQuiet(*r, step);
        break;
      case Phase::kQueued:
      case Phase::kPrechecking:
      case Phase::kActing:
      case Phase::kReporting:
        break;
    }
  }
}

}  // namespace heald::engine
