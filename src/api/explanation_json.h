#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/time.h"
#include "engine/snapshot.h"

namespace heald::api {

// The answer of /api/governors/{name}/explain; docs/http-api.md lists the keys. Pure.
nlohmann::ordered_json explanationJson(const engine::Snapshot& snapshot,
                                       const engine::GovernorView& governor, core::Now now,
                                       bool with_output = false);

}  // namespace heald::api
