#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/event.h"
#include "engine/output.h"
#include "simulation/random.h"

namespace heald::simulation {

// Twenty alerts that begin and end, and an Alertmanager that tells of them: late, repeatedly and
// out of order, and with several starts of one alert, as from replicas of Prometheus, after
// restarts, and from Alertmanagers on their own. The label "id" of each is its fingerprint.
class RandomAlerts {
 public:
  engine::AlertsReceived tell(core::WallTime now, Random& random);
  // What it says when it is asked; sometimes it does not know.
  engine::AlertAsked answer(const engine::AskAlert& ask, Random& random) const;

 private:
  engine::Alert& next(core::WallTime now, Random& random);

  std::map<std::string, engine::Alert> alerts_;  // as they are, by fingerprint
  std::vector<engine::Alert> told_;              // lately
};

}  // namespace heald::simulation
