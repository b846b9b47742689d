#include "checks/http.h"

#include "checks/request_check.h"
#include "io/address.h"
#include "io/expected_status.h"
#include "io/text.h"

namespace heald::checks {
namespace {

using core::CheckStatus;

struct HttpOptions {
  io::HttpRequest request;
  io::ExpectedStatus expect_status;
  std::string expect_body;
  io::HttpAccess access;
};

void describeBody(config::Fields& f, const HttpOptions& o) {
  if (f.has("body") && f.has("body_file")) {
    f.fail("body_file", "stands beside body (give it one of them)");
  }
  const bool sends = f.has("body") || f.has("body_file");
  if (sends && (o.request.method == "GET" || o.request.method == "HEAD")) {
    f.fail(f.has("body") ? "body" : "body_file",
           "is not sent with " + o.request.method + " (example: method: POST)");
  }
}

void describe(config::Fields& f, HttpOptions& o) {
  f.text("url", o.request.url, {.required = true, .check = io::urlProblem},
         "http:// or https:// address to ask");
  f.text("method", o.request.method, {.one_of = {"GET", "HEAD", "POST", "PUT", "OPTIONS"}},
         "request method");
  f.textMap("headers", o.request.headers, "request headers");
  f.text("body", o.request.body, {.empty_allowed = true}, "request body");
  f.text("body_file", o.access.body_file, {}, "file with the request body, read at each run");
  f.integers("expect_status", o.expect_status.list, {}, {.min = 100, .max = 599, .example = 200},
             "statuses that are healthy; any 2xx when absent");
  f.text("expect_body", o.expect_body, {}, "text that the first 64 KiB of the body must contain");
  f.boolean("follow_redirects", o.request.follow_redirects,
            "follow up to 5 redirects, never from https to http");
  f.boolean("keep_alive", o.request.keep_alive,
            "keep the connection for the next run, at most 10m; names, connecting and certificates "
            "are then not checked at each run");
  if (o.request.keep_alive && o.request.follow_redirects) {
    f.fail("keep_alive", "stands beside follow_redirects (give it one of them)");
  }
  io::describeHttpAccess(f, o.request, o.access, "each run");
  describeBody(f, o);
  for (const auto& [name, value] : o.request.headers) {
    const std::string problem = io::headerProblem(name, value);
    if (!problem.empty()) f.failAt("headers", name, "\"" + name + "\" " + problem);
  }
}

CheckResult judgeAnswer(const HttpOptions& o, const io::HttpResponse& response) {
  if (!o.expect_status.allows(response.status)) {
    return {CheckStatus::kCritical, o.expect_status.complaint(response.status)};
  }
  const std::string status = "status " + std::to_string(response.status);
  if (response.body.find(o.expect_body) == std::string::npos) {
    return {CheckStatus::kCritical,
            io::oneLine(status + ", but the body does not contain '" + o.expect_body + "'")};
  }
  return {CheckStatus::kOk, status};
}

CheckResult judge(const HttpOptions& o, const io::HttpResponse& response) {
  return response.end == io::HttpEnd::kAnswered ? judgeAnswer(o, response)
                                                : judgeUnanswered(response);
}

using HttpCheck = RequestCheck<HttpOptions, judge>;

}  // namespace

config::Kind httpKind() {
  return {"http", "an HTTP or HTTPS request", [](config::Fields& f) {
            HttpOptions options;
            describe(f, options);
            return std::make_shared<const HttpCheck>(std::move(options));
          }};
}

}  // namespace heald::checks
