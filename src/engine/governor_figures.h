#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/governor.h"
#include "core/time.h"
#include "engine/permit.h"
#include "engine/snapshot.h"
#include "engine/stale.h"

namespace heald::engine {

// What is known of governors since the process started, and is not durable: how often what has
// happened, and when an attempt ended last.
class GovernorFigures {
 public:
  struct Of {
    GovernorCounters counters;
    PermitCounts permits{};                      // how permits have ended
    std::optional<core::BootTime> first_permit;  // when one was asked for first
    std::optional<core::BootTime> last_result;   // when an attempt ended last
  };

  // `stale`: the views that show them.
  explicit GovernorFigures(Stale& stale) : stale_(stale) {}

  const Of& operator[](int governor) const;
  // To change them: the view is stale from here on.
  Of& at(int governor);
  // Its index is given to another governor.
  void forget(int governor) { at(governor) = {}; }

  // A trigger was denied.
  void suppressed(int governor, core::Guard guard);
  // Over all governors, the forgotten ones too.
  const std::array<std::uint64_t, core::kGuardCount>& suppressedOfAll() const {
    return suppressed_;
  }
  // A permit is asked for. The first call counts.
  void permitAsked(int governor, core::BootTime now);
  void countPermit(int governor, PermitOutcome outcome) {
    ++at(governor).permits[static_cast<std::size_t>(outcome)];
  }
  // Its state has become another one: its breaker moved, or it went dormant.
  void changed(int governor, const core::GovernorState& before, const core::GovernorState& after);

 private:
  Stale& stale_;
  std::vector<Of> figures_;
  std::array<std::uint64_t, core::kGuardCount> suppressed_{};
};

}  // namespace heald::engine
