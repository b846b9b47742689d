#include "http/guard.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace heald::http {
namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

Digest digest(std::string_view text) {
  Digest result{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), result.data());
  return result;
}

// Digests have one length, so that time tells nothing about the token's either.
bool equalInConstantTime(std::string_view a, std::string_view b) {
  const Digest x = digest(a);
  const Digest y = digest(b);
  return CRYPTO_memcmp(x.data(), y.data(), x.size()) == 0;
}

std::string_view bearer(const Request& request) {
  constexpr std::string_view kScheme = "Bearer ";
  const auto header = request.headers.get("Authorization").value_or("");
  if (!equalsIgnoringCase(header.substr(0, kScheme.size()), kScheme)) return {};
  return header.substr(kScheme.size());
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

// CivetWeb keeps 64 headers and drops the rest unseen: what was dropped cannot be checked.
constexpr std::size_t kMaxHeaders = 63;

}  // namespace

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

std::optional<Response> Guard::checkAccess(const Request& request, Access access,
                                           std::size_t body_limit) const {
  const bool changes = access == Access::kChange;
  if (changes) {
    if (auto refusal = checkOrigin(request)) return refusal;
  }
  const auto fault = authFault(request, access);
  if (fault && needsToken(access)) return unauthorised(*fault);
  if (!changes) return std::nullopt;
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

// Only the kernel's word for a Unix socket counts: over loopback a uid is that of a socket, which
// its owner may have handed on.
bool Guard::isOperator(const door::Caller& caller) const {
  const auto& all = policy_.operators;
  return caller.unix_socket && caller.uid &&
         std::find(all.begin(), all.end(), *caller.uid) != all.end();
}

bool Guard::holdsToken(const Request& request) const {
  if (bearer(request).empty() && isOperator(request.caller)) return true;
  const std::string_view given = bearer(request);
  return !policy_.token.empty() && !given.empty() && equalInConstantTime(given, policy_.token);
}

bool Guard::needsToken(Access access) const {
  return access == Access::kChange || policy_.token_for_reads;
}

std::optional<AuthFault> Guard::authFault(const Request& request, Access access) const {
  if (!bearer(request).empty()) {
    return holdsToken(request) ? std::nullopt : std::optional(AuthFault::kWrong);
  }
  const bool missing = needsToken(access) && !isOperator(request.caller);
  return missing ? std::optional(AuthFault::kMissing) : std::nullopt;
}

Response Guard::unauthorised(AuthFault fault) const {
  const std::string where = policy_.token.empty() ? "none is configured (web.token_file)"
                                                  : "it is in " + policy_.token_file;
  Response response = error(401, "unauthorized",
                            "the token is " + std::string(toString(fault)) +
                                ": send \"Authorization: Bearer TOKEN\"; " + where);
  response.headers.add("WWW-Authenticate", "Bearer realm=\"heald\"");
  return response;
}

std::optional<Response> Guard::checkBody(const Request& request, std::size_t limit) const {
  const auto length = contentLength(request);
  const auto type = request.headers.get("Content-Type");
  if ((length > 0 || type) && !isJson(type.value_or(""))) {
    return error(415, "unsupported_media_type",
                 "the body must be sent as Content-Type: application/json");
  }
  if (length <= limit) return std::nullopt;
  return error(
      413, "too_large",
      "the body has " + std::to_string(length) + " bytes; the limit is " + std::to_string(limit));
}

}  // namespace heald::http
