#pragma once

#include <utility>

#include "core/governor.h"
#include "engine/attempts.h"
#include "engine/detection.h"
#include "engine/episodes.h"
#include "engine/fleet_asks.h"
#include "engine/healing_figures.h"
#include "engine/held_back.h"
#include "engine/outer_guards.h"
#include "engine/roster.h"
#include "engine/slots.h"
#include "engine/step.h"
#include "engine/turns.h"

namespace heald::engine {

// What comes before an attempt: from "this remedy is wanted" through what holds it back, the
// governor's answer, the check that is run once more and the fleet's permit, to its admission.
//
// What is already under way is not begun twice. A denial that time ends waits for the governor's
// `until`, one that another attempt's end lifts is queued, and every other is forgotten until the
// next unhealthy result: there is no backlog.
class Wants {
 public:
  struct Parts {
    Roster& roster;
    Turns& turns;
    const Slots& slots;
    HeldBack& held_back;
    const OuterGuards& guards;
    Attempts& attempts;
    FleetAsks& fleet;
    Governors& governors;
    Episodes& episodes;
    Detection& detection;
    HealingFigures& figures;
  };
  explicit Wants(const Parts& parts) : p_(parts) {}

  // It was found to be wanted; want() does not count that.
  core::Verdict detected(int remedy, bool preventive, Step& step);
  core::Verdict want(int remedy, bool preventive, Step& step);
  // For the next alert that fires and waits.
  void wantNext(int remedy, Step& step);
  // A guard says no, perhaps after its admission: the commit failed.
  void deny(int remedy, const core::Verdict& verdict, Step& step);

  // The time that it waits for has come.
  void due(int remedy, Step& step);
  // The check was run once more.
  void prechecked(int remedy, Step& step);
  // The fleet's server said yes.
  void permitted(int remedy, Step& step);
  // Its attempt has ended: perhaps there is another, for the same reason or for another.
  void ended(int remedy, Step& step);
  // As many of the queue go on as there are free slots.
  void wakeQueued(Step& step);
  // A human has acted: what waits, waits for something else now, or for nothing.
  void governorsChanged(Step& step);
  // Permits of a fleet that came to nothing are given back. At the end of each step.
  void giveBack(Step& step);
  // A human has approved these attempts: who waits for that goes on.
  void approved(const std::vector<ApprovalKey>& keys, Step& step);
  // What waits and is paused now, waits no more.
  void pausesChanged(Step& step);

 private:
  bool alertIsGone(int remedy, Step& step);
  void waitUntilAllowed(int remedy);
  void precheck(int remedy, Step& step);
  void admit(int remedy, Step& step);
  void wouldAttempt(int remedy, Step& step);

  const Parts p_;
  // What stood before all governors when the queue was asked last: the feature, the storm brake.
  std::pair<bool, bool> asked_with_{true, false};
};

}  // namespace heald::engine
