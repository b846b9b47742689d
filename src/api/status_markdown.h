#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "engine/advice.h"
#include "engine/snapshot.h"

namespace heald::api {

// The status as a Markdown document (CommonMark with tables) for a ticket or a chat: overall
// status, issues (and those of `beside`, as in statusJson) and what helps first, then governors,
// checks, remedies and tasks. Pure. Valid UTF-8; names and messages are escaped, so that what a
// check printed cannot become markup.
std::string statusMarkdown(const engine::Snapshot& snapshot, core::Now now,
                           std::string_view version, bool with_output = false,
                           const std::vector<engine::Issue>& beside = {});

}  // namespace heald::api
