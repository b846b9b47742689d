#include "engine/windows.h"

#include <algorithm>
#include <utility>

namespace heald::engine {
namespace {

constexpr core::Duration kNoticeable = std::chrono::seconds(1);  // a step of the wall clock
constexpr core::Duration kSoon = std::chrono::milliseconds(10);  // it may lag behind its edge

std::string remediesOf(const WindowSpec& spec) {
  std::string names;
  for (const std::string& remedy : spec.remedies) names += (names.empty() ? "" : ", ") + remedy;
  return names.empty() ? "all" : names;
}

}  // namespace

void Windows::use(std::vector<WindowSpec> windows) {
  std::vector<Window> next;
  for (WindowSpec& spec : windows) {
    const auto known = std::find_if(windows_.begin(), windows_.end(),
                                    [&](const Window& old) { return old.spec.name == spec.name; });
    next.push_back({std::move(spec), known != windows_.end() && known->holds});
  }
  windows_ = std::move(next);
  pauses_.clear();
  ++revision_;
  fresh_ = false;
}

bool Windows::upToDate(core::Now now) {
  if (windows_.empty()) return true;
  const core::Duration ahead = now.wall.time_since_epoch() - now.boot.time_since_epoch();
  const core::Duration stepped = ahead > wall_ahead_ ? ahead - wall_ahead_ : wall_ahead_ - ahead;
  const bool same = fresh_ && stepped < kNoticeable && since_ <= now.wall && now.wall < edge_;
  if (same && edge_boot_ <= now.boot) {
    edge_boot_ = now.boot + std::max(kSoon, core::Duration(edge_ - now.wall));
  }
  return same;
}

void Windows::hold(const WindowSpec& spec, const core::Interval& interval, core::Now now) {
  const Pause pause{now.boot + (interval.end - now.wall), interval.begin, spec.reason,
                    "window " + spec.name, true};
  const std::vector<std::string> all = {""};
  for (const std::string& remedy : spec.remedies.empty() ? all : spec.remedies) {
    const auto found = pauses_.try_emplace(remedy, pause).first;
    if (found->second.until < pause.until) found->second = pause;
  }
}

std::vector<Windows::Change> Windows::follow(core::Now now) {
  std::vector<Change> changes;
  if (upToDate(now)) return changes;
  pauses_.clear();
  ++revision_;
  edge_ = core::WallTime::max();
  for (Window& window : windows_) {
    const auto interval = window.spec.times.at(now.wall);
    if (!interval) continue;
    const bool holds = interval->contains(now.wall);
    edge_ = std::min(edge_, holds ? interval->end : interval->begin);
    if (holds) hold(window.spec, *interval, now);
    if (holds != std::exchange(window.holds, holds)) {
      changes.push_back(
          {window.spec.name, holds, remediesOf(window.spec), window.spec.reason, interval->end});
    }
  }
  fresh_ = true;
  since_ = now.wall;
  wall_ahead_ = now.wall.time_since_epoch() - now.boot.time_since_epoch();
  edge_boot_ = now.boot + (edge_ - now.wall);
  return changes;
}

const Pause* Windows::of(const std::string& remedy, core::BootTime now) const {
  const auto found = pauses_.find(remedy);
  return found != pauses_.end() && now < found->second.until ? &found->second : nullptr;
}

std::optional<core::BootTime> Windows::nextEdge() const {
  if (windows_.empty() || !fresh_ || edge_ == core::WallTime::max()) return std::nullopt;
  return edge_boot_;
}

}  // namespace heald::engine
