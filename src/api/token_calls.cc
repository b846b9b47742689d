#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/actor.h"
#include "api/control_calls.h"
#include "api/control_routes.h"
#include "core/text.h"
#include "http/tokens.h"

namespace heald::api {
namespace {

using nlohmann::ordered_json;

ordered_json tokenTimeJson(const std::optional<core::WallTime>& time) {
  return time ? ordered_json(core::toIso8601(*time)) : ordered_json();
}

ordered_json wordOrNull(const std::string& text) {
  return text.empty() ? ordered_json() : ordered_json(text);
}

const char* stateOf(const http::Tokens::View& view) {
  if (view.record.revoked_at) return "revoked";
  return view.unreadable ? "unreadable" : view.expired ? "expired" : "valid";
}

ordered_json tokenJson(const http::Tokens::View& view) {
  const http::TokenRecord& record = view.record;
  ordered_json value;
  value["name"] = record.name;
  value["role"] = toString(record.grant.role);
  value["governors"] = record.grant.governors;
  value["state"] = stateOf(view);
  value["createdAt"] = view.file.empty() ? tokenTimeJson(record.created_at) : ordered_json();
  value["createdBy"] = wordOrNull(record.created_by);
  value["expiresAt"] = tokenTimeJson(record.expires_at);
  value["revokedAt"] = tokenTimeJson(record.revoked_at);
  value["revokedBy"] = wordOrNull(record.revoked_by);
  value["replacedGoodUntil"] = tokenTimeJson(record.previous_until);
  value["lastUsedAt"] = tokenTimeJson(view.last_used);
  value["file"] = wordOrNull(view.file);
  return value;
}

http::Response listed(const Backend& backend) {
  ordered_json list = ordered_json::array();
  if (!backend.token_file.empty()) {
    http::TokenRecord control{
        .name = http::Tokens::kControl, .grant = {http::Role::kAdmin}, .sha256 = {}};
    list.push_back(tokenJson({std::move(control), backend.token_file, {}, false}));
  }
  for (const http::Tokens::View& view : backend.tokens->list()) list.push_back(tokenJson(view));
  ordered_json value;
  value["tokens"] = std::move(list);
  return http::json(value);
}

// What a change has led to, and what log and history tell of it.
struct Done {
  std::string event;
  std::string message;
  int status = 200;
};

http::Response changed(const Backend& backend, const http::Request& request,
                       const Result<http::TokenRecord>& record, Done done) {
  if (!record) return http::error(record.error());
  if (backend.tell) {
    backend.tell({.kind = engine::HistoryKind::kAccess,
                  .event = std::move(done.event),
                  .actor = actorOf(request),
                  .message = done.message});
  }
  ordered_json value = tokenJson({*record, {}, {}, false});
  value["message"] = done.message;
  return http::json(value, done.status);
}

std::string forWhat(const http::TokenRecord& record) {
  std::string text = "role " + std::string(toString(record.grant.role));
  for (std::size_t i = 0; i < record.grant.governors.size(); ++i) {
    text += (i == 0 ? " of " : ", ") + record.grant.governors[i];
  }
  return text + (record.expires_at ? ", until " + core::toIso8601(*record.expires_at)
                                   : ", without an end");
}

// A typing error would make a token that is good for nothing.
std::optional<Error> unknownGovernor(const Backend& backend,
                                     const std::vector<std::string>& named) {
  const auto snapshot = backend.snapshot();
  if (snapshot == nullptr) return std::nullopt;
  std::string known;
  for (const auto& governor : snapshot->governors) {
    known += (known.empty() ? "" : ", ") + governor.name;
  }
  for (const std::string& name : named) {
    const bool found = std::any_of(snapshot->governors.begin(), snapshot->governors.end(),
                                   [&](const auto& governor) { return governor.name == name; });
    if (!found) {
      return Error{ErrorCode::kNotFound, "no governor \"" + name + "\" (there are: " + known + ")"};
    }
  }
  return std::nullopt;
}

http::Response create(const Backend& backend, const Body& body, const http::Request& request) {
  if (const auto unknown = unknownGovernor(backend, body.governors)) return http::error(*unknown);
  const auto record = backend.tokens->create(
      {body.name, {body.role, body.governors}, body.sha256, body.duration, actorOf(request)});
  const std::string what = record ? forWhat(*record) : "";
  return changed(backend, request, record,
                 {"token_created", "token " + body.name + " is created: " + what, 201});
}

http::Response revoke(const Backend& backend, const Body&, const http::Request& request) {
  const std::string& name = request.parameter("name");
  return changed(backend, request, backend.tokens->revoke(name, actorOf(request)),
                 {"token_revoked", "token " + name + " is revoked"});
}

http::Response rotate(const Backend& backend, const Body& body, const http::Request& request) {
  const std::string& name = request.parameter("name");
  const auto record = backend.tokens->rotate(
      {name, body.sha256, body.grace.value_or(core::Duration{}), body.duration});
  std::string what = "token " + name + " has a new secret";
  if (record && body.grace) {
    what += "; the old one is good until " + core::toIso8601(*record->previous_until);
  }
  return changed(backend, request, record, {"token_rotated", what});
}

using TokenChange = http::Response (*)(const Backend&, const Body&, const http::Request&);

Call tokenChange(const Backend& backend, Call call, TokenChange change) {
  call.method = "POST";
  call.handler = [backend, fields = call.body, change](const http::Request& request) {
    const auto body = readBody(request, fields);
    if (!body) return http::error(body.error());
    if (const auto asker = askerOf(request); !asker) return http::error(asker.error());
    if (backend.tokens == nullptr) {
      return http::error({ErrorCode::kUnavailable, "there are no named tokens here"});
    }
    if (request.gone && request.gone()) {
      return http::error({ErrorCode::kUnavailable, "whoever asked has gone: nothing was changed"});
    }
    return change(backend, *body, request);
  };
  return call;
}

}  // namespace

std::vector<Call> tokenCalls(const Backend& backend) {
  const BodyField hash = {"sha256", FieldType::kSha256, true,
                          "the SHA-256 of the token, in hexadecimal digits: heald never has to be "
                          "told a token to keep it"};
  const BodyField expires = {"expires", FieldType::kDuration, false,
                             "how long it is good; without it until it is revoked"};
  return {{.method = "GET",
           .path = "/api/tokens",
           .needs = http::Access::kAdmin,
           .summary = "The tokens: who may do what",
           .handler =
               [backend](const http::Request&) {
                 return backend.tokens != nullptr ? listed(backend)
                                                  : http::error({ErrorCode::kUnavailable,
                                                                 "there are no named tokens here"});
               }},
          tokenChange(backend,
                      {.method = "POST",
                       .path = "/api/tokens",
                       .needs = http::Access::kAdmin,
                       .summary = "A token with a name and a role",
                       .body = {{"name", FieldType::kName, true, "its name, for log and history"},
                                {"role", FieldType::kRole, true, config::roleNames()},
                                {"governors", FieldType::kNames, false,
                                 "of the role permits: whose permits may be asked for"},
                                hash,
                                expires},
                       .success = 201},
                      create),
          tokenChange(backend,
                      {.method = "POST",
                       .path = "/api/tokens/{name}/revoke",
                       .needs = http::Access::kAdmin,
                       .summary = "End a token, at once"},
                      revoke),
          tokenChange(backend,
                      {.method = "POST",
                       .path = "/api/tokens/{name}/rotate",
                       .needs = http::Access::kAdmin,
                       .summary = "Give a token a new secret",
                       .body = {hash,
                                expires,
                                {"grace", FieldType::kDuration, false,
                                 "how long the old one stays good, at most 7d; without it not at "
                                 "all"}}},
                      rotate)};
}

}  // namespace heald::api
