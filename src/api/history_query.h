#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"
#include "core/time.h"
#include "engine/history.h"
#include "heald/result.h"

namespace heald::api {

inline constexpr std::size_t kMostHistoryEntries = 1000;  // of one answer
inline constexpr std::size_t kMostSearchedBytes = 256;    // of a text that is searched for

// What GET /api/history may be asked, and GET /api/events: they share how to choose entries.
std::vector<QueryField> historyFields();
std::vector<QueryField> eventFields();

// Reads a query by the fields of its call. Error{kInvalid}, with what would be right: a name that
// is not among them, a value that is none. `since` and `until` are times (RFC 3339), or durations
// before `now`.
Result<engine::HistoryQuery> readHistoryQuery(const http::Request& request,
                                              const std::vector<QueryField>& fields,
                                              core::WallTime now);

// An id of an entry: a whole number from 0.
Result<std::int64_t> readHistoryId(std::string_view name, std::string_view text);

}  // namespace heald::api
