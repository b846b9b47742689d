#include "http/pipeline.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <future>

#include "http/fleet_lock.h"
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

// The same answer, as whoever asks reads it.
Response fitted(const Request& request, Response response) {
  if (isFleetLock(request)) response = inWordsOfFleetLock(std::move(response));
  compressFor(request, response);
  return response;
}

// Whether the credential is as good as it was.
std::function<bool()> whetherStill(const Request& request, std::shared_ptr<const Guard> guard) {
  Request credential;
  credential.caller = request.caller;
  if (const auto shown = request.headers.get("Authorization")) {
    credential.headers.add("Authorization", std::string(*shown));
  }
  return [credential = std::move(credential), guard = std::move(guard), grant = request.who.grant] {
    return guard->identify(credential).grant == grant;
  };
}

}  // namespace

Pipeline::Pipeline(Router router, GuardPolicy policy, Hooks hooks)
    : router_(std::move(router)),
      guard_(std::make_shared<const Guard>(std::move(policy))),
      hooks_(std::move(hooks)) {}

void Pipeline::log(std::string_view message) const {
  if (hooks_.log) hooks_.log(message);
}

void Pipeline::observe(const RequestRecord& record) const {
  if (hooks_.observe) hooks_.observe(record);
}

// That a token is missing is worth a word only where that is why the call was refused.
void Pipeline::noteFault(const Request& request, const Identity& who, const Route& route,
                         bool refused) const {
  if (!hooks_.unauthorised) return;
  const auto fault = guard_->authFault(request, who, route.access);
  if (!fault || (*fault == AuthFault::kMissing && !refused)) return;
  hooks_.unauthorised({*fault, request.caller.address,
                       std::string(methodLabel(request.method)) + " " + route.path});
}

Pipeline::Admission Pipeline::admit(const Request& request) const {
  const auto refuse = [&](const Route* route, Response response) {
    response = fitted(request, std::move(response));
    observe({route != nullptr ? std::string_view(route->path) : kUnmatchedRoute,
             methodLabel(request.method), response.status, 0});
    return Admission{std::move(response)};
  };
  if (auto refusal = guard_->checkRequest(request)) return refuse(nullptr, std::move(*refusal));
  Match match = router_.match(request.method, request.path);
  if (match.route == nullptr) return refuse(nullptr, std::move(match.refusal));
  const Route& route = *match.route;
  const Identity who = guard_->identify(request);
  auto refusal = guard_->checkAccess(request, who, route.access, route.body_limit);
  noteFault(request, who, route, refusal && refusal->status == 401);
  if (refusal) return refuse(&route, std::move(*refusal));
  return {std::nullopt, route.method != "GET", route.streamed};
}

Response Pipeline::guarded(const Request& request, const Response::Maker& make) const {
  try {
    return fitted(request, make());
  } catch (const std::exception& failure) {
    log(request.method + " " + request.path + " failed: " + failure.what());
  } catch (...) {
    log(request.method + " " + request.path + " failed: an exception of unknown type");
  }
  return fitted(request, internalError());
}

Response Pipeline::handled(Request& request, const Match& match) const {
  return guarded(request, [&] {
    request.parameters = match.parameters;
    request.who = guard_->identify(request);
    const Access access = match.route->access;
    if (!guard_->mayCall(request, request.who, access)) {
      return *guard_->checkAccess(request, request.who, access, match.route->body_limit);
    }
    request.may_read = guard_->mayCall(request, request.who, Access::kRead);
    if (request.who.grant) request.still_may = whetherStill(request, guard_);
    return match.route->handler(request);
  });
}

Response Pipeline::serve(Request& request) const {
  const auto start = std::chrono::steady_clock::now();
  const Match match = router_.match(request.method, request.path);
  if (match.route == nullptr) return match.refusal;  // it was not admitted
  const auto answered = [this, start, &route = *match.route](const Request& asked, int status) {
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    observe({route.path, methodLabel(asked.method), status, seconds.count()});
  };
  Response response = handled(request, match);
  if (!response.later) {
    answered(request, response.status);
    return response;
  }
  auto asked = std::make_shared<Request>();  // what is needed of it then
  asked->method = request.method;
  asked->path = request.path;
  asked->headers = request.headers;
  response.later = [this, answered, asked = std::move(asked), later = std::move(response.later)](
                       const std::function<void(Response::Maker)>& answer) {
    later([=, this](const Response::Maker& make) {
      answer([=, this] {
        Response made = guarded(*asked, make);
        answered(*asked, made.status);
        return made;
      });
    });
  };
  return response;
}

Response Pipeline::serveAndWait(Request& request) const {
  Response response = serve(request);
  if (!response.later) return response;
  auto made = std::make_shared<std::promise<Response>>();
  auto answered = made->get_future();
  response.later([made](const Response::Maker& make) { made->set_value(make()); });
  return answered.get();
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
  return serveAndWait(request);
}

Response Pipeline::answerMalformed(int status, std::string_view reason) const {
  observe({kUnmatchedRoute, "other", status, 0});
  const std::string_view code = status == 401   ? "unauthorized"
                                : status == 429 ? "too_many"
                                                : "invalid";
  return error(status, code, reason);
}

}  // namespace heald::http
