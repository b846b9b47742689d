#pragma once

#include "core/time.h"
#include "engine/episodes.h"
#include "engine/governors.h"
#include "engine/healing_figures.h"
#include "engine/output.h"
#include "engine/roster.h"
#include "engine/setup.h"
#include "engine/step.h"
#include "engine/targets.h"
#include "engine/turns.h"
#include "engine/wants.h"

namespace heald::engine {

// What becomes of the episodes over starts, reloads and time: which of them anybody still takes,
// and which ask for their remedy again.
class AlertEpisodes {
 public:
  struct Parts {
    Roster& roster;
    Turns& turns;
    const Governors& governors;
    Episodes& episodes;
    Targets& targets;
    Wants& wants;
    const AlertmanagerPolicy& policy;
    HealingFigures& figures;
  };
  explicit AlertEpisodes(const Parts& parts) : p_(parts) {}

  // What the store held, with the targets that it names.
  void load(const Saved& saved, core::Now now);
  // Another configuration; the store is back.
  void reconfigured(core::Now now);
  void storeIsBack(Step& step);
  // Forgets what is old, and wants what may not have been asked for.
  void tend(Step& step);
  // One whose last attempt has failed waits again, if it is to be tried again: a denial that no
  // time ends may have set it aside since.
  void tryAgain(const EpisodeKey& key);

 private:
  void serveTarget(const std::string& governor, const std::string& remedy, core::Now now);
  void rename(core::BootTime now);
  void dropOfOthers(core::BootTime now);
  void wakeAll();
  bool goesOn(const EpisodeKey& key) const;

  const Parts p_;
  bool some_wait_ = false;  // and may not have been asked for
};

}  // namespace heald::engine
