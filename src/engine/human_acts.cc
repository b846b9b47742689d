#include "engine/human_acts.h"

namespace heald::engine {

void HumanActs::tell(std::vector<HistoryEntry>& entries, core::Now now) const {
  for (const Act& act : proposed_) {
    entries.push_back(act.entry);
    entries.back().at = now.wall;
  }
}

void HumanActs::keep(core::Now) {
  for (Act& act : std::exchange(proposed_, {})) kept_.push_back(std::move(act));
}

Result<void> FlagBook::propose(core::Feature feature, bool enabled, core::WallTime now) {
  const core::FeatureFlags::Layers before = features_.layers(feature);
  auto set = features_.setOverride(feature, enabled, now);
  if (set) before_.emplace_back(feature, before);
  return set;
}

void FlagBook::write(Changes& changes) const {
  for (const auto& [feature, before] : before_) {
    changes.flags.emplace_back(feature, features_.layers(feature));
  }
}

void FlagBook::writeAll(Changes& changes) const {
  for (const core::Feature feature : core::kFeatures) {
    changes.flags.emplace_back(feature, features_.layers(feature));
  }
}

void FlagBook::keep(core::Now) {
  kept_ = kept_ || !before_.empty();
  before_.clear();
}

void FlagBook::undo(core::Now) {
  for (; !before_.empty(); before_.pop_back()) {
    const auto& [feature, before] = before_.back();
    features_.restoreOverride(feature, before.overridden, before.changed_at);
  }
}

}  // namespace heald::engine
