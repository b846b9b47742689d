#pragma once

#include <string>

#include "engine/alert_episodes.h"
#include "engine/checks.h"
#include "engine/episodes.h"
#include "engine/event.h"
#include "engine/healing_figures.h"
#include "engine/outer_guards.h"
#include "engine/output.h"
#include "engine/pauses.h"
#include "engine/roster.h"
#include "engine/step.h"
#include "engine/wants.h"

namespace heald::engine {

// What humans want at once. The governor is asked as for everybody.
class ByHand {
 public:
  struct Parts {
    Roster& roster;
    Wants& wants;
    Episodes& episodes;
    AlertEpisodes& alert_episodes;
    const Pauses& pauses;
    const OuterGuards& guards;
    const Checks& checks;
    HealingFigures& figures;
  };
  explicit ByHand(const Parts& parts) : p_(parts) {}

  Result<Reply> run(const RunRemedyNow& command, Step& step);
  // The next attempt under this governor: what is unhealthy, or fires, and does not wait, is wanted
  // here. What waits is woken by the change of its governor.
  void retry(int governor, Step& step);
  Error noRemedy(const std::string& name) const;

 private:
  const Parts p_;
};

}  // namespace heald::engine
