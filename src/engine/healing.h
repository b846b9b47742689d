#pragma once

#include <optional>
#include <vector>

#include "engine/alert_episodes.h"
#include "engine/alert_intake.h"
#include "engine/approvals.h"
#include "engine/attempts.h"
#include "engine/by_hand.h"
#include "engine/check_intake.h"
#include "engine/detection.h"
#include "engine/episodes.h"
#include "engine/escalation.h"
#include "engine/event.h"
#include "engine/fleet_asks.h"
#include "engine/governors.h"
#include "engine/healing_figures.h"
#include "engine/healing_view.h"
#include "engine/held_back.h"
#include "engine/incidents.h"
#include "engine/journal.h"
#include "engine/outer_guards.h"
#include "engine/pauses.h"
#include "engine/preventive_runs.h"
#include "engine/recovery.h"
#include "engine/roster.h"
#include "engine/runs.h"
#include "engine/setup.h"
#include "engine/slots.h"
#include "engine/snapshot.h"
#include "engine/step.h"
#include "engine/succession.h"
#include "engine/sustained_health.h"
#include "engine/targets.h"
#include "engine/totals.h"
#include "engine/turns.h"
#include "engine/verification.h"
#include "engine/wants.h"

namespace heald::engine {

// Incidents and attempts: from "this check is unhealthy" or "this alert fires" through the
// governor's answer, the check run once more, the action and its verification to a result that the
// governor hears.
//
//   idle → (waiting | queued) → prechecking → asking → acting → settling → verifying → reporting
//                                                                                       → idle
//
// Each part of that way is a class, which owns what it decides by:
//
//   CheckIntake, AlertIntake, ByHand   who wants a remedy, and why
//   Wants                              what comes before an attempt
//   FleetAsks                          the permit of another heald that it may need
//   Attempts, Verification             the attempt: ticket, action, whether it has helped, result
//   Turns                              phases, times, the queue
//   Roster, Targets                    who there is
//   Escalation, SustainedHealth        how far an incident has come, and when it is forgotten
//   Recovery, Succession               what a last process, or configuration, has left
//
// Healing puts them together, and knows what follows from an event in which of them.
class Healing {
 public:
  Healing(const Setup& setup, Detection& detection, const core::FeatureFlags& features,
          const Pauses& pauses, Approvals& approvals);

  // Takes another configuration; `detection` has it already. See Reload.
  void reconfigure(const Setup& setup, Step& step);
  // What the store held: governors have theirs already. What was in flight is up to recovery().
  void load(const Saved& saved, core::Now now);

  Governors& governors() { return governors_; }
  const Roster& roster() const { return roster_; }
  CheckIntake& checks() { return checks_; }
  AlertIntake& alerts() { return alerts_; }
  Wants& wants() { return wants_; }
  ByHand& byHand() { return by_hand_; }
  OuterGuards& guards() { return guards_; }
  Recovery& recovery() { return recovery_; }

  void actionFinished(const ActionFinished& event, Step& step);
  void alertAsked(const AlertAsked& event, Step& step);
  void fleetAnswered(const FleetAnswered& event, Step& step);
  // Time has passed: episodes are old; somebody is due.
  void tendEpisodes(Step& step) { alert_episodes_.tend(step); }
  void wakeDue(Step& step);
  std::optional<core::BootTime> nextWakeup() { return turns_.nextDue(); }
  void stop() { turns_.stop(); }
  void runPreventive(Step& step);

  // The books of what is durable here, in the order of their telling.
  std::vector<Book*> books() { return {&governors_, &totals_, &episodes_.book(), &incidents_}; }
  // The commit took place (after keep() of all books), or did not (after undo() of all).
  void committed(Step& step);
  void refused(Step& step);
  void storeIsBack(Step& step);  // results that waited for it are proposed again

  // No action runs.
  bool idle() const { return slots_.acting() == 0; }
  // What did not change is shared with the snapshot that was filled last.
  void fill(Snapshot& snapshot) const { view_.fill(snapshot); }
  void shareNothing() const { view_.shareNothing(); }

 private:
  HealingPolicy policy_;
  AlertmanagerPolicy alertmanager_;
  Governors governors_;
  Episodes episodes_;
  Incidents incidents_;
  Roster roster_;
  Runs runs_;
  HealingFigures figures_;
  PreventiveRuns preventive_;
  Escalation escalation_;
  Slots slots_;
  OuterGuards guards_;
  SustainedHealth health_;
  Turns turns_;
  Targets targets_;
  Totals totals_;
  HeldBack held_back_;
  Verification verification_;
  Attempts attempts_;
  FleetAsks fleet_;
  Wants wants_;
  CheckIntake checks_;
  AlertEpisodes alert_episodes_;
  AlertIntake alerts_;
  ByHand by_hand_;
  Recovery recovery_;
  Succession succession_;
  mutable HealingView view_;  // made when somebody looks
};

}  // namespace heald::engine
