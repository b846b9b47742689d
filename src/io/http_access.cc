#include "io/http_access.h"

#include <algorithm>

#include "heald/result.h"
#include "io/base64.h"
#include "io/file.h"
#include "io/text.h"

namespace heald::io {
namespace {

constexpr std::size_t kBodyLimit = 1024 * 1024;

Error wrong(const std::string& path, const std::string& what) {
  return {ErrorCode::kInvalid, path + ": " + what};
}

// One line that can stand in a header.
Result<std::string> readSecret(const std::string& path, const char* noun) {
  auto content = readTrustedFile(path);
  if (!content) return content;
  std::string secret(trim(*content));
  if (secret.empty()) return wrong(path, std::string("no ") + noun + " in it");
  if (!headerProblem("Authorization", secret).empty()) {
    return wrong(path, "more than one line or a control character in it");
  }
  return secret;
}

using Headers = std::vector<std::pair<std::string, std::string>>;

// A header of the file takes the place of one of that name.
void putHeader(Headers& headers, std::string name, std::string value) {
  std::erase_if(headers, [&](const auto& header) { return headerIs(header.first, name); });
  headers.emplace_back(std::move(name), std::move(value));
}

Result<void> addHeaders(const std::string& path, Headers& headers) {
  const auto content = readTrustedFile(path);
  if (!content) return content.error();
  std::string_view rest = *content;
  for (int line = 1; !rest.empty(); ++line) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view text = trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (text.empty() || text.front() == '#') continue;
    const std::size_t colon = std::min(text.find(':'), text.size());
    std::string name(text.substr(0, colon));
    std::string value(trim(text.substr(std::min(colon + 1, text.size()))));
    if (colon == text.size() || !headerProblem(name, value).empty()) {
      return wrong(path, "line " + std::to_string(line) + " is no header (example: X-Key: abc)");
    }
    putHeader(headers, std::move(name), std::move(value));
  }
  return {};
}

// The value of the Authorization header, or "".
Result<std::string> authorizationOf(const HttpAccess& access) {
  if (!access.bearer_token_file.empty()) {
    const auto token = readSecret(access.bearer_token_file, "token");
    if (!token) return wrong("bearer_token_file", token.error().message);
    return "Bearer " + *token;
  }
  if (!access.credentials_file.empty()) {
    const auto credentials = readSecret(access.credentials_file, "credentials");
    if (!credentials) return wrong("credentials_file", credentials.error().message);
    return access.authorization_type + " " + *credentials;
  }
  if (access.password_file.empty()) return std::string();
  const auto password = readSecret(access.password_file, "password");
  if (!password) return wrong("password_file", password.error().message);
  return "Basic " + toBase64(access.username + ":" + *password);
}

Result<void> readInto(const char* key, const std::string& path, std::size_t limit,
                      std::string& into) {
  if (path.empty()) return {};
  auto content = readTrustedFile(path, limit);
  if (!content) return wrong(key, content.error().message);
  into = std::move(*content);
  return {};
}

Result<void> complete(HttpRequest& request, const HttpAccess& access) {
  if (!access.headers_file.empty()) {
    const auto added = addHeaders(access.headers_file, request.headers);
    if (!added) return wrong("headers_file", added.error().message);
  }
  const auto authorization = authorizationOf(access);
  if (!authorization) return authorization.error();
  if (!authorization->empty()) putHeader(request.headers, "Authorization", *authorization);
  constexpr std::size_t kPemLimit = 256 * 1024;
  auto read = readInto("body_file", access.body_file, kBodyLimit, request.body);
  if (read) read = readInto("cert_file", access.cert_file, kPemLimit, request.client_certificate);
  if (read) read = readInto("key_file", access.key_file, kPemLimit, request.client_key);
  return read;
}

bool readsFiles(const HttpAccess& access) {
  const std::string* files[] = {&access.headers_file,      &access.body_file,
                                &access.bearer_token_file, &access.credentials_file,
                                &access.password_file,     &access.cert_file};
  return std::any_of(std::begin(files), std::end(files), [](auto* file) { return !file->empty(); });
}

HttpResponse notSent(std::string error) {
  HttpResponse response;
  response.error = std::move(error);
  return response;
}

}  // namespace

std::string basicUserProblem(const std::string& name) {
  const bool fits = name.find(':') == std::string::npos && headerProblem("X", name).empty();
  return fits ? "" : "is no user name for basic authentication (it holds no ':')";
}

std::string authorizationTypeProblem(const std::string& type) {
  return headerProblem(type, "").empty() ? "" : "is not one word (example: Bearer)";
}

void sendWithAccess(Services& services, HttpRequest request, const HttpAccess& access,
                    CancelToken cancel, HttpClient::Done done) {
  if (!readsFiles(access)) {
    services.http.send(std::move(request), std::move(cancel), std::move(done));
    return;
  }
  const auto job = [&http = services.http, request = std::move(request), access,
                    cancel = std::move(cancel), done]() mutable {
    const auto whole = complete(request, access);
    if (!whole) return done(notSent(oneLine(whole.error().message)));
    http.send(std::move(request), std::move(cancel), std::move(done));
  };
  if (!services.workers.post(job)) done(notSent("too much work is waiting"));
}

}  // namespace heald::io
