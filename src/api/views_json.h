#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/time.h"
#include "engine/snapshot.h"

namespace heald::api {

// One thing of a snapshot as a JSON object, the same in the status and in the call for its kind;
// docs/http-api.md lists the keys. Pure. Times are ISO 8601 in UTC, durations whole milliseconds
// (`uptime`: whole seconds), a missing value is null and its key is there.
//
// `now` is the moment of the answer: a breaker whose deadline has passed since the snapshot was
// taken reads HALF_OPEN, and a deadline that has passed is null (there is nothing to wait for).

nlohmann::ordered_json governorJson(const engine::Snapshot& snapshot,
                                    const engine::GovernorView& governor, core::Now now);
// The same with its policy and what each guard has held back.
nlohmann::ordered_json governorDetailsJson(const engine::Snapshot& snapshot,
                                           const engine::GovernorView& governor, core::Now now);
// Of the governor of a fleet, with at most 20 of the members that are lost; null of another one.
nlohmann::ordered_json fleetJson(const engine::Snapshot& snapshot, const std::string& governor);
nlohmann::ordered_json dormancyJson(const core::DormancyRecord& record);
// null when there is none, or when it is over by `now`.
nlohmann::ordered_json pauseJson(const engine::Snapshot& snapshot,
                                 const std::optional<engine::Pause>& pause, bool with_all,
                                 core::Now now);
nlohmann::ordered_json checkJson(const engine::CheckView& check);
nlohmann::ordered_json remedyJson(const engine::Snapshot& snapshot,
                                  const engine::RemedyView& remedy, core::Now now,
                                  bool with_output = false);
// What a failed action has printed first: null without the token, and where there is nothing.
nlohmann::ordered_json outputOrNull(const std::string& output, bool with_output);
// `deadline`: of one that is outstanding.
nlohmann::ordered_json permitJson(const engine::Permit& permit,
                                  std::optional<core::WallTime> deadline);
nlohmann::ordered_json taskJson(const engine::Snapshot& snapshot, const engine::TaskView& task,
                                core::Now now);
nlohmann::ordered_json flagJson(const core::FeatureFlags& flags, core::Feature feature);

nlohmann::ordered_json policyJson(const core::GovernorPolicy& policy);
long long milliseconds(core::Duration duration);

}  // namespace heald::api
