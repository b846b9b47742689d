#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/pause.h"
#include "engine/setup.h"

namespace heald::engine {

// The maintenance windows of the configuration: weekly times in which remedies are paused without a
// human who does it. Nothing of them is durable: which windows hold follows from the configuration
// and the wall clock alone, so that a restart changes nothing. They only withhold.
class Windows {
 public:
  struct Change {
    std::string window;
    bool began = false;    // or it is over
    std::string remedies;  // "restart-gateway, restart-db", or "all"
    std::string reason;
    core::WallTime until{};  // of one that began
  };

  // Takes the place of those before.
  void use(std::vector<WindowSpec> windows);
  // Takes notice of the time, and says which windows have begun or ended since it last did.
  std::vector<Change> follow(core::Now now);
  // What holds the remedy ("" is all of them), or null; of several, what ends last.
  const Pause* of(const std::string& remedy, core::BootTime now) const;
  // By remedy; some of them may be over.
  const std::map<std::string, Pause>& pauses() const { return pauses_; }
  // How often what holds was found anew.
  std::uint64_t revision() const { return revision_; }
  // When follow() has something to notice, if no clock is set.
  std::optional<core::BootTime> nextEdge() const;

 private:
  struct Window {
    WindowSpec spec;
    bool holds = false;
  };
  bool upToDate(core::Now now);
  void hold(const WindowSpec& spec, const core::Interval& interval, core::Now now);

  std::vector<Window> windows_;
  std::map<std::string, Pause> pauses_;  // by remedy, "" is all
  std::uint64_t revision_ = 0;
  bool fresh_ = false;  // what follows is right until `edge_`
  core::WallTime since_{};
  core::WallTime edge_{};
  core::BootTime edge_boot_{};
  core::Duration wall_ahead_{};  // of the boot clock
};

}  // namespace heald::engine
