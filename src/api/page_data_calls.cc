// What the admin page asks for besides what everybody does: the settings in force, availability,
// and what would be.
#include <nlohmann/json.hpp>

#include "api/availability.h"
#include "api/control_calls.h"
#include "api/overview.h"
#include "api/views_json.h"
#include "core/text.h"

namespace heald::api {
namespace {

using nlohmann::ordered_json;

ordered_json labelsJson(const std::vector<std::pair<std::string, std::string>>& labels) {
  ordered_json value = ordered_json::object();
  for (const auto& [name, text] : labels) value[name] = text;
  return value;
}

// A command may hold what is not for everybody.
ordered_json commandJson(const config::KindPart& part, bool with_commands) {
  if (!with_commands || part.part == nullptr || part.part->command().empty()) return nullptr;
  return part.part->command();
}

ordered_json checkSettings(const engine::CheckSpec& check, const config::KindPart& part,
                           bool with_commands) {
  return {{"name", check.name},
          {"place", part.place},
          {"kind", check.kind},
          {"interval", milliseconds(check.interval)},
          {"timeout", milliseconds(check.timeout)},
          {"unhealthyAfter", check.unhealthy_after},
          {"healthyAfter", check.healthy_after},
          {"dependsOn", check.depends_on},
          {"labels", labelsJson(*check.metric_labels)},
          {"command", commandJson(part, with_commands)}};
}

ordered_json remedySettings(const engine::RemedySpec& remedy,
                            const std::vector<config::KindPart>& parts, bool with_commands) {
  ordered_json steps = ordered_json::array();
  for (std::size_t i = 0; i < parts.size() && i < remedy.steps.size(); ++i) {
    steps.push_back({{"afterFailures", remedy.steps[i]},
                     {"kind", parts[i].kind},
                     {"command", commandJson(parts[i], with_commands)}});
  }
  ordered_json on = ordered_json::array();
  if (!remedy.check.empty() && remedy.on.warning) on.push_back("warning");
  if (!remedy.check.empty() && remedy.on.critical) on.push_back("critical");
  return {{"name", remedy.name},
          {"place", parts.empty() ? "" : parts.front().place},
          {"check", remedy.check},
          {"on", std::move(on)},
          {"governor", remedy.governor},
          {"mode", remedy.observe ? "observe" : "enforce"},
          {"preventive", remedy.preventive},
          {"matchers", labelsJson(remedy.alert.matchers)},
          {"target", remedy.alert.target},
          {"verifyAfter", milliseconds(remedy.verify.after)},
          {"verifyWithin", milliseconds(remedy.verify.within)},
          {"labels", labelsJson(*remedy.metric_labels)},
          {"steps", std::move(steps)}};
}

http::Response settings(const config::Config& config, bool with_commands) {
  const engine::Setup& setup = config.setup;
  ordered_json value;
  value["checks"] = ordered_json::array();
  value["remedies"] = ordered_json::array();
  value["governors"] = ordered_json::array();
  for (const engine::CheckSpec& check : setup.checks) {
    value["checks"].push_back(checkSettings(check, config.checks.of(check).does, with_commands));
  }
  for (const engine::RemedySpec& remedy : setup.remedies) {
    value["remedies"].push_back(
        remedySettings(remedy, config.remedies.of(remedy).steps, with_commands));
  }
  for (const engine::GovernorSpec& governor : setup.governors) {
    const auto place = config.governor_places.find(governor.name);
    value["governors"].push_back(
        {{"name", governor.name},
         {"place", place == config.governor_places.end() ? "" : place->second},
         {"policy", policyJson(governor.policy)}});
  }
  value["outputShown"] = with_commands;
  return http::json(value);
}

http::Response whoami(const Backend& backend, const http::Request& request) {
  ordered_json who;
  ordered_json role;
  if (request.who.grant) {
    who = toString(request.who);
    role = toString(request.who.grant->role);
  }
  return http::json(ordered_json{{"who", std::move(who)},
                                 {"role", std::move(role)},
                                 {"mayRead", request.may_read},
                                 {"isReplica", static_cast<bool>(backend.standing)}});
}

ordered_json shareJson(const Availability::Share& share) {
  ordered_json availability;
  if (share.known > core::Duration::zero()) {
    availability = 1 - std::chrono::duration<double>(share.unhealthy) /
                           std::chrono::duration<double>(share.known);
  }
  return {{"availability", std::move(availability)},
          {"unhealthyMs", milliseconds(share.unhealthy)},
          {"knownMs", milliseconds(share.known)}};
}

http::Response availability(const Backend& backend, Availability& book) {
  const auto snapshot = backend.snapshot();
  if (snapshot == nullptr) return notStartedYet();
  const core::WallTime now = backend.now().wall;
  const auto found = book.look(backend.history, snapshot->checks, now);
  if (!found) return http::error(found.error());
  ordered_json checks = ordered_json::array();
  for (const Availability::Check& check : *found) {
    checks.push_back({{"name", check.name},
                      {"day", shareJson(check.day)},
                      {"week", shareJson(check.week)},
                      {"quarter", shareJson(check.quarter)}});
  }
  return http::json(ordered_json{{"time", core::toIso8601(now)}, {"checks", std::move(checks)}});
}

ordered_json timeOr(const std::optional<core::WallTime>& time) {
  return time ? ordered_json(core::toIso8601(*time)) : ordered_json();
}

ordered_json foreseenJson(const std::string& governor, const Foreseen& foreseen) {
  ordered_json attempts = ordered_json::array();
  for (const Foreseen::Attempt& attempt : foreseen.attempts) {
    attempts.push_back({{"remedy", attempt.remedy},
                        {"governor", attempt.governor},
                        {"attempt", attempt.number},
                        {"step", attempt.step},
                        {"startedAt", core::toIso8601(attempt.started)},
                        {"endedAt", timeOr(attempt.ended)},
                        {"ok", attempt.ok}});
  }
  ordered_json states = ordered_json::array();
  for (const Foreseen::State& state : foreseen.states) {
    states.push_back({{"at", core::toIso8601(state.at)},
                      {"state", toString(state.breaker)},
                      {"isDormant", state.dormant},
                      {"openUntil", timeOr(state.open_until)},
                      {"waitsUntil", timeOr(state.waits_until)},
                      {"consecutiveFailures", state.consecutive_failures}});
  }
  ordered_json health = ordered_json::array();
  for (const Foreseen::Health& point : foreseen.healths) {
    health.push_back(
        {{"at", core::toIso8601(point.at)}, {"check", point.check}, {"health", point.health}});
  }
  return {{"governor", governor},
          {"from", core::toIso8601(foreseen.from)},
          {"until", core::toIso8601(foreseen.until)},
          {"complete", foreseen.complete},
          {"attempts", std::move(attempts)},
          {"states", std::move(states)},
          {"health", std::move(health)},
          {"assumptions", foreseen.assumptions}};
}

http::Response simulate(const Backend& backend, const Body& body) {
  WhatIf question;
  question.governor = body.name;
  question.lasts = body.duration.value_or(question.lasts);
  if (question.lasts > WhatIf::kLongest) {
    return http::error({ErrorCode::kInvalid, "\"for\" is longer than 7d"});
  }
  question.heals = body.word("then") == "heals";
  const std::string_view first = body.word("first");
  question.first = first == "resume"  ? WhatIf::First::kResume
                   : first == "retry" ? WhatIf::First::kRetry
                   : first == "reset" ? WhatIf::First::kReset
                                      : WhatIf::First::kNothing;
  const auto foreseen = backend.simulate(question);
  if (!foreseen) return http::error(foreseen.error());
  if (!foreseen->refused.empty()) return http::error({ErrorCode::kConflict, foreseen->refused});
  return http::json(foreseenJson(question.governor, *foreseen));
}

const std::vector<BodyField>& simulateFields() {
  static const std::vector<BodyField> kFields = {
      {"governor", FieldType::kName, true, "the governor that is asked about"},
      {"for", FieldType::kDuration, false, "how far to look, 1h without it, at most 7d"},
      {"then",
       FieldType::kWord,
       false,
       "what attempts do from now on: fails without it",
       {"fails", "heals"}},
      {"first",
       FieldType::kWord,
       false,
       "what a human does now; nothing without it",
       {"nothing", "resume", "retry", "reset"}}};
  return kFields;
}

}  // namespace

std::vector<Call> pageDataCalls(const Backend& backend) {
  const auto book = std::make_shared<Availability>();
  std::vector<Call> calls = {
      {.method = "GET",
       .path = "/api/whoami",
       .needs = http::Access::kOpen,
       .summary = "What the credential of this call is good for",
       .handler = [backend](const http::Request& request) { return whoami(backend, request); }},
      {.method = "GET",
       .path = "/api/settings",
       .needs = http::Access::kRead,
       .summary = "The settings in force, and where they stand in the configuration",
       .handler =
           [backend](const http::Request& request) {
             return settings(*backend.config(), request.seesOutput());
           }},
      {.method = "GET",
       .path = "/api/availability",
       .needs = http::Access::kRead,
       .summary = "How available what each check looks at was, over a day, a week and 90 days",
       .handler = [backend, book](const http::Request&) { return availability(backend, *book); }},
      {.method = "POST",
       .path = "/api/simulate",
       .needs = http::Access::kRead,
       .summary = "What would happen under a governor from the present state on; changes nothing",
       .body = simulateFields(),
       .handler = [backend](const http::Request& request) {
         const auto body = readBody(request, simulateFields());
         return body ? simulate(backend, *body) : http::error(body.error());
       }}};
  return calls;
}

}  // namespace heald::api
