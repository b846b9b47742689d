#include <nlohmann/json.hpp>

#include "api/actor.h"
#include "api/control_calls.h"
#include "api/control_routes.h"

namespace heald::api {
namespace {

using nlohmann::ordered_json;

// What the engine is asked for, or why it is not even asked.
using EventOf = std::function<Result<engine::Event>(const http::Request&, const Body&)>;

Call change(const Backend& backend, Call call, EventOf event_of) {
  call.brief = true;
  call.handler = [backend, fields = call.body, success = call.success,
                  event_of = std::move(event_of)](const http::Request& request) {
    const auto body = readBody(request, fields);
    if (!body) return http::error(body.error());
    auto event = event_of(request, *body);
    if (!event) return http::error(event.error());
    return ask(backend, request, std::move(*event), replyAs(success));
  };
  return call;
}

Call reload(const Backend& backend) {
  return {.method = "POST",
          .path = "/-/reload",
          .needs = http::Access::kAdmin,
          .summary = "Read the configuration file again; a mistake in it changes nothing",
          .handler = [reload = backend.reload](const http::Request& request) {
            if (const auto body = readBody(request, {}); !body) return http::error(body.error());
            const auto asker = askerOf(request);
            if (!asker) return http::error(asker.error());
            const auto done = reload(actorOf(request), *asker);
            if (!done) return http::error(done.error());
            return http::json(ordered_json({{"message", "configuration reloaded"}}), 200);
          }};
}

BodyField reason(std::string help) {
  return {"reason", FieldType::kReason, true, std::move(help)};
}

const char* const kResumeReason = "say what was found and fixed";
const char* const kDormantReason = "say why healing must stop";
const char* const kRetryReason = "say what was fixed";

const char* const kPauseReason = "say what is being done";

BodyField pauseLength() {
  return {"for", FieldType::kDuration, true, "how long, from 1s to 30d; it ends by itself"};
}

// Of one governor or remedy, or with the path without a name of all.
std::string nameOf(const http::Request& request) {
  const auto found = request.parameters.find("name");
  return found == request.parameters.end() ? "" : found->second;
}

Result<engine::Event> resume(const http::Request& request, const Body& body) {
  return engine::Event(engine::Resume{nameOf(request), body.reason, actorOf(request)});
}
Result<engine::Event> enterDormant(const http::Request& request, const Body& body) {
  return engine::Event(engine::EnterDormant{nameOf(request), body.reason, actorOf(request)});
}
Result<engine::Event> reset(const http::Request& request, const Body& body) {
  return engine::Event(engine::Reset{nameOf(request), body.force, actorOf(request)});
}
Result<engine::Event> retry(const http::Request& request, const Body& body) {
  return engine::Event(engine::Retry{nameOf(request), body.reason, actorOf(request)});
}
Result<engine::Event> runCheck(const http::Request& request, const Body&) {
  return engine::Event(engine::RunCheckNow{request.parameter("name"), actorOf(request)});
}
Result<engine::Event> runRemedy(const http::Request& request, const Body&) {
  return engine::Event(engine::RunRemedyNow{request.parameter("name"), actorOf(request)});
}

Result<engine::Event> pause(const http::Request& request, const Body& body) {
  return engine::Event(engine::PauseRemedy{
      nameOf(request), body.duration.value_or(core::Duration{}), body.reason, actorOf(request)});
}
Result<engine::Event> unpause(const http::Request& request, const Body&) {
  return engine::Event(engine::UnpauseRemedy{nameOf(request), actorOf(request)});
}

Result<engine::Event> setFlag(const http::Request& request, const Body& body) {
  const std::string& name = request.parameter("name");
  if (const auto feature = core::featureNamed(name)) {
    return engine::Event(engine::SetFlag{*feature, body.enabled, body.reason, actorOf(request)});
  }
  std::string names;
  for (const core::Feature feature : core::kFeatures) {
    names += (names.empty() ? "" : ", ") + std::string(toString(feature));
  }
  return Error{ErrorCode::kNotFound, "no flag \"" + name + "\" (there are: " + names + ")"};
}

}  // namespace

std::vector<Call> changingCalls(const Backend& backend) {
  return {
      change(backend,
             {.method = "POST",
              .path = "/api/governors/{name}/resume",
              .needs = http::Access::kOperate,
              .summary = "Leave dormant mode",
              .body = {reason(kResumeReason)}},
             resume),
      change(backend,
             {.method = "POST",
              .path = "/api/governors/{name}/dormant",
              .needs = http::Access::kOperate,
              .summary = "Enter dormant mode by hand",
              .body = {reason(kDormantReason)}},
             enterDormant),
      change(backend,
             {.method = "POST",
              .path = "/api/governors/{name}/reset",
              .needs = http::Access::kOperate,
              .summary = "Close the circuit breaker",
              .body = {{"force", FieldType::kBoolean, false,
                        "true also leaves PERMANENT_OPEN; false without it"}}},
             reset),
      change(backend,
             {.method = "POST",
              .path = "/api/governors/{name}/retry",
              .needs = http::Access::kOperate,
              .summary = "Retry now: end backoff and the OPEN wait",
              .body = {reason(kRetryReason)}},
             retry),
      change(backend,
             {.method = "POST",
              .path = "/api/resume",
              .needs = http::Access::kOperate,
              .summary = "Resume every dormant governor",
              .body = {reason(kResumeReason)}},
             resume),
      change(backend,
             {.method = "POST",
              .path = "/api/dormant",
              .needs = http::Access::kOperate,
              .summary = "Make every governor dormant",
              .body = {reason(kDormantReason)}},
             enterDormant),
      change(backend,
             {.method = "PUT",
              .path = "/api/flags/{name}",
              .needs = http::Access::kOperate,
              .summary = "Switch a feature off, or back on",
              .body = {{"enabled", FieldType::kBoolean, true, "true or false"},
                       reason("say why the switch is moved")}},
             setFlag),
      change(backend,
             {.method = "POST",
              .path = "/api/checks/{name}/run",
              .needs = http::Access::kOperate,
              .summary = "Run a check now",
              .success = 202},
             runCheck),
      change(backend,
             {.method = "POST",
              .path = "/api/remedies/{name}/run",
              .needs = http::Access::kOperate,
              .summary = "Request a remedy run now (its governor may refuse)",
              .success = 202},
             runRemedy),
      change(backend,
             {.method = "POST",
              .path = "/api/remedies/{name}/pause",
              .needs = http::Access::kOperate,
              .summary = "Start nothing for a remedy for a while: maintenance",
              .body = {pauseLength(), reason(kPauseReason)}},
             pause),
      change(backend,
             {.method = "POST",
              .path = "/api/remedies/{name}/unpause",
              .needs = http::Access::kOperate,
              .summary = "End the pause of a remedy"},
             unpause),
      change(backend,
             {.method = "POST",
              .path = "/api/pause",
              .needs = http::Access::kOperate,
              .summary = "Start nothing at all for a while: no remedy, no permit",
              .body = {pauseLength(), reason(kPauseReason)}},
             pause),
      change(backend,
             {.method = "POST",
              .path = "/api/unpause",
              .needs = http::Access::kOperate,
              .summary = "End every pause"},
             unpause),
      alertsCall(backend),
      reload(backend),
  };
}

}  // namespace heald::api
