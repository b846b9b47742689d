#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/actor.h"
#include "api/control_calls.h"
#include "api/control_routes.h"
#include "api/overview.h"
#include "api/views_json.h"
#include "core/text.h"
#include "io/text.h"

namespace heald::api {
namespace {

using nlohmann::ordered_json;

constexpr core::Duration kDefaultDeadline = std::chrono::minutes(10);

long long secondsUp(core::Duration wait) {
  return std::chrono::ceil<std::chrono::seconds>(wait).count();
}

http::Response given(const engine::Permit& permit, core::Duration deadline,
                     const std::string& message) {
  ordered_json value = permitJson(permit, permit.granted_at + deadline);
  value["message"] = message;
  return http::json(value, 201);
}

http::Response notThisGovernor(const http::Request& request, const std::string& governor) {
  std::string governors;
  for (const std::string& own : request.who.grant->governors) {
    governors += (governors.empty() ? "" : ", ") + own;
  }
  return http::error(403, "wrong_role",
                     toString(request.who) + " may ask for permits of " + governors +
                         " alone, and not of \"" + io::oneLine(governor, 64) + "\"");
}

http::Response request(const Backend& backend, const std::vector<BodyField>& fields,
                       const http::Request& request) {
  const auto body = readBody(request, fields);
  if (!body) return http::error(body.error());
  if (!request.who.mayAsk(body->name)) return notThisGovernor(request, body->name);
  const core::Duration deadline = body->duration.value_or(kDefaultDeadline);
  return ask(
      backend, request,
      engine::RequestPermit{body->name, deadline, body->reason, actorOf(request), body->member},
      [deadline](const engine::Reply& reply) {
        if (reply.denial) return deniedPermit(reply);
        if (reply.permit) return given(*reply.permit, deadline, reply.message);
        return http::json(ordered_json{{"message", reply.message}}, 201);
      });
}

// "" of one that is not outstanding: its report changes nothing.
std::string governorOfPermit(const Backend& backend, const std::string& id) {
  const auto snapshot = backend.snapshot();
  if (snapshot == nullptr) return "";
  const auto found = std::find_if(snapshot->permits.begin(), snapshot->permits.end(),
                                  [&](const engine::Permit& permit) { return permit.id == id; });
  return found == snapshot->permits.end() ? "" : found->governor;
}

http::Response report(const Backend& backend, const std::vector<BodyField>& fields,
                      const http::Request& request) {
  const auto body = readBody(request, fields);
  if (!body) return http::error(body.error());
  const std::string governor = governorOfPermit(backend, request.parameter("id"));
  if (!governor.empty() && !request.who.mayAsk(governor)) return notThisGovernor(request, governor);
  // How it ended is for everybody; what was printed, for who has the token.
  const std::string_view ending = io::firstLine(body->error);
  const std::size_t line = body->error.find('\n', body->error.find(ending));
  const std::string printed = line == std::string::npos ? "" : body->error.substr(line + 1);
  if (body->unused && !body->ok) {
    return http::error(400, "invalid",
                       "\"unused\" is of an attempt that was not made: \"ok\" is true");
  }
  engine::ReportPermit event{request.parameter("id"), body->ok, io::oneLine(ending), body->error,
                             actorOf(request),        printed};
  event.unused = body->unused;
  return ask(backend, request, std::move(event), [](const engine::Reply& reply) {
    ordered_json value;
    value["message"] = reply.message;
    if (reply.permit) value["state"] = toString(reply.permit->state);
    return http::json(value);
  });
}

http::Response outstanding(const Backend& backend) {
  const auto snapshot = backend.snapshot();
  if (snapshot == nullptr) return notStartedYet();
  ordered_json list = ordered_json::array();
  for (const engine::Permit& permit : snapshot->permits) {
    list.push_back(permitJson(permit, engine::wallOf(*snapshot, permit.deadline)));
  }
  ordered_json value;
  value["permits"] = std::move(list);
  return http::json(value);
}

}  // namespace

// Retry-After where time helps: of itself, or as a human may act meanwhile.
http::Response deniedPermit(const engine::Reply& reply) {
  const engine::Denial& denial = *reply.denial;
  ordered_json value;
  value["error"]["code"] = denial.guard ? "denied" : denial.word;
  value["error"]["message"] = reply.message;
  value["guard"] = denial.guard ? ordered_json(denial.word) : ordered_json();
  value["until"] = denial.until ? ordered_json(core::toIso8601(*denial.until)) : ordered_json();
  const bool again = denial.wait > core::Duration{};
  value["retry_after_seconds"] = again ? ordered_json(secondsUp(denial.wait)) : ordered_json();
  http::Response response = http::json(value, 409);
  if (again) response.headers.add("Retry-After", std::to_string(secondsUp(denial.wait)));
  return response;
}

std::vector<Call> permitCalls(const Backend& backend) {
  const std::vector<BodyField> wanted = {
      {"governor", FieldType::kName, true, "the governor that is asked"},
      {"deadline", FieldType::kDuration, false,
       "until when the result is reported, from 1s to 24h; 10m without it"},
      {"reason", FieldType::kReason, false, "say what it is for"},
      {"member", FieldType::kName, false,
       "of a governor of a fleet, and needed there: the member that makes the attempt"}};
  const std::vector<BodyField> result = {
      {"ok", FieldType::kBoolean, true,
       "true when the attempt ended well, else false; where the governor verifies permits, its "
       "check decides whether it did"},
      {"unused", FieldType::kBoolean, false,
       "with ok, the permit is given back: no attempt was made, and nothing is verified"},
      {"error", FieldType::kError, false,
       "how it ended, in the first line; what was printed in the others, which are shown with the "
       "token "
       "alone. All is matched against the permanent-open conditions"}};
  return {{.method = "GET",
           .path = "/api/permits",
           .needs = http::Access::kRead,
           .summary = "The permits that are outstanding",
           .handler = [backend](const http::Request&) { return outstanding(backend); }},
          {.method = "POST",
           .path = "/api/permits",
           .needs = http::Access::kPermits,
           .summary = "May an attempt be made that is not heald's own?",
           .body = wanted,
           .success = 201,
           .brief = true,
           .handler = [backend,
                       wanted](const http::Request& r) { return request(backend, wanted, r); }},
          {.method = "POST",
           .path = "/api/permits/{id}/result",
           .needs = http::Access::kPermits,
           .summary = "The result of the attempt of a permit",
           .body = result,
           .brief = true,
           .handler = [backend, result](const http::Request& r) {
             return report(backend, result, r);
           }}};
}

}  // namespace heald::api
