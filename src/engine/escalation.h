#pragma once

#include <optional>
#include <string>

#include "core/time.h"
#include "engine/checks.h"
#include "engine/episodes.h"
#include "engine/governors.h"
#include "engine/incidents.h"
#include "engine/roster.h"

namespace heald::engine {

// How far an incident has come, and which step an attempt runs: of a check (or of a remedy without
// one) in Incidents, of an alert in its Episode.
class Escalation {
 public:
  Escalation(Incidents& incidents, Episodes& episodes, const Checks& checks,
             const Governors& governors)
      : incidents_(incidents), episodes_(episodes), checks_(checks), governors_(governors) {}

  // The incident of a remedy, as far as it has come: failures and the furthest step, from 1.
  struct Progress {
    int failures = 0;
    int step = 0;
    std::optional<core::WallTime> since;
  };
  Progress of(const Remedy& remedy) const;
  // The step of an attempt that starts now: the one after so many failures of this incident; never
  // one before the furthest that has started, as long as the configuration has it.
  int stepFor(const Remedy& remedy) const;
  // What it is called by actions and history.
  std::string nameFor(const Remedy& remedy) const;
  // The alert that it is wanted for, or was last. Null: of none.
  const Episode* episodeOf(const Remedy& remedy) const {
    return remedy.episode ? episodes_.book().find(*remedy.episode) : nullptr;
  }
  // Why there is an attempt, in one line.
  std::string reasonFor(const Remedy& remedy) const;

  // Proposals: an attempt starts; it has ended. An incident of a check ends when the check says so,
  // and not before.
  void start(Remedy& remedy, core::Now now);
  void end(const Remedy& remedy, core::Now now);
  // The check is healed.
  void over(const Remedy& remedy, core::BootTime now) { incidents_.over(remedy.spec.name, now); }
  // One of a remedy that is not configured any more, or for another check, is over.
  void endForeign(const Roster& roster, core::BootTime now);

 private:
  bool inIncident(const Remedy& remedy) const;
  Incident beginning(const Remedy& remedy, core::Now now) const;

  Incidents& incidents_;
  Episodes& episodes_;
  const Checks& checks_;
  const Governors& governors_;
};

}  // namespace heald::engine
