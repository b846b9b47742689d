#pragma once

#include <vector>

#include "core/time.h"
#include "engine/alert_intake.h"
#include "engine/checks.h"
#include "engine/governors.h"
#include "engine/healing_figures.h"
#include "engine/preventive_runs.h"
#include "engine/recovery.h"
#include "engine/roster.h"
#include "engine/runs.h"
#include "engine/setup.h"
#include "engine/slots.h"
#include "engine/step.h"
#include "engine/targets.h"
#include "engine/timer_queue.h"
#include "engine/totals.h"
#include "engine/turns.h"

namespace heald::engine {

// How the roster is made from a configuration, and what another one means for it: remedies keep
// their totals and the attempt in progress by name.
class Succession {
 public:
  struct Parts {
    const HealingPolicy& policy;
    Roster& roster;
    Turns& turns;
    Slots& slots;
    Runs& runs;
    Totals& totals;
    Targets& targets;
    Recovery& recovery;
    AlertIntake& alerts;
    PreventiveRuns& preventive;
    const Governors& governors;
    const Checks& checks;
    HealingFigures& figures;
  };
  explicit Succession(const Parts& parts) : p_(parts) {}

  void begin(const std::vector<RemedySpec>& remedies);
  // Detection and governors have the configuration already.
  void take(const std::vector<RemedySpec>& remedies, Step& step);

 private:
  void add(const RemedySpec& spec);
  void readopt(std::vector<Remedy>& old_remedies, const TimerQueue& old_timers, Step& step);
  int successorOf(const Remedy& old);
  static void keepFigures(Remedy& remedy, const Remedy& old);
  void keepAttempt(Remedy& remedy, const Remedy& old, core::BootTime due);

  const Parts p_;
};

}  // namespace heald::engine
