#pragma once

#include "core/feature_flags.h"
#include "core/governor.h"
#include "engine/output.h"
#include "store/database.h"

namespace heald::store {

// Rows of the tables as values. Each throws Fault with what is wrong.

// Boot id and both clocks, in three columns from `column` on.
core::ClockStamp stampFrom(const Statement& row, int column);

// name, state, and its stamp. Rebased to `present`.
core::GovernorState governorFrom(const Statement& row, const core::ClockStamp& present);

// check_name, ended_ns, since_ns, human, and its stamp. Rebased to `present`.
engine::UnhealthyTime unhealthyTimeFrom(const Statement& row, const core::ClockStamp& present);

// feature, enabled, changed_at_ns. A damaged time does not undo what a human has switched off: it
// is listed in `saved.unreadable` and left out.
core::FeatureFlags::Layers layersFrom(const Statement& row, engine::Saved& saved);

}  // namespace heald::store
