#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/time.h"
#include "engine/check_plan.h"
#include "engine/check_runs.h"
#include "engine/checks.h"
#include "engine/event.h"
#include "engine/output.h"
#include "engine/setup.h"

namespace heald::engine {

// Runs the checks on their own clock. It never heals: it only says what changed. Breakers and
// dormancy do not reach it.
//
// When each is due is in the plan, which of them run in the runs, and what is known of them in the
// checks. Runs on demand (before an attempt, for verification, by a human) start at once and do not
// move the plan.
class Detection {
 public:
  Detection(const DetectionPolicy& policy, std::vector<CheckSpec> checks);

  // What is known of the checks.
  const Checks& checks() const { return checks_; }
  Checks& checks() { return checks_; }
  const CheckPlan& plan() const { return plan_; }

  // Takes another list of checks: one that is there already keeps the run in progress; runs of the
  // others are ended. Nothing is planned until begin() and beginCycle().
  void reconfigure(const DetectionPolicy& policy, std::vector<CheckSpec> checks,
                   std::vector<Action>& actions);

  // Plans the first scheduled runs: at start-up, and when detection is switched on again.
  void begin(core::BootTime now) { plan_.begin(now); }
  // Makes the checks without an interval of their own due: one cycle of auto-detection-monitoring.
  void beginCycle(core::BootTime now);
  // Starts what is due, as far as max_concurrent allows.
  void startDue(core::BootTime now, std::vector<Action>& actions);
  std::optional<core::BootTime> nextDue();

  // A run on demand that begins at or after this call; returns the run to wait for.
  std::uint64_t request(int check, std::vector<Action>& actions);
  // As request(), and its result counts as one of detection (it may raise an event).
  std::uint64_t requestByHuman(int check, std::vector<Action>& actions);

  // No run follows one that is under way.
  void stop() { runs_.stop(); }

  struct Finding : Checks::Change {
    int check = -1;       // that the run was of; -1: a late one, which changes nothing
    bool raises = false;  // a detection result, bad, and the check counts as bad
  };
  Finding finish(const CheckFinished& event, core::Now now, std::vector<Action>& actions);

 private:
  std::uint64_t start(int check, bool scheduled, std::vector<Action>& actions);
  std::uint64_t demand(int check, bool scheduled, std::vector<Action>& actions);

  DetectionPolicy policy_;
  Checks checks_;
  CheckPlan plan_;
  CheckRuns runs_;
};

}  // namespace heald::engine
