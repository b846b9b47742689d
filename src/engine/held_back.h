#pragma once

#include "engine/checks.h"
#include "engine/pauses.h"
#include "engine/roster.h"
#include "engine/step.h"
#include "engine/turns.h"

namespace heald::engine {

// What stands before the governor: a pause, and a check above that is unhealthy. Neither asks the
// governor nor counts there.
class HeldBack {
 public:
  HeldBack(Roster& roster, Turns& turns, const Pauses& pauses, const Checks& checks)
      : roster_(roster), turns_(turns), pauses_(pauses), checks_(checks) {}

  // Whether the remedy is held back by either; then it rests, and that is told.
  bool holds(int remedy, Step& step);
  bool paused(int remedy, Step& step);

 private:
  bool blockedByParent(int remedy, Step& step);

  Roster& roster_;
  Turns& turns_;
  const Pauses& pauses_;
  const Checks& checks_;
};

}  // namespace heald::engine
