// FleetLock, the protocol by which machines that reboot themselves (zincati and others) ask first:
// https://coreos.github.io/zincati/development/fleetlock/protocol/. A thin layer on permits: the
// group is the governor of a fleet, the id is its member, and the lock is the permit it holds. What
// is refused anywhere is put into the words of the protocol by the pipeline (http/fleet_lock.h).
#include <nlohmann/json.hpp>

#include "api/actor.h"
#include "api/control_calls.h"
#include "api/control_routes.h"
#include "config/names.h"
#include "http/fleet_lock.h"
#include "io/json_object.h"
#include "io/text.h"

namespace heald::api {
namespace {

using nlohmann::ordered_json;

// The protocol has no deadline. Who is not back by then is lost.
constexpr core::Duration kDeadline = std::chrono::hours(1);
// Of a body, which says two names: others may wait behind it (Route::brief).
constexpr std::size_t kMostBytes = 16 * 1024;

struct Client {
  std::string member;
  std::string governor;
};

http::Response failure(int status, const std::string& kind, const std::string& value) {
  return http::json(ordered_json{{"kind", kind}, {"value", value}}, status);
}

Result<Client> clientOf(const http::Request& request) {
  if (!http::isFleetLock(request)) {
    return Error{ErrorCode::kInvalid, "the header \"fleet-lock-protocol: true\" is missing"};
  }
  const auto body = io::parseJsonObject(request.body);
  if (!body) return body.error();
  const auto params = body->find("client_params");
  const auto text = [&](const char* key) {
    const bool there = params != body->end() && params->is_object() && params->contains(key) &&
                       (*params)[key].is_string();
    return there ? (*params)[key].get<std::string>() : std::string();
  };
  Client client{text("id"), text("group")};
  if (client.member.empty() || client.governor.empty()) {
    return Error{ErrorCode::kInvalid,
                 "the body must be {\"client_params\": {\"id\": TEXT, \"group\": TEXT}}, and "
                 "neither text empty"};
  }
  // It would be said again in the answer and in the log.
  for (const auto& [key, said] : {std::pair{"id", client.member}, {"group", client.governor}}) {
    if (said.size() <= config::kLongestHostName) continue;
    return Error{ErrorCode::kInvalid, std::string(key) + " has " + std::to_string(said.size()) +
                                          " bytes; a name has at most " +
                                          std::to_string(config::kLongestHostName)};
  }
  return client;
}

// What both calls refuse in the same way.
template <class Do>
http::Response forClient(const http::Request& request, Do ask_engine) {
  const auto client = clientOf(request);
  if (!client) return failure(400, "bad_request", client.error().message);
  if (!request.who.mayAsk(client->governor)) {
    return failure(403, "wrong_role",
                   toString(request.who) + " may not ask for permits of \"" +
                       io::oneLine(client->governor, 64) + "\"");
  }
  return ask_engine(*client);
}

http::Response preReboot(const Backend& backend, const http::Request& request) {
  return forClient(request, [&](const Client& client) {
    engine::RequestPermit event{client.governor, kDeadline, "reboot (FleetLock)", actorOf(request),
                                client.member};
    event.again = true;  // the protocol: who holds the lock is given it again
    return ask(backend, request, std::move(event), [](const engine::Reply& reply) {
      return reply.denial ? deniedPermit(reply)
                          : http::json(ordered_json{{"message", reply.message}});
    });
  });
}

http::Response steadyState(const Backend& backend, const http::Request& request) {
  return forClient(request, [&](const Client& client) {
    engine::ReportPermit event;
    event.ok = true;
    event.by = actorOf(request);
    event.governor = client.governor;
    event.member = client.member;
    return ask(backend, request, std::move(event), [](const engine::Reply& reply) {
      return http::json(ordered_json{{"message", reply.message}});
    });
  });
}

}  // namespace

std::vector<Call> fleetLockCalls(const Backend& backend) {
  return {
      {.method = "POST",
       .path = "/v1/pre-reboot",
       .needs = http::Access::kPermits,
       .summary = "FleetLock: may this machine reboot?",
       .brief = true,
       .handler = [backend](const http::Request& request) { return preReboot(backend, request); },
       .body_limit = kMostBytes},
      {.method = "POST",
       .path = "/v1/steady-state",
       .needs = http::Access::kPermits,
       .summary = "FleetLock: this machine is well",
       .brief = true,
       .handler = [backend](const http::Request& request) { return steadyState(backend, request); },
       .body_limit = kMostBytes}};
}

}  // namespace heald::api
