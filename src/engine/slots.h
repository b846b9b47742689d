#pragma once

#include <cstdint>
#include <set>

#include "engine/governors.h"
#include "engine/setup.h"
#include "engine/snapshot.h"

namespace heald::engine {

// What is limited over all governors together: actions that run (healing.max_concurrent), and
// attempts whose effect is not known yet (healing.max_unverified).
//
// An action runs from the admission of its attempt to its end; a permit, as long as it is
// outstanding. What an attempt does after its action (it settles, is verified, waits for the store)
// takes no slot, and neither does one that a last process left in flight: its action ended with it.
// The effect of everything that is in flight is not known yet.
class Slots {
 public:
  // Both are looked at each time.
  Slots(const HealingPolicy& policy, const Governors& governors)
      : policy_(policy), governors_(governors) {}

  // A remedy goes from one phase to another.
  void moved(Phase from, Phase to);
  // Every remedy is idle, as when another configuration begins. What was cancelled still runs.
  void allIdle() { acting_ = claimed_ = 0; }
  // The run of an action that nobody waits for any more: it takes its slot until it has ended.
  void cancelled(std::uint64_t run) { ending_.insert(run); }
  // Whether it was a cancelled one that has ended.
  bool ended(std::uint64_t run) { return ending_.erase(run) > 0; }

  int acting() const { return acting_; }  // actions of attempts that go on
  int running() const;
  int unverified() const { return governors_.flights().all; }
  bool maxConcurrentReached() const;
  bool maxUnverifiedReached() const;
  // For how many attempts there is room that nobody has claimed. Who has its check run again for
  // its attempt, or asks for a permit, claims a slot.
  int free() const;

 private:
  const HealingPolicy& policy_;
  const Governors& governors_;
  int acting_ = 0;
  int claimed_ = 0;
  std::set<std::uint64_t> ending_;
};

}  // namespace heald::engine
