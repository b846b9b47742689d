#pragma once

#include "engine/detection.h"
#include "engine/pauses.h"
#include "engine/roster.h"
#include "engine/step.h"
#include "engine/turns.h"

namespace heald::engine {

// What stands before the governor: a pause, and a check above that is unhealthy. Neither asks the
// governor nor counts there.
class HeldBack {
 public:
  HeldBack(Roster& roster, Turns& turns, const Pauses& pauses, const Detection& detection)
      : roster_(roster), turns_(turns), pauses_(pauses), detection_(detection) {}

  // Whether the remedy is held back by either; then it rests, and that is told.
  bool holds(int remedy, Step& step);
  bool paused(int remedy, Step& step);

 private:
  bool blockedByParent(int remedy, Step& step);

  Roster& roster_;
  Turns& turns_;
  const Pauses& pauses_;
  const Detection& detection_;
};

}  // namespace heald::engine
