#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "engine/history.h"
#include "heald/result.h"

namespace heald::store {

// Reads the history of the store at `path`, while a heald writes to it or when none runs. Opens the
// file for reading alone, and closes it again before it returns: nothing that a reader does or
// leaves undone holds up the writer or its checkpoints. Thread-safe, without state, throws nothing.
//
// kUnavailable, with the place and the reason: no file, no permission, no store of heald, damage. A
// damaged row is no error; see HistoryRow::unreadable. kInvalid: a store that an older heald wrote,
// which has none yet.
Result<engine::HistoryPage> readHistory(const std::string& path, const engine::HistoryQuery& query);

// How far those have come who tell others of it (Changes::cursors), by name. As readHistory.
using Cursors = std::map<std::string, std::int64_t>;
Result<Cursors> readCursors(const std::string& path);

}  // namespace heald::store
