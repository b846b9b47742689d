#pragma once

#include "core/governor.h"
#include "engine/escalation.h"
#include "engine/event.h"
#include "engine/governors.h"
#include "engine/healing_figures.h"
#include "engine/outer_guards.h"
#include "engine/preventive_runs.h"
#include "engine/roster.h"
#include "engine/runs.h"
#include "engine/step.h"
#include "engine/totals.h"
#include "engine/turns.h"
#include "engine/verification.h"

namespace heald::engine {

// An attempt from its ticket to its result, both of which are proposals: what comes between them is
// started, and what follows from them is told, when they are durable.
class Attempts {
 public:
  struct Parts {
    Roster& roster;
    Turns& turns;
    Runs& runs;
    Governors& governors;
    Episodes& episodes;
    Escalation& escalation;
    Totals& totals;
    const OuterGuards& guards;
    Approvals& approvals;
    PreventiveRuns& preventive;
    HealingFigures& figures;
  };
  explicit Attempts(const Parts& parts) : p_(parts) {}

  // Asks the governor for a ticket, and proposes what comes with it. Allowed: it is admitted.
  core::Verdict admit(int remedy, Step& step);
  // The admission is durable: the action starts.
  void start(int remedy, Step& step);
  // The action has ended: what it said is kept for the result. Nothing more, where it ended well.
  Verification::Found acted(int remedy, const ActionFinished& event, Step& step);
  // The attempt has ended, if it is found to have: its result is proposed as soon as there is a
  // store.
  void end(int remedy, const Verification::Found& found, Step& step);
  void report(int remedy, Step& step);
  // The result is durable: it is counted and told.
  void conclude(int remedy, Step& step);

 private:
  void handLabels(const Remedy& remedy, const Labels& labels, StartAction& action, Step& step);
  const Episode* episodeOf(const Remedy& remedy) const {
    return remedy.episode ? p_.episodes.book().find(*remedy.episode) : nullptr;
  }

  const Parts p_;
};

}  // namespace heald::engine
