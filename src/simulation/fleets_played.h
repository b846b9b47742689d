#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/event.h"
#include "engine/output.h"
#include "engine/setup.h"
#include "engine/snapshot.h"
#include "simulation/record.h"

namespace heald::simulation {

// Counts what the members of fleets ask for in a scenario.
class FleetsPlayed {
 public:
  explicit FleetsPlayed(const engine::Setup& setup);

  void heard(const engine::RequestPermit& request, const engine::Output& answer);
  void seen(const engine::Snapshot& snapshot);
  // With when each became dormant.
  std::vector<FleetPlayed> played(const std::vector<GovernorPoint>& points) const;

 private:
  struct Fleet {
    FleetPlayed played;
    std::map<std::string, int> refused;
  };
  std::map<std::string, Fleet> fleets_;  // by governor
};

}  // namespace heald::simulation
