#include "http/fleet_lock.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace heald::http {

using nlohmann::ordered_json;

bool isFleetLock(const Request& request) {
  return equalsIgnoringCase(request.headers.get("fleet-lock-protocol").value_or(""), "true");
}

Response inWordsOfFleetLock(Response response) {
  if (response.status < 400 || response.later || response.stream) return response;
  const auto body = ordered_json::parse(response.body, nullptr, false);
  if (!body.is_object() || !body.contains("error") || !body["error"].is_object()) return response;
  const ordered_json& said = body["error"];
  const bool guard = body.contains("guard") && body["guard"].is_string();
  const auto kind =
      guard ? body["guard"].get<std::string>() : said.value("code", std::string("error"));
  const auto value = said.value("message", std::string());
  Response answer = json(ordered_json{{"kind", kind}, {"value", value}}, response.status);
  answer.headers = std::move(response.headers);
  return answer;
}

}  // namespace heald::http
