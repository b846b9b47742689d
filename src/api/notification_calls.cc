#include <nlohmann/json.hpp>

#include "api/control_calls.h"
#include "api/control_routes.h"
#include "core/text.h"

namespace heald::api {
namespace {

using nlohmann::ordered_json;
using outbox::ReceiverView;
using outbox::TestResult;

ordered_json timeOrNull(const std::optional<core::WallTime>& time) {
  return time ? ordered_json(core::toIso8601(*time)) : ordered_json();
}

ordered_json textOrNull(const std::string& text) {
  return text.empty() ? ordered_json() : ordered_json(text);
}

ordered_json receiverJson(const ReceiverView& view) {
  return {{"name", view.name},
          {"kind", view.kind},
          {"state", view.error.empty() ? "ok" : "failing"},
          {"pending", view.pending},
          {"sent", view.sent},
          {"failed", view.failed},
          {"lostEntries", view.lost},
          {"lastSentAt", timeOrNull(view.last_sent)},
          {"failingSince", timeOrNull(view.failing_since)},
          {"error", textOrNull(view.error)}};
}

http::Response receivers(const Backend& backend) {
  ordered_json list = ordered_json::array();
  if (backend.receivers) {
    for (const ReceiverView& view : backend.receivers()) list.push_back(receiverJson(view));
  }
  ordered_json value;
  value["receivers"] = std::move(list);
  return http::json(value);
}

http::Response tested(const Result<std::vector<TestResult>>& results) {
  if (!results) return http::error(results.error());
  ordered_json list = ordered_json::array();
  for (const TestResult& result : *results) {
    list.push_back({{"name", result.receiver},
                    {"ok", result.error.empty()},
                    {"error", textOrNull(result.error)}});
  }
  ordered_json value;
  value["receivers"] = std::move(list);
  return http::json(value);
}

http::Response test(const Backend& backend, const std::vector<BodyField>& fields,
                    const http::Request& request) {
  const auto body = readBody(request, fields);
  if (!body) return http::error(body.error());
  if (const auto asker = askerOf(request); !asker) return http::error(asker.error());
  if (!backend.test_receiver) {
    return http::error(
        {ErrorCode::kUnavailable, "there are no receivers (notifications.receivers in heald.yml)"});
  }
  http::Response response;
  response.later = [send = backend.test_receiver,
                    name = body->name](std::function<void(http::Response::Maker)> answer) {
    send(name, [answer = std::move(answer)](Result<std::vector<TestResult>> results) {
      answer([results = std::move(results)] { return tested(results); });
    });
  };
  return response;
}

}  // namespace

std::vector<Call> notificationCalls(const Backend& backend) {
  const std::vector<BodyField> fields = {
      {"receiver", FieldType::kName, false, "its name; without it all of them"}};
  return {{.method = "GET",
           .path = "/api/notifications",
           .needs = http::Access::kRead,
           .summary = "The receivers of notifications, and whether they can be reached",
           .handler = [backend](const http::Request&) { return receivers(backend); }},
          {.method = "POST",
           .path = "/api/notifications/test",
           .needs = http::Access::kOperate,
           .summary = "Send a message for a test, and say how that ended",
           .body = fields,
           .handler = [backend, fields](const http::Request& request) {
             return test(backend, fields, request);
           }}};
}

std::vector<engine::Issue> notificationIssues(const Backend& backend) {
  std::vector<engine::Issue> issues;
  if (!backend.receivers) return issues;
  for (const ReceiverView& view : backend.receivers()) {
    if (view.error.empty()) continue;
    const std::string since =
        view.failing_since ? " since " + core::toIso8601(*view.failing_since) : "";
    issues.push_back({engine::Severity::kWarning, "", "notifications",
                      "receiver " + view.name + " cannot be reached" + since + ": " + view.error});
  }
  return issues;
}

}  // namespace heald::api
