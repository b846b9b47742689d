#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/governor.h"
#include "engine/phases.h"
#include "engine/queue.h"
#include "engine/roster.h"
#include "engine/slots.h"
#include "engine/sustained_health.h"
#include "engine/timer_queue.h"

namespace heald::engine {

// In which phase each remedy is, when its time comes, and who is next when a slot is free.
//
// A slot is claimed by who runs its check again for it; nobody else is let go on for that one. So
// while somebody is queued, an attempt is in flight, a cancelled action has not ended, a check is
// run before an attempt, or the store is down. Each end of one of these wakes the queue, and so
// does the end of an action; waking it once too often does nothing: who has to go on waiting stays
// as it is.
class Turns {
 public:
  Turns(Roster& roster, Slots& slots, const SustainedHealth& health)
      : roster_(roster), slots_(slots), health_(health) {}

  // Its attempt goes on as the machine of phases.h says.
  void happens(Remedy& remedy, AttemptEvent event);
  // The attempt that it had under another configuration.
  void adopt(Remedy& remedy, Attempt attempt);
  // It goes on with an event that ends it: there is no attempt, and none is waited for. All that
  // was of it is gone.
  void rest(Remedy& remedy, AttemptEvent event = AttemptEvent::kGivenUp);
  // It waits until a human approves it.
  void waitForApproval(Remedy& remedy);
  // Those that do so.
  const std::set<int>& unapproved() const { return unapproved_; }
  // Its check is run again for the slot that it claims.
  void claim(Remedy& remedy);
  // Whether this guard's no ends with another attempt, or with the action of one.
  static bool endsWithAnAttempt(core::Guard guard);
  // The fleet's server is asked for it; it goes on claiming its slot.
  void ask(Remedy& remedy);
  // Who rests, or is gone, with a permit in hand has no use for it. By the run of its question.
  void giveBack(Remedy& remedy);
  std::vector<std::uint64_t> takeUnused() { return std::exchange(unused_, {}); }
  // Behind those who were wanted before it: who is found unhealthy again, or was overtaken, does
  // not begin anew. `above`: the governor above its own, or -1.
  void queueUp(Remedy& remedy, int above);

  Queue& queue() { return queue_; }
  const Queue& queue() const { return queue_; }
  // Who waits, is queued, has its check run again, or asks for a permit; whose result waits for the
  // store.
  const std::set<int>& pending() const { return pending_; }
  const std::set<int>& reporting() const { return reporting_; }

  // One time for each; it replaces the last one.
  void wakeAt(int remedy, core::BootTime due) { timers_.set(remedy, due); }
  void letSleep(int remedy) { timers_.clear(remedy); }
  std::optional<int> takeDue(core::BootTime now) { return timers_.take(now); }
  std::optional<core::BootTime> nextDue() { return timers_.next(); }
  // Looks at it again when it may have been healthy for long enough.
  void watchHealth(int remedy);
  // Likewise all under a governor that alerts ask for, then: an attempt of it has ended, perhaps a
  // permit, and the last time may have found that one in flight.
  void watchHealthUnder(int governor, core::BootTime due);

  // Nobody has a turn from now on; what waits is dropped.
  void stop();
  bool stopped() const { return stopped_; }
  // As before the first remedy. Returns the times.
  TimerQueue clear();

 private:
  void goTo(Remedy& remedy, Phase phase);

  Roster& roster_;
  Slots& slots_;
  const SustainedHealth& health_;
  std::set<int> pending_;
  std::set<int> reporting_;
  std::set<int> unapproved_;
  Queue queue_;
  TimerQueue timers_;
  std::vector<std::uint64_t> unused_;  // permits of a fleet
  bool stopped_ = false;
};

}  // namespace heald::engine
