// The part of Healing that lets those go on who wait for the end of another attempt.
//
// A free slot is claimed by who runs its check again for it; nobody else is let go on for that one.
// So while somebody is queued, an attempt is in flight, a check is run before an attempt, or the
// store is down. Each end of one of these wakes the queue, and waking it once too often does
// nothing: who has to go on waiting stays as it is.
#include <algorithm>

#include "engine/healing.h"

namespace heald::engine {

using core::Guard;

bool Healing::endsWithAnAttempt(Guard guard) {
  return guard == Guard::kInFlight || guard == Guard::kMaxConcurrent || guard == Guard::kHalfOpen;
}

// Those that nobody has claimed.
int Healing::freeSlots() const {
  const auto claims = [](const Remedy& r) { return r.phase == Phase::kPrechecking; };
  const auto claimed = std::count_if(remedies_.begin(), remedies_.end(), claims);
  return policy_.max_concurrent - governors_.inFlight() - static_cast<int>(claimed);
}

// Of the last in the queue: who is found unhealthy again, or was overtaken, does not begin anew.
void Healing::takeTurn() {
  const auto last = queue_.end() - 1;
  const auto earlier = [&](int a, int b) { return at(a).wanted_at < at(b).wanted_at; };
  std::rotate(std::upper_bound(queue_.begin(), last, *last, earlier), last, queue_.end());
}

void Healing::wakeQueued(Step& step) {
  std::erase_if(queue_, [&](int r) { return at(r).phase != Phase::kQueued; });
  if (queue_.empty() || !store_up_ || stopped_) {
    return;
  }
  int free = freeSlots();
  for (const int r : std::vector<int>(queue_)) {
    if (free <= 0) {
      return;
    }
    const core::Verdict verdict = ask(at(r), step.now.boot);
    if (!verdict.denied_by || !endsWithAnAttempt(*verdict.denied_by)) {
      want(r, false, step);
      free = freeSlots();
    }
  }
}

}  // namespace heald::engine
