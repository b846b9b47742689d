#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "engine/advice.h"
#include "engine/snapshot.h"

namespace heald::api {

// The answer of /api/status: the keys of the design's sample first, with its types and in its
// order, then what heald adds. Pure; docs/http-api.md explains every key.
//
// What the sample has once and heald has per governor is here for all of them: dormant when any
// is, the largest failure count and backoff, the sums of the totals.
//
// `beside`: issues that the engine does not know of, after its own.
//
// `with_output`, here and in all that follows: the reader has brought the token, and sees the first
// line that a failed action has printed. It may hold what is not for everybody.
nlohmann::ordered_json statusJson(const engine::Snapshot& snapshot, core::Now now,
                                  std::string_view version, bool with_output = false,
                                  const std::vector<engine::Issue>& beside = {});

// In the order of the status: self-healing-main first when it exists, then as configured.
std::vector<const engine::GovernorView*> governorsInOrder(const engine::Snapshot& snapshot);

}  // namespace heald::api
