#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/event.h"
#include "engine/output.h"

namespace heald::simulation {

using core::Duration;

// Holds that what a human has to approve does not start without an approval in force, and that each
// approval is given by a human and lets at most one attempt start. What was approved is known from
// the events, and what is on disk from the commits.
class ApprovalReferee {
 public:
  // A new process, perhaps of another boot; the wall clock was set so far in all.
  void booted(Duration time, Duration wall_set, int boot);
  // A durable commit of a step of this event (or null) at this time, with these attempts that need
  // an approval; the wall clock as in booted(). Returns what is wrong, or "".
  std::string committed(const engine::Changes& changes, const engine::Event* event, Duration time,
                        Duration wall_set, const std::vector<engine::ApprovalKey>& started);

 private:
  struct Given {
    Duration until{};
    Duration lasts{};
    Duration wall_set{};
    int boot = 1;
  };
  static bool gives(const engine::Event* event, const engine::ApprovalKey& key);
  static bool takes(const engine::Event* event, const engine::ApprovalKey& key);

  std::map<engine::ApprovalKey, Given> given_;
  int boot_ = 1;
};

}  // namespace heald::simulation
