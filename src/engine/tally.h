#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/time.h"
#include "engine/histogram.h"
#include "engine/human_action.h"
#include "engine/journal.h"
#include "engine/unhealthy_time.h"

namespace heald::engine {

struct Snapshot;

// What is counted for ever and decides nothing: how long checks were unhealthy, what ended that and
// after how long, and what humans did. Durable. A human's act is a proposal, as what it does is.
// What was seen is so at once, and is written with the next commit, after kWritten at the latest.
class Tally : public Book {
 public:
  static constexpr core::Duration kWritten = std::chrono::seconds(1);

  // A check has become unhealthy. One that was so already, before a restart say, is so since then.
  void began(const std::string& check, core::BootTime now);
  // It is so no longer; nothing happens to one that was not. `kind` is the check's.
  void ended(const std::string& check, const std::string& kind, EndedBy who, core::BootTime now);
  // It is not looked at any more, so nobody knows what ends it.
  void dropped(const std::string& check, core::BootTime now);
  // A human has acted upon what makes it unhealthy: whatever ends that, it was not heald alone.
  void touched(const std::string& check, core::BootTime now);
  void touchedAll(core::BootTime now);

  void acted(HumanAction action);  // a proposal

  const UnhealthyTime* find(const std::string& check) const;
  // Checks of this kind exist: its histogram does from here on.
  Histogram& knows(const std::string& kind);
  const std::array<std::uint64_t, kEndedByCount>& incidents() const { return incidents_; }
  const std::map<std::string, Histogram>& timesToHeal() const { return times_; }  // by kind

  using Counts = TallyCounts;
  using Times = TallyTimes;
  bool proposed() const override { return false; }  // an act goes along with what it does
  std::optional<core::BootTime> due() const override { return due_; }
  void write(Changes& changes) const override;
  void writeAll(Changes& changes) const override;
  void stand(core::Now now) override;
  void keep(core::Now now) override;
  void undo(core::Now now) override;
  void fill(Snapshot& snapshot) const;
  // Names of a newer version are ignored.
  void load(const Counts& counts, const Times& times);

 private:
  void change(const std::string& check, core::BootTime now);
  void changed(std::string count, core::BootTime now);
  void writeBy(core::BootTime now) { due_ = due_.value_or(now + kWritten); }
  std::map<std::string, std::uint64_t> byName() const;
  Counts countsOf(const std::set<std::string>& names) const;

  std::map<std::string, UnhealthyTime> checks_;
  std::array<std::uint64_t, kEndedByCount> incidents_{};
  std::array<std::uint64_t, kHumanActionCount> acts_{};
  std::map<std::string, Histogram> times_;
  std::set<std::string> changed_;         // counts that are not written
  std::set<std::string> changed_checks_;  // likewise
  std::vector<HumanAction> proposed_;
  std::optional<core::BootTime> due_;
};

}  // namespace heald::engine
