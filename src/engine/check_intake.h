#pragma once

#include <cstdint>

#include "core/time.h"
#include "engine/attempts.h"
#include "engine/checks.h"
#include "engine/escalation.h"
#include "engine/event.h"
#include "engine/governors.h"
#include "engine/healing_figures.h"
#include "engine/outer_guards.h"
#include "engine/roster.h"
#include "engine/step.h"
#include "engine/sustained_health.h"
#include "engine/turns.h"
#include "engine/verification.h"
#include "engine/wants.h"

namespace heald::engine {

// Hears what detection has found: from "this check is unhealthy" to remedies that are wanted, and
// from "healthy" to an incident that is over. Detection raises, and every unhealthy result raises
// again.
class CheckIntake {
 public:
  struct Parts {
    Roster& roster;
    Turns& turns;
    const Governors& governors;
    const Checks& checks;
    Escalation& escalation;
    SustainedHealth& health;
    const OuterGuards& guards;
    Verification& verification;
    Attempts& attempts;
    Wants& wants;
    HealingFigures& figures;
  };
  explicit CheckIntake(const Parts& parts) : p_(parts) {}

  // A check is bad: every remedy that answers to the state that it is in is wanted.
  void raise(int check, EventSource source, Step& step);
  // A run of a check has ended: whoever waited for it goes on.
  void finished(int check, std::uint64_t run, Step& step);
  // The health of a check is another than `was`: for some of its remedies the incident is over.
  void healthChanged(int check, Health was, Step& step);
  // After a result: perhaps the check has been healthy for long enough to clear governors' counts.
  void considerSustainedHealth(int check, Step& step);
  // A check that was unhealthy since then is so no longer now: an attempt has done it, or time.
  // With a dormant governor, it was up to a human.
  EndedBy whatEnds(int check, core::BootTime since) const;

 private:
  void recovered(int remedy, Step& step);

  const Parts p_;
};

}  // namespace heald::engine
