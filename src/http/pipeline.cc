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

Response Pipeline::decide(Request& request, const Match& match, const BodyReader& read_body) const {
  if (match.route == nullptr) return match.refusal;
  if (auto refusal = guard_.checkAccess(request, match.route->access)) return *refusal;
  if (match.route->access == Access::kChange) {
    if (auto refusal = read_body(request)) return *refusal;
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
