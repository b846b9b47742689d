#include "http/guard.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "door/basic_credentials.h"
#include "http/fleet_lock.h"
#include "http/tokens.h"

namespace heald::http {
namespace {

using Sha256 = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

Sha256 digest(std::string_view text) {
  Sha256 result{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), result.data());
  return result;
}

// Digests have one length, so that time tells nothing about the token's either.
bool equalInConstantTime(std::string_view a, std::string_view b) {
  const Sha256 x = digest(a);
  const Sha256 y = digest(b);
  return CRYPTO_memcmp(x.data(), y.data(), x.size()) == 0;
}

// Clients of FleetLock know credentials only as part of an address, so the password is the token.
std::string tokenIn(const Request& request) {
  constexpr std::string_view kScheme = "Bearer ";
  const auto header = request.headers.get("Authorization").value_or("");
  if (equalsIgnoringCase(header.substr(0, kScheme.size()), kScheme)) {
    return std::string(header.substr(kScheme.size()));
  }
  if (!isFleetLock(request)) return {};
  auto said = door::basicCredentials(request.headers);
  return said ? std::move(said->password) : std::string();
}

std::optional<std::uint64_t> parseLength(std::string_view text) {
  std::uint64_t length = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, length);
  if (text.empty() || stop != end || failure != std::errc{}) return std::nullopt;
  return length;
}

bool isJson(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (content_type.ends_with(' ')) content_type.remove_suffix(1);
  return equalsIgnoringCase(content_type, "application/json");
}

Response badRequest(std::string_view message) {
  return error(400, "invalid", message);
}

std::optional<Response> checkFraming(const Headers& headers) {
  const auto lengths = headers.count("Content-Length");
  if (headers.count("Transfer-Encoding") > 0) {
    if (lengths > 0) return badRequest("both Content-Length and Transfer-Encoding are there");
    return error(411, "length_required", "send the body with Content-Length, not in chunks");
  }
  if (lengths > 1) return badRequest("Content-Length is there more than once");
  if (lengths == 1 && !parseLength(*headers.get("Content-Length"))) {
    return badRequest("Content-Length is not a number");
  }
  return std::nullopt;
}

bool isChange(const Request& request) {
  return request.method != "GET" && request.method != "HEAD";
}

// What is needed and what there is, for programs too.
Response wrongRole(const Identity& who, Access access) {
  nlohmann::ordered_json value;
  value["error"]["code"] = "wrong_role";
  value["error"]["message"] = "this call needs the role " + rolesFor(access) + "; " +
                              toString(who) + " has the role " +
                              std::string(toString(who.grant->role));
  value["error"]["needs"] = nlohmann::ordered_json::array();
  for (const Role role : config::kRoles) {
    if (allows(role, access)) value["error"]["needs"].push_back(toString(role));
  }
  value["error"]["has"] = toString(who.grant->role);
  return json(value, 403);
}

// CivetWeb keeps 64 headers and drops the rest unseen: what was dropped cannot be checked.
constexpr std::size_t kMaxHeaders = 63;

}  // namespace

std::string toString(const Identity& identity) {
  switch (identity.proof) {
    case Identity::Proof::kNone:
      return "";
    case Identity::Proof::kToken:
      return "token " + identity.name;
    case Identity::Proof::kUser:
      return "user " + identity.name;
    case Identity::Proof::kPassword:
      return "web user " + identity.name;
    case Identity::Proof::kCertificate:
      return "certificate " + identity.name;
  }
  return "";
}

Guard::Guard(GuardPolicy policy) : policy_(std::move(policy)), hosts_(policy_.allowed_hosts) {}

std::uint64_t Guard::contentLength(const Request& request) {
  return parseLength(request.headers.get("Content-Length").value_or("")).value_or(0);
}

std::optional<Response> Guard::checkRequest(const Request& request) const {
  if (request.headers.size() > kMaxHeaders) {
    return error(431, "too_many_headers", "more than 63 headers");
  }
  if (!request.path.starts_with('/')) return badRequest("the request target is not a path");
  if (auto refusal = checkFraming(request.headers)) return refusal;
  return checkHost(request);
}

std::optional<Response> Guard::checkAccess(const Request& request, const Identity& who,
                                           Access access, std::size_t body_limit) const {
  const bool demanded = request.caller.needs_credential;
  if (access == Access::kOpen && !isChange(request) && !demanded) return std::nullopt;
  if (auto refusal = isChange(request) ? checkOrigin(request) : checkReadingSite(request)) {
    return refusal;
  }
  if (!mayCall(request, who, access)) {
    return who.grant ? wrongRole(who, access) : unauthorised(who);
  }
  if (!isChange(request)) return std::nullopt;
  return checkBody(request, body_limit != 0 ? body_limit : policy_.body_limit);
}

std::optional<Response> Guard::checkHost(const Request& request) const {
  const auto count = request.headers.count("Host");
  if (count > 1) return badRequest("Host is there more than once");
  if (!policy_.check_host) return std::nullopt;
  if (count == 0) return badRequest("the Host header is missing");
  const auto host = hostOf(*request.headers.get("Host"));
  if (!host) return badRequest("the Host header is not a host name with an optional port");
  if (hosts_.allows(*host)) return std::nullopt;
  return error(403, "forbidden",
               "heald does not answer to the host name \"" + *host +
                   "\"; add it to web.allowed_hosts if it should");
}

std::optional<Response> Guard::checkOrigin(const Request& request) const {
  const auto origin = request.headers.get("Origin");
  const auto host = origin ? hostOfOrigin(*origin) : std::nullopt;
  const bool foreign = origin && !(host && hosts_.allows(*host));
  const auto site = request.headers.get("Sec-Fetch-Site").value_or("");
  if (!foreign && !equalsIgnoringCase(site, "cross-site")) return std::nullopt;
  return error(403, "forbidden",
               "a page of another site may not change anything here; add its host to "
               "web.allowed_hosts if it should");
}

// Another site's page cannot read the answer, but it could hold streams and connections. A link
// that a person follows is no such page.
std::optional<Response> Guard::checkReadingSite(const Request& request) const {
  const auto origin = request.headers.get("Origin");
  const auto host = origin ? hostOfOrigin(*origin) : std::nullopt;
  const auto site = request.headers.get("Sec-Fetch-Site").value_or("");
  const auto mode = request.headers.get("Sec-Fetch-Mode").value_or("");
  const bool ours =
      origin ? host && hosts_.allows(*host)
             : !equalsIgnoringCase(site, "cross-site") && !equalsIgnoringCase(site, "same-site");
  if (ours || (!origin && equalsIgnoringCase(mode, "navigate"))) return std::nullopt;
  return error(403, "forbidden",
               "a page of another site may not read anything here; add its host to "
               "web.allowed_hosts if it should");
}

// Only the kernel's word for a Unix socket counts: over loopback a uid is that of a socket, which
// its owner may have handed on.
bool Guard::isOperator(const door::Caller& caller) const {
  const auto& all = policy_.operators;
  return caller.unix_socket && caller.uid &&
         std::find(all.begin(), all.end(), *caller.uid) != all.end();
}

// The door says of each name what kind it is: "DNS:ci.example".
const ClientRole* Guard::clientRole(const door::Caller& caller) const {
  for (const ClientRole& rule : policy_.client_roles) {
    for (const std::string& name : caller.certificate_names) {
      if (name.substr(name.find(':') + 1) == rule.san) return &rule;
    }
  }
  return nullptr;
}

Identity Guard::bearerOf(std::string_view token) const {
  if (!policy_.token.empty() && equalInConstantTime(token, policy_.token)) {
    return {Identity::Proof::kToken, Tokens::kControl, Grant{Role::kAdmin}};
  }
  const auto found = policy_.tokens != nullptr ? policy_.tokens->find(token) : std::nullopt;
  if (!found) return {.problem = "is wrong"};
  if (!found->problem.empty()) return {.problem = found->name + " " + found->problem};
  return {Identity::Proof::kToken, found->name, found->grant};
}

Identity Guard::identify(const Request& request) const {
  const door::Caller& caller = request.caller;
  if (const auto token = tokenIn(request); !token.empty()) return bearerOf(token);
  if (isOperator(caller)) {
    return {Identity::Proof::kUser, std::to_string(*caller.uid), Grant{Role::kAdmin}};
  }
  // The listener's gate has compared the password; such users may do everything, as everywhere else
  // where the file is Prometheus' web configuration.
  if (!caller.user.empty() && (!caller.still || caller.still())) {
    return {Identity::Proof::kPassword, caller.user, Grant{Role::kAdmin}};
  }
  if (const ClientRole* rule = clientRole(caller)) {
    return {Identity::Proof::kCertificate, rule->san, rule->grant};
  }
  return {};
}

bool Guard::isOpen(const Request& request, Access access) const {
  if (access == Access::kOpen) return true;
  return access == Access::kRead && (!policy_.token_for_reads || request.caller.unix_socket);
}

bool Guard::mayCall(const Request& request, const Identity& who, Access access) const {
  if (request.caller.needs_credential && !who.grant) return false;
  return isOpen(request, access) || who.may(access);
}

std::optional<AuthFault> Guard::authFault(const Request& request, const Identity& who,
                                          Access access) const {
  if (!who.problem.empty()) return AuthFault::kWrong;
  const bool missing = !who.grant && (!isOpen(request, access) || request.caller.needs_credential);
  return missing ? std::optional(AuthFault::kMissing) : std::nullopt;
}

Response Guard::unauthorised(const Identity& who) const {
  const std::string where = policy_.token.empty() ? "none is configured (web.token_file)"
                                                  : "the control token is in " + policy_.token_file;
  Response response = error(401, "unauthorized",
                            "the token " + (who.problem.empty() ? "is missing" : who.problem) +
                                ": send \"Authorization: Bearer TOKEN\"; " + where);
  response.headers.add("WWW-Authenticate", "Bearer realm=\"heald\"");
  return response;
}

std::optional<Response> Guard::checkBody(const Request& request, std::size_t limit) const {
  const auto length = contentLength(request);
  const auto type = request.headers.get("Content-Type");
  const bool untyped = !type && isFleetLock(request);  // its clients name none
  if ((length > 0 || type) && !untyped && !isJson(type.value_or(""))) {
    return error(415, "unsupported_media_type",
                 "the body must be sent as Content-Type: application/json");
  }
  if (length <= limit) return std::nullopt;
  return error(
      413, "too_large",
      "the body has " + std::to_string(length) + " bytes; the limit is " + std::to_string(limit));
}

}  // namespace heald::http
