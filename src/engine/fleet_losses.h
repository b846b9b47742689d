#pragma once

#include <string>
#include <vector>

#include "core/time.h"
#include "engine/fleet_members.h"
#include "engine/governors.h"
#include "engine/snapshot.h"

namespace heald::engine {

// The members of fleets that have not come back: whose last permit has failed or was not reported,
// since a human acted last. When there are as many of them as the governor takes consecutive
// failures (or its breaker takes failures), it goes dormant, whatever others have reported
// meanwhile.
class FleetLosses {
 public:
  FleetLosses(Governors& governors, const FleetMembers& members)
      : governors_(governors), members_(members) {}

  // Declared members, sorted; none of a governor that has no fleet.
  std::vector<std::string> of(int governor) const;
  // Proposes to stop the governor when too many are lost. False: there was nothing to propose.
  bool stopWhenTooMany(int governor, core::Now now);
  // Who is declared, how many may be lost, or what is known of them is another than it was, as when
  // a process begins: too many may be lost, and that is not on record yet.
  void lookAgain() { unlooked_ = true; }
  // After that, proposes to stop those of which too many are lost.
  void look(core::Now now);
  // Adds the fleets of all listed governors, and looks at no others.
  void fill(Snapshot& snapshot) const;

 private:
  Governors& governors_;
  const FleetMembers& members_;
  bool unlooked_ = true;
};

}  // namespace heald::engine
