#pragma once

#include <nlohmann/json_fwd.hpp>

#include "engine/snapshot.h"

namespace heald::api {

// The approvals that are in force; and what waits for one, with the command that gives it.
nlohmann::ordered_json approvalsJson(const engine::Snapshot& snapshot, core::Now now);
nlohmann::ordered_json approvalsWantedJson(const engine::Snapshot& snapshot);

}  // namespace heald::api
