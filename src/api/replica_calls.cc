#include <nlohmann/json.hpp>

#include "api/actor.h"
#include "api/control_calls.h"
#include "api/control_routes.h"
#include "core/text.h"

namespace heald::api {
namespace {

using nlohmann::ordered_json;

ordered_json replicaJson(const etcd::Replica& replica) {
  return {{"name", replica.name},
          {"url", replica.url},
          {"version", replica.version},
          {"config", replica.config}};
}

// The leader's key was written when it began to lead; its configuration may be another one since.
ordered_json standingJson(const etcd::Standing& standing) {
  ordered_json leader;
  if (standing.leader) leader = replicaJson(*standing.leader);
  ordered_json replicas = ordered_json::array();
  for (const etcd::Replica& replica : standing.replicas) {
    replicas.push_back(replicaJson(replica));
    if (standing.leader && standing.leader->name == replica.name) leader["config"] = replica.config;
  }
  return {{"name", standing.self.name},          {"leads", standing.leads},
          {"leader", std::move(leader)},         {"replicas", std::move(replicas)},
          {"transitions", standing.transitions}, {"trouble", standing.trouble}};
}

Error alone() {
  return {ErrorCode::kNotFound, "this heald is no replica: its store is not in etcd"};
}

http::Response stepDown(const Backend& backend, const http::Request& request) {
  const auto body = readBody(
      request, {{"reason", FieldType::kReason, true, "say why another replica is to act"}});
  if (!body) return http::error(body.error());
  if (!backend.standing) return http::error(alone());
  const etcd::Standing standing = backend.standing();
  if (!standing.leads) {
    return http::error(
        {ErrorCode::kConflict,
         "this replica does not lead" +
             (standing.leader ? ": " + standing.leader->name + " does" : std::string())});
  }
  if (standing.replicas.size() < 2) {
    return http::error({ErrorCode::kConflict, "there is no other replica that could lead"});
  }
  backend.tell({.kind = engine::HistoryKind::kHeald,
                .event = "stepped down",
                .actor = actorOf(request),
                .message = "stepped down: " + body->reason});
  backend.step_down();
  return http::json(ordered_json({{"message", "this replica does not lead any more"}}), 202);
}

}  // namespace

std::vector<Call> replicaCalls(const Backend& backend) {
  return {
      {.method = "GET",
       .path = "/api/replicas",
       .needs = http::Access::kRead,
       .summary = "Who leads, and which replicas there are",
       .handler =
           [backend](const http::Request&) {
             return backend.standing ? http::json(standingJson(backend.standing()))
                                     : http::error(alone());
           }},
      {.method = "POST",
       .path = "/api/replicas/step-down",
       .needs = http::Access::kOperate,
       .summary = "Let another replica act; what runs here is ended",
       .body = {{"reason", FieldType::kReason, true, "say why another replica is to act"}},
       .success = 202,
       .handler = [backend](const http::Request& request) { return stepDown(backend, request); }}};
}

}  // namespace heald::api
