#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/feature_flags.h"
#include "engine/journal.h"

namespace heald::engine {

// What humans do to governors and flags: the words for log and history, and what follows once it is
// durable. The change itself is in another book, and goes with it.
class HumanActs : public Book {
 public:
  struct Act {
    Note note;
    HistoryEntry entry;
    std::function<void()> then;  // once it is durable; may be empty
  };
  void propose(Act act) { proposed_.push_back(std::move(act)); }
  // All of this step: one of them was refused.
  void withdraw() { proposed_.clear(); }

  bool proposed() const override { return false; }
  void write(Changes&) const override {}
  void writeAll(Changes&) const override {}
  void tell(std::vector<HistoryEntry>& entries, core::Now now) const override;
  void keep(core::Now now) override;
  void undo(core::Now) override { withdraw(); }
  std::vector<Act> takeKept() { return std::exchange(kept_, {}); }

 private:
  std::vector<Act> proposed_;
  std::vector<Act> kept_;
};

// The overrides of the feature flags.
class FlagBook : public Book {
 public:
  explicit FlagBook(core::FeatureFlags& features) : features_(features) {}

  // As FeatureFlags::setOverride.
  Result<void> propose(core::Feature feature, bool enabled, core::WallTime now);

  bool proposed() const override { return !before_.empty(); }
  void write(Changes& changes) const override;
  void writeAll(Changes& changes) const override;
  void keep(core::Now now) override;
  void undo(core::Now now) override;
  // Whether any was kept, and this was not asked since.
  bool takeKept() { return std::exchange(kept_, false); }

 private:
  core::FeatureFlags& features_;
  std::vector<std::pair<core::Feature, core::FeatureFlags::Layers>> before_;
  bool kept_ = false;
};

}  // namespace heald::engine
