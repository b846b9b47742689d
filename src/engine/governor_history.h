#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/governor.h"
#include "engine/history.h"
#include "engine/output.h"

namespace heald::engine {

// What a change of a governor's state means, in words: for the history, as entries like `about`,
// which names the governor and the time; and for the log.
void tellChange(const HistoryEntry& about, const core::GovernorState& before,
                const core::GovernorState& after, std::vector<HistoryEntry>& entries);
void noteChange(const std::string& governor, const core::GovernorState& before,
                const core::GovernorState& after, std::vector<Note>& notes);

// The last of these entries that tells of this attempt, or null.
HistoryEntry* attemptIn(std::vector<HistoryEntry>& entries, const std::string& governor,
                        std::uint64_t attempt);

}  // namespace heald::engine
