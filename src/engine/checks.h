#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/check_status.h"
#include "core/invariant.h"
#include "core/time.h"
#include "engine/check_dependencies.h"
#include "engine/debounce.h"
#include "engine/event.h"
#include "engine/health_record.h"
#include "engine/setup.h"
#include "engine/snapshot.h"
#include "engine/stale.h"

namespace heald::engine {

// What is known of each check: what its last run has found, what its results amount to, and what it
// depends on. Runs none; Detection does, and tells of it here.
class Checks {
 public:
  // Takes another list: one that is there already, by name and kind, keeps what is known of it.
  // Returns the place of each in the old list; -1: it is new.
  std::vector<int> take(std::vector<CheckSpec> checks);

  int indexOf(const std::string& name) const;  // -1 when there is none
  std::size_t size() const { return checks_.size(); }
  const CheckSpec& spec(int check) const { return at(check).spec; }
  const CheckView& view(int check) const { return at(check).view; }
  Health health(int check) const { return at(check).view.health; }
  // What the last run found, before any debouncing.
  Health lastResult(int check) const { return at(check).last; }
  core::BootTime lastResultAt(int check) const { return at(check).last_result; }
  // Since when every result has been one that a remedy which answers to `on` calls healed, without
  // a gap; none when the last was not.
  std::optional<core::BootTime> healedSince(int check, const core::AnswersTo& on) const {
    return at(check).debounce.healedSince(on);
  }
  // The first unhealthy one of the checks that this one depends on, directly or not; -1 without.
  int unhealthyParent(int check) const;
  // The checks that depend on this one, directly or not.
  const std::vector<int>& dependents(int check) const { return dependencies_.dependents(check); }
  int unhealthyCount() const { return unhealthy_; }
  const std::map<std::string, Histogram>& durations() const { return durations_; }  // by kind

  // A run of it has begun, or has ended with this result.
  void began(int check) { at(check).view.running = true; }
  struct Change {
    Health was = Health::kUnknown;                  // the check's health before this result
    Health is = Health::kUnknown;                   // and after it
    std::optional<HealthRecord::Change> told = {};  // by the history
  };
  Change ended(int check, const CheckFinished& event, core::Now now);
  // So many scheduled runs of it could not start.
  void missed(int check, std::uint64_t runs) { at(check).view.missed += runs; }
  void setUnhealthyTime(int check, const UnhealthyTime& time) {
    at(check).view.unhealthy_time = time;
  }

  // As they are now; what did not change is shared with the list that was given out last.
  const SharedList<CheckView>& views() const;
  void shareNothing() const { stale_.markAll(); }

 private:
  struct Check {
    CheckSpec spec;
    CheckView view;
    Health last = Health::kUnknown;
    core::BootTime last_result{};
    Debounce debounce;
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
  void count(Check& check, core::BootTime now);

  std::vector<Check> checks_;
  std::map<std::string, int> by_name_;
  std::map<std::string, Histogram> durations_;
  CheckDependencies dependencies_;
  mutable Stale stale_;  // of views_
  mutable SharedList<CheckView> views_;
  int unhealthy_ = 0;
};

}  // namespace heald::engine
