#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/alert_episodes.h"
#include "engine/alert_index.h"
#include "engine/attempts.h"
#include "engine/episodes.h"
#include "engine/event.h"
#include "engine/healing_figures.h"
#include "engine/output.h"
#include "engine/roster.h"
#include "engine/setup.h"
#include "engine/step.h"
#include "engine/targets.h"
#include "engine/told_once.h"
#include "engine/turns.h"
#include "engine/wants.h"

namespace heald::engine {

// Hears of alerts: from "this alert fires" to a remedy that is wanted for its episode, and from
// "resolved" to an attempt that has succeeded.
class AlertIntake {
 public:
  struct Parts {
    Roster& roster;
    Turns& turns;
    Episodes& episodes;
    AlertEpisodes& alert_episodes;
    Targets& targets;
    Attempts& attempts;
    Wants& wants;
    const AlertmanagerPolicy& policy;
    HealingFigures& figures;
  };
  explicit AlertIntake(const Parts& parts) : p_(parts) {}

  // The remedies that alerts may ask for.
  void learn(int remedy, const AlertPolicy& policy) { index_.add(remedy, policy); }
  void unlearn() { index_ = {}; }

  // Alerts are recorded; the remedies that they ask for are wanted when that is durable.
  Result<Reply> hear(const AlertsReceived& command, Step& step);
  // It is; or it is not.
  void recorded(Step& step);
  void refused() { raised_.clear(); }

 private:
  struct Hearing;
  struct Raised {  // acted upon when the episode is durable
    int base;
    std::string target;
    std::optional<EpisodeKey> resolved;
  };
  void hearOne(const Alert& alert, Hearing& hearing, core::Now now);
  void hearFor(int base, const std::string& identity, const Alert& alert, Hearing& hearing,
               core::Now now);
  Error full(const AlertsReceived& command, Step& step);
  void count(const AlertsReceived& command, const Hearing& hearing, Step& step);
  void tellRefusal(const std::string& remedy, const std::string& why, std::size_t alerts,
                   const std::string& by, Step& step);
  void resolved(int remedy, const EpisodeKey& key, Step& step);

  const Parts p_;
  AlertIndex index_;
  std::vector<Raised> raised_;
  ToldOnce told_refusals_;  // by the history
};

}  // namespace heald::engine
