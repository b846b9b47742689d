#pragma once

#include <functional>
#include <vector>

#include "api/backend.h"
#include "api/call.h"
#include "engine/advice.h"

namespace heald::api {

// The parts of the control listener's table; see control_routes.h.
std::vector<Call> readingCalls(const Backend& backend);
std::vector<Call> changingCalls(const Backend& backend);
// The audit log, and the same live.
std::vector<Call> historyCalls(const Backend& backend);
// What the admin page needs besides: settings, availability, what would be.
std::vector<Call> pageDataCalls(const Backend& backend);
// The governor as a service.
std::vector<Call> approvalCalls(const Backend& backend);
std::vector<Call> permitCalls(const Backend& backend);
// The same for FleetLock clients.
std::vector<Call> fleetLockCalls(const Backend& backend);
// Why a permit is not given, for programs too; 409.
http::Response deniedPermit(const engine::Reply& reply);
// Who may do what.
std::vector<Call> tokenCalls(const Backend& backend);
// Of several replicas, which one acts.
std::vector<Call> replicaCalls(const Backend& backend);
// Who is told what has happened.
std::vector<Call> notificationCalls(const Backend& backend);
// Receivers in trouble, for the status.
std::vector<engine::Issue> notificationIssues(const Backend& backend);
// Alertmanager's webhook.
Call alertsCall(const Backend& backend);

// What the engine replied, with this status.
std::function<http::Response(const engine::Reply&)> replyAs(int success);

}  // namespace heald::api
