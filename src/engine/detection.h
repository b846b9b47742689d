#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/check_status.h"
#include "core/invariant.h"
#include "core/time.h"
#include "engine/debounce.h"
#include "engine/event.h"
#include "engine/health_record.h"
#include "engine/output.h"
#include "engine/setup.h"
#include "engine/snapshot.h"
#include "engine/stale.h"
#include "engine/timer_queue.h"

namespace heald::engine {

// Runs the checks on their own clock and debounces what they find. It never heals: it only says
// what changed. Breakers and dormancy do not reach it.
//
// Scheduled runs keep to a grid (start + n * interval): a late start shortens no later gap, and
// runs that could not start are counted and skipped, never caught up in a burst. Runs on demand
// (before an attempt, for verification, by a human) start at once and do not move the grid.
class Detection {
 public:
  Detection(const DetectionPolicy& policy, std::vector<CheckSpec> checks);

  // Takes another list of checks: one that is there already, by name, keeps what is known of it and
  // the run in progress; runs of the others are ended. Nothing is planned until begin() and
  // beginCycle().
  void reconfigure(const DetectionPolicy& policy, std::vector<CheckSpec> checks,
                   std::vector<Action>& actions);

  // Plans the first scheduled runs, spread so that they do not start together: at start-up, and
  // when detection is switched on again.
  void begin(core::BootTime now);
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
  void stop();

  struct Finding {
    int check = -1;                 // that the run was of; -1: a late one, which changes nothing
    bool raises = false;            // a detection result, bad, and the check counts as bad
    Health was = Health::kUnknown;  // the check's health before this result
    Health is = Health::kUnknown;   // and after it
    std::optional<HealthRecord::Change> told = {};  // by the history
  };
  Finding finish(const CheckFinished& event, core::Now now, std::vector<Action>& actions);

  int indexOf(const std::string& name) const;  // -1 when there is none
  std::size_t size() const { return checks_.size(); }
  const CheckSpec& spec(int check) const { return at(check).spec; }
  // How long after begin() or beginCycle() it is first due.
  core::Duration spread(std::size_t index) const;
  Health health(int check) const { return at(check).view.health; }
  // What the last run found, before any debouncing.
  Health lastResult(int check) const { return at(check).last; }
  core::BootTime lastResultAt(int check) const { return at(check).last_result; }
  // The first unhealthy one of the checks that this one depends on, directly or not; -1 without.
  int unhealthyParent(int check) const;
  std::optional<core::WallTime> since(int check) const {
    return at(check).view.since;
  }  // of its status
  const std::string& message(int check) const { return at(check).view.message; }
  core::Duration lastDuration(int check) const { return at(check).view.last_duration; }
  // Since when every result has been one that a remedy which answers to `on` calls healed, without
  // a gap; none when the last was not.
  std::optional<core::BootTime> healedSince(int check, const core::AnswersTo& on) const {
    return at(check).debounce.healedSince(on);
  }
  int unhealthyCount() const { return unhealthy_; }

  void setUnhealthyTime(int check, const UnhealthyTime& time) {
    at(check).view.unhealthy_time = time;
  }

  // As they are now; what did not change is shared with the list that was given out last.
  const SharedList<CheckView>& views() const;
  void shareNothing() const { stale_.markAll(); }
  // The checks that depend on this one, directly or not.
  const std::vector<int>& dependents(int check) const { return at(check).dependents; }
  const std::map<std::string, Histogram>& durations() const { return durations_; }

 private:
  struct Check {
    CheckSpec spec;
    CheckView view;
    std::optional<core::BootTime> planned;  // of the next scheduled run
    std::uint64_t run = 0;                  // the last one started
    bool scheduled = false;                 // that run counts as detection
    bool again = false;                     // another is wanted when it ends
    bool again_scheduled = false;
    Health last = Health::kUnknown;
    std::vector<int> parents;  // all that it depends on, directly or not
    std::vector<int> dependents = {};
    Debounce debounce;
    core::BootTime last_result{};
    HealthRecord record;
  };

  // To change it: its view is stale from here on.
  Check& at(int check) {
    stale_.mark(check);
    return checks_[place(check)];
  }
  const Check& at(int check) const { return checks_[place(check)]; }
  std::size_t place(int check) const {
    const auto index = static_cast<std::size_t>(check);
    CHECK(index < checks_.size(), "a check is named by an index of the list");
    return index;
  }
  void add(CheckSpec spec);
  void keep(Check& old, std::vector<Action>& actions);
  int checkOf(const CheckFinished& event) const;
  void plan(int check, core::BootTime due);
  void planNext(int check, core::BootTime now);
  void start(int check, bool scheduled, std::vector<Action>& actions);
  std::uint64_t demand(int check, bool scheduled, std::vector<Action>& actions);
  void findParents(Check& check, const Check& from);
  void count(Check& check, core::BootTime now);

  DetectionPolicy policy_;
  std::vector<Check> checks_;
  std::map<std::string, int> by_name_;
  std::map<std::string, Histogram> durations_;
  TimerQueue due_;
  std::unordered_map<std::uint64_t, int> running_;  // checks by their run
  mutable Stale stale_;                             // of views_
  mutable SharedList<CheckView> views_;
  std::uint64_t runs_ = 0;  // started, of all checks
  int running_scheduled_ = 0;
  int unhealthy_ = 0;
};

}  // namespace heald::engine
