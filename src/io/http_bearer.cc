#include "io/http_bearer.h"

#include "heald/result.h"
#include "io/address.h"
#include "io/file.h"
#include "io/text.h"

namespace heald::io {
namespace {

Result<std::string> readToken(const std::string& path) {
  auto content = readSmallFile(path);
  if (!content) return content;
  std::string token(trim(*content));
  if (token.empty()) return Error{ErrorCode::kInvalid, path + ": no token in it"};
  if (!headerProblem("Authorization", token).empty()) {
    return Error{ErrorCode::kInvalid, path + ": more than one line or a control character in it"};
  }
  return token;
}

HttpResponse notSent(std::string error) {
  HttpResponse response;
  response.error = std::move(error);
  return response;
}

}  // namespace

void sendWithBearer(Services& services, HttpRequest request, const std::string& token_file,
                    CancelToken cancel, HttpClient::Done done) {
  if (token_file.empty()) {
    services.http.send(std::move(request), std::move(cancel), std::move(done));
    return;
  }
  const auto job = [&http = services.http, request = std::move(request), token_file,
                    cancel = std::move(cancel), done]() mutable {
    const auto token = readToken(token_file);
    if (!token) return done(notSent("bearer_token_file: " + oneLine(token.error().message)));
    request.headers.emplace_back("Authorization", "Bearer " + *token);
    http.send(std::move(request), std::move(cancel), std::move(done));
  };
  if (!services.workers.post(job)) done(notSent("too much work is waiting"));
}

}  // namespace heald::io
