#include "http/control_routes.h"

#include <nlohmann/json.hpp>

#include "http/control_calls.h"
#include "io/text.h"

namespace heald::http {

std::string actorOf(const Request& request) {
  constexpr std::size_t kMaxActorBytes = 64;
  const std::string by = "api from " + request.remote_address;
  const std::string actor =
      io::oneLine(request.headers.get("X-Heald-Actor").value_or(""), kMaxActorBytes);
  return actor.empty() ? by : by + " as " + actor;
}

std::vector<Call> controlCalls(const Backend& backend) {
  std::vector<Call> calls = readingCalls(backend);
  for (Call& call : changingCalls(backend)) calls.push_back(std::move(call));
  for (Call& call : historyCalls(backend)) calls.push_back(std::move(call));
  for (Call& call : permitCalls(backend)) calls.push_back(std::move(call));
  calls.push_back({.method = "GET", .path = "/api/openapi.json", .summary = "This document"});
  // Made once: it describes itself too.
  calls.back().handler = [document = json(openApi(calls, backend.version))](const Request&) {
    return document;
  };
  return calls;
}

Router controlRoutes(const Backend& backend) {
  return routerOf(controlCalls(backend));
}

}  // namespace heald::http
