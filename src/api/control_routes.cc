#include "api/control_routes.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/actor.h"
#include "api/control_calls.h"
#include "api/page_calls.h"
#include "core/text.h"
#include "io/digest.h"

namespace heald::api {

namespace {

constexpr std::size_t kMaxKeyBytes = 128;

bool isKey(std::string_view text) {
  const auto plain = [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.' || c == ':';
  };
  return !text.empty() && text.size() <= kMaxKeyBytes &&
         std::all_of(text.begin(), text.end(), plain);
}

// The same for the same method, path and body.
std::string digestOf(const http::Request& request) {
  return io::Digest(request.method + " " + request.path + "\n" + request.body).hex();
}

http::Response answerTo(const Result<engine::Reply>& reply, const Show& show) {
  if (!reply) return http::error(reply.error());
  if (reply->repeat == engine::Repeat::kOther) {
    return http::error(422, "key_reused",
                       "this Idempotency-Key was used for another request: nothing was changed");
  }
  http::Response response = show(*reply);
  if (reply->repeat == engine::Repeat::kSame) {
    response.headers.add("Idempotency-Replayed", "true");
  }
  return response;
}

}  // namespace

Result<Asker> askerOf(const http::Request& request, std::string digest) {
  Asker asker;
  asker.gone = request.gone;
  const auto key = request.headers.get("Idempotency-Key");
  if (!key) return asker;
  if (request.headers.count("Idempotency-Key") > 1 || !isKey(*key)) {
    return Error{
        ErrorCode::kInvalid,
        "Idempotency-Key must be there once and have 1 to 128 letters, digits, or - _ . :"};
  }
  asker.claim = {actorOf(request) + " " + std::string(*key),
                 digest.empty() ? digestOf(request) : std::move(digest)};
  return asker;
}

http::Response ask(const Backend& backend, const http::Request& request, engine::Event event,
                   const Show& show, std::string digest) {
  auto asker = askerOf(request, std::move(digest));
  if (!asker) return http::error(asker.error());
  http::Response response;
  // Shared so that the event, which may be thousands of alerts, is never copied.
  response.later = [call = backend.call, event = std::make_shared<engine::Event>(std::move(event)),
                    asker = std::move(*asker),
                    show](std::function<void(http::Response::Maker)> answer) {
    call(std::move(*event), asker, [show, answer = std::move(answer)](Result<engine::Reply> reply) {
      answer([show, reply = std::move(reply)] { return answerTo(reply, show); });
    });
  };
  return response;
}

std::function<http::Response(const engine::Reply&)> replyAs(int success) {
  return [success](const engine::Reply& reply) {
    nlohmann::ordered_json value;
    value["message"] = reply.message;
    for (const engine::InTheWay& one : reply.in_the_way) {
      nlohmann::ordered_json until;
      if (one.until) until = core::toIso8601(*one.until);
      value["stillInTheWay"].push_back({{"governor", one.governor},
                                        {"word", one.word},
                                        {"message", one.message},
                                        {"until", std::move(until)},
                                        {"command", one.command}});
    }
    return http::json(value, success);
  };
}

std::vector<Call> controlCalls(const Backend& backend) {
  std::vector<Call> calls = pageCalls();
  for (Call& call : readingCalls(backend)) calls.push_back(std::move(call));
  for (Call& call : changingCalls(backend)) calls.push_back(std::move(call));
  for (Call& call : historyCalls(backend)) calls.push_back(std::move(call));
  for (Call& call : permitCalls(backend)) calls.push_back(std::move(call));
  for (Call& call : approvalCalls(backend)) calls.push_back(std::move(call));
  for (Call& call : fleetLockCalls(backend)) calls.push_back(std::move(call));
  for (Call& call : replicaCalls(backend)) calls.push_back(std::move(call));
  for (Call& call : tokenCalls(backend)) calls.push_back(std::move(call));
  for (Call& call : notificationCalls(backend)) calls.push_back(std::move(call));
  for (Call& call : pageDataCalls(backend)) calls.push_back(std::move(call));
  calls.push_back({.method = "GET",
                   .path = "/api/openapi.json",
                   .needs = http::Access::kRead,
                   .summary = "This document"});
  // Made once: it describes itself too.
  calls.back().handler = [document = http::json(openApi(calls, backend.version))](
                             const http::Request&) { return document; };
  return calls;
}

http::Router controlRoutes(const Backend& backend) {
  return routerOf(controlCalls(backend));
}

}  // namespace heald::api
