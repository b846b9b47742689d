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
  hooks_.unauthorised({*fault, request.caller.address,
                       std::string(methodLabel(request.method)) + " " + route.path});
}

Pipeline::Admission Pipeline::admit(const Request& request) const {
  const auto refuse = [&](const Route* route, Response response) {
    compressFor(request, response);
    observe({route != nullptr ? std::string_view(route->path) : kUnmatchedRoute,
             methodLabel(request.method), response.status, 0});
    return Admission{std::move(response)};
  };
  if (auto refusal = guard_.checkRequest(request)) return refuse(nullptr, std::move(*refusal));
  Match match = router_.match(request.method, request.path);
  if (match.route == nullptr) return refuse(nullptr, std::move(match.refusal));
  auto refusal = guard_.checkAccess(request, match.route->access, match.route->body_limit);
  noteFault(request, *match.route, refusal && refusal->status == 401);
  if (refusal) return refuse(match.route, std::move(*refusal));
  return {std::nullopt, match.route->access == Access::kChange, match.route->streamed};
}

Response Pipeline::handled(Request& request, const Match& match) const {
  try {
    request.parameters = match.parameters;
    request.authorised = guard_.holdsToken(request);
    Response response = match.route->handler(request);
    compressFor(request, response);
    return response;
  } catch (const std::exception& failure) {
    log(request.method + " " + request.path + " failed: " + failure.what());
  } catch (...) {
    log(request.method + " " + request.path + " failed: an exception of unknown type");
  }
  return internalError();
}

Response Pipeline::serve(Request& request) const {
  const auto start = std::chrono::steady_clock::now();
  const Match match = router_.match(request.method, request.path);
  if (match.route == nullptr) return match.refusal;  // it was not admitted
  Response response = handled(request, match);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  observe({match.route->path, methodLabel(request.method), response.status, seconds.count()});
  return response;
}

void Pipeline::observeSame(const Request& request, int status) const {
  const Match match = router_.match(request.method, request.path);
  if (match.route == nullptr) return;
  observe({match.route->path, methodLabel(request.method), status, 0});
}

Response Pipeline::answer(Request& request, const BodyReader& read_body) const {
  Admission admission = admit(request);
  if (admission.refusal) return std::move(*admission.refusal);
  if (admission.reads_body) {
    if (auto unread = read_body(request, admission.streamed)) {
      observeSame(request, unread->status);
      return std::move(*unread);
    }
  }
  return serve(request);
}

Response Pipeline::answerMalformed(int status, std::string_view reason) const {
  observe({kUnmatchedRoute, "other", status, 0});
  return error(status, "invalid", reason);
}

}  // namespace heald::http
