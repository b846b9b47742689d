#include <nlohmann/json.hpp>

#include "api/actor.h"
#include "api/approvals_json.h"
#include "api/control_calls.h"
#include "api/control_routes.h"
#include "api/overview.h"
#include "engine/approvals.h"

namespace heald::api {
namespace {

using nlohmann::ordered_json;

const BodyField kTarget = {"target", FieldType::kName, false,
                           "of a remedy with targets, or a fleet: which one; needed there"};
const BodyField kStep = {
    "step", FieldType::kCount, false,
    "of an escalation, from 1; without it the only one that needs an approval"};

engine::Event approve(const http::Request& request, const Body& body, bool permit) {
  return engine::Approve{request.parameter("name"),
                         permit,
                         body.target,
                         body.count,
                         body.duration.value_or(engine::Approvals::kUsual),
                         body.reason,
                         actorOf(request)};
}
engine::Event unapprove(const http::Request& request, const Body& body, bool permit) {
  return engine::Unapprove{request.parameter("name"), permit, body.target, body.count,
                           actorOf(request)};
}

Call change(const Backend& backend, Call call, bool permit,
            engine::Event (*event)(const http::Request&, const Body&, bool)) {
  call.brief = true;
  call.handler = [backend, fields = call.body, permit, event](const http::Request& request) {
    const auto body = readBody(request, fields);
    if (!body) return http::error(body.error());
    return ask(backend, request, event(request, *body, permit), replyAs(200));
  };
  return call;
}

http::Response all(const Backend& backend) {
  const auto snapshot = backend.snapshot();
  if (snapshot == nullptr) return notStartedYet();
  return http::json(ordered_json{{"approvals", approvalsJson(*snapshot, backend.now())},
                                 {"wanted", approvalsWantedJson(*snapshot)}});
}

}  // namespace

std::vector<Call> approvalCalls(const Backend& backend) {
  const BodyField reason = {"reason", FieldType::kReason, true, "say why it may start"};
  const BodyField length = {"for", FieldType::kDuration, false,
                            "how long, from 1s to 24h; 30m without it; it ends by itself, or with "
                            "the attempt"};
  return {{.method = "GET",
           .path = "/api/approvals",
           .needs = http::Access::kRead,
           .summary = "The approvals that are in force, and what waits for one",
           .handler = [backend](const http::Request&) { return all(backend); }},
          change(backend,
                 {.method = "POST",
                  .path = "/api/remedies/{name}/approve",
                  .needs = http::Access::kOperate,
                  .summary = "Let one attempt of a remedy start that waits for a human",
                  .body = {reason, length, kTarget, kStep}},
                 false, approve),
          change(backend,
                 {.method = "POST",
                  .path = "/api/remedies/{name}/unapprove",
                  .needs = http::Access::kOperate,
                  .summary = "Take an approval back that no attempt has used",
                  .body = {kTarget, kStep}},
                 false, unapprove),
          change(backend,
                 {.method = "POST",
                  .path = "/api/governors/{name}/approve",
                  .needs = http::Access::kOperate,
                  .summary = "Let a governor give one permit that waits for a human",
                  .body = {reason, length, kTarget}},
                 true, approve),
          change(backend,
                 {.method = "POST",
                  .path = "/api/governors/{name}/unapprove",
                  .needs = http::Access::kOperate,
                  .summary = "Take an approval back that no permit has used",
                  .body = {kTarget}},
                 true, unapprove)};
}

}  // namespace heald::api
