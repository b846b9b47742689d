#pragma once

#include <optional>

#include "core/time.h"
#include "engine/checks.h"
#include "engine/episode_lines.h"
#include "engine/governors.h"
#include "engine/roster.h"
#include "engine/step.h"

namespace heald::engine {

// When everything under a governor has been healthy for so long that its failure counts are
// cleared: every check healed, no alert firing, and no attempt ended, for `reset_after`.
class SustainedHealth {
 public:
  SustainedHealth(const Roster& roster, Governors& governors, const EpisodeLines& episodes,
                  const Checks& checks)
      : roster_(roster), governors_(governors), episodes_(episodes), checks_(checks) {}

  // Proposes that the counts are cleared, where it is so.
  void consider(int governor, Step& step);
  // When a remedy that alerts ask for is to be looked at again; no event says that nothing fires.
  std::optional<core::BootTime> lookAgainAt(const Remedy& remedy) const;

 private:
  bool lasts(int governor, core::Duration reset_after, core::BootTime now) const;

  const Roster& roster_;
  Governors& governors_;
  const EpisodeLines& episodes_;
  const Checks& checks_;
};

}  // namespace heald::engine
