#include "http/pipeline.h"

#include <algorithm>
#include <chrono>
#include <exception>

#include "http/gzip.h"

namespace heald::http {
namespace {

std::string_view methodLabel(std::string_view method) {
  for (const std::string_view known : {"GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE"}) {
    if (method == known) return known;
  }
  return "other";
}

Response internalError() {
  return error(500, "internal", "heald failed to answer; its log says why");
}

}  // namespace

Pipeline::Pipeline(Router router, GuardPolicy policy, Hooks hooks)
    : router_(std::move(router)), guard_(std::move(policy)), hooks_(std::move(hooks)) {}

void Pipeline::log(std::string_view message) const {
  if (hooks_.log) hooks_.log(message);
}

void Pipeline::observe(const RequestRecord& record) const {
  if (hooks_.observe) hooks_.observe(record);
}

// That a token is missing is worth a word only where that is why the call was refused.
void Pipeline::noteFault(const Request& request, const Route& route, bool refused) const {
  if (!hooks_.unauthorised) return;
  const auto fault = guard_.authFault(request, route.access);
  if (!fault || (*fault == AuthFault::kMissing && !refused)) return;
  hooks_.unauthorised({*fault, request.remote_address,
                       std::string(methodLabel(request.method)) + " " + route.path});
}

Response Pipeline::decide(Request& request, const Match& match, const BodyReader& read_body) const {
  if (match.route == nullptr) return match.refusal;
  auto refusal = guard_.checkAccess(request, match.route->access, match.route->body_limit);
  noteFault(request, *match.route, refusal && refusal->status == 401);
  if (refusal) return *refusal;
  if (match.route->access == Access::kChange) {
    if (auto unread = read_body(request, match.route->streamed)) return *unread;
  }
  request.parameters = match.parameters;
  request.authorised = guard_.holdsToken(request);
  return match.route->handler(request);
}

Response Pipeline::answer(Request& request, const BodyReader& read_body) const {
  const auto start = std::chrono::steady_clock::now();
  Match match;
  Response response;
  try {
    if (auto refusal = guard_.checkRequest(request)) {
      response = std::move(*refusal);
    } else {
      match = router_.match(request.method, request.path);
      response = decide(request, match, read_body);
    }
    compressFor(request, response);
  } catch (const std::exception& failure) {
    log(request.method + " " + request.path + " failed: " + failure.what());
    response = internalError();
  } catch (...) {
    log(request.method + " " + request.path + " failed: an exception of unknown type");
    response = internalError();
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  observe({match.route != nullptr ? std::string_view(match.route->path) : kUnmatchedRoute,
           methodLabel(request.method), response.status, seconds.count()});
  return response;
}

Response Pipeline::answerMalformed(int status, std::string_view reason) const {
  observe({kUnmatchedRoute, "other", status, 0});
  return error(status, "invalid", reason);
}

}  // namespace heald::http
