#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/time.h"
#include "engine/checks.h"
#include "engine/episodes.h"
#include "engine/escalation.h"
#include "engine/governors.h"
#include "engine/healing_figures.h"
#include "engine/incidents.h"
#include "engine/outer_guards.h"
#include "engine/pauses.h"
#include "engine/preventive_runs.h"
#include "engine/roster.h"
#include "engine/shared_list.h"
#include "engine/slots.h"
#include "engine/snapshot.h"
#include "engine/totals.h"
#include "engine/turns.h"

namespace heald::engine {

// Healing as the snapshot has it. Reads, and decides nothing; what did not change since the last
// snapshot is shared with it.
class HealingView {
 public:
  struct Sources {
    const HealingPolicy& policy;
    const Roster& roster;
    const Turns& turns;
    const Slots& slots;
    const Governors& governors;
    const OuterGuards& guards;
    const Pauses& pauses;
    const Checks& checks;
    const Escalation& escalation;
    const Totals& totals;
    const PreventiveRuns& preventive;
    const HealingFigures& figures;
    Episodes& episodes;    // what has changed of them is taken
    Incidents& incidents;  // likewise
  };
  explicit HealingView(const Sources& sources) : s_(sources) {}

  void fill(Snapshot& snapshot);
  // The next one is made from nothing.
  void shareNothing();

 private:
  void fillCounts(Snapshot& snapshot) const;
  void fillUnapproved(Snapshot& snapshot) const;
  // Looks at what the views show and does not belong to a remedy or a governor.
  void markStale(core::BootTime now);
  void markPauses(core::BootTime now);
  void markQueued(core::BootTime now);
  void markIfDeniedOtherwise(int remedy, core::BootTime now);
  void refreshGovernors();
  void refreshRemedies(core::BootTime now);
  GovernorView governorView(int governor) const;
  RemedyView remedyView(int remedy, core::BootTime now);
  TargetView targetView(const Remedy& remedy, core::BootTime now);
  static void showTarget(const Remedy& remedy, const TargetView& target, RemedyView& base);
  template <class View>
  void fillAlerts(const Remedy& remedy, View& view) const;
  std::optional<core::BootTime> waitsUntil(const Remedy& remedy) const;
  std::optional<core::Guard> deniedBy(const Remedy& remedy, core::BootTime now);

  const Sources s_;
  SharedList<GovernorView> governors_;
  SharedList<RemedyView> remedies_;
  SharedList<TargetView> targets_;
  struct {
    std::map<std::string, Pause> in_force;
    std::uint64_t revision = 0;
    core::BootTime end{};  // of the first of them
  } pauses_;
  using Limits = std::array<bool, 5>;  // what stands before all governors
  struct {
    Limits asked_with{};
    std::set<int> timed;  // whose guard time may lift
  } queued_;
};

}  // namespace heald::engine
