#include "remedies/http.h"

#include <strings.h>

#include <cctype>
#include <set>

#include "io/address.h"
#include "io/expected_status.h"
#include "io/http_access.h"
#include "remedies/remedy.h"
#include "remedies/request_template.h"

namespace heald::remedies {
namespace {

struct HttpOptions {
  io::HttpRequest request;  // without its url and body, which are
  RequestTemplate url, body;
  io::ExpectedStatus expect_status;
  io::HttpAccess access;
};

// The address as a whole, whatever its placeholders become.
std::string addressProblem(const std::string& url) {
  const RequestTemplate address(url, RequestTemplate::Place::kAddress);
  const std::string problem = address.problem();
  return problem.empty() ? io::urlProblem(address.sample()) : problem;
}

void describe(config::Fields& f, HttpOptions& o) {
  std::string url;
  std::string body;
  f.text("url", url, {.required = true, .check = addressProblem},
         "http:// or https:// address to call. {{attempt}}, {{now}} and {{NAME}} of a label that "
         "the remedy declares in labels are filled in, in path and query");
  f.text("method", o.request.method, {.one_of = {"GET", "POST", "PUT", "PATCH", "DELETE"}},
         "request method");
  f.textMap("headers", o.request.headers, "request headers");
  f.text("body", body, {.empty_allowed = true},
         "request body; placeholders as in url, escaped as its Content-Type wants it");
  f.text("body_file", o.access.body_file, {}, "file with the request body, read at each attempt");
  f.integers("expect_status", o.expect_status.list, {}, {.min = 100, .max = 599, .example = 200},
             "statuses that mean success; any 2xx when absent");
  f.duration("timeout", o.request.timeout, {}, "how long it may take");
  io::describeHttpAccess(f, o.request, o.access, "each attempt");
  if (f.has("body") && f.has("body_file"))
    f.fail("body_file", "stands beside body (give it one of them)");
  for (const auto& [name, value] : o.request.headers) {
    const std::string problem = io::headerProblem(name, value);
    if (!problem.empty()) f.failAt("headers", name, "\"" + name + "\" " + problem);
  }
  o.url = RequestTemplate(std::move(url), RequestTemplate::Place::kAddress);
  const auto place = RequestTemplate::placeOfBody(o.request.headers, body);
  o.body = RequestTemplate(std::move(body), place);
  if (const std::string problem = o.body.problem(); !problem.empty()) f.fail("body", problem);
}

// HEALD_REASON becomes X-Heald-Reason.
std::string headerName(const std::string& variable) {
  if (variable == "TRACEPARENT") return "traceparent";  // that of W3C Trace Context
  std::string name = "X-";
  for (const char c : variable) {
    const auto byte = static_cast<unsigned char>(c);
    const bool first = name.back() == '-';
    name += c == '_' ? '-' : static_cast<char>(first ? std::toupper(byte) : std::tolower(byte));
  }
  return name;
}

ActionResult judgeAnswer(const HttpOptions& o, io::HttpResponse response) {
  const bool ok = o.expect_status.allows(response.status);
  return {
      ok ? ActionOutcome::kOk : ActionOutcome::kFailed,
      ok ? "status " + std::to_string(response.status) : o.expect_status.complaint(response.status),
      std::move(response.body)};
}

ActionResult judge(const HttpOptions& o, io::HttpResponse response) {
  switch (response.end) {
    case io::HttpEnd::kAnswered:
      return judgeAnswer(o, std::move(response));
    case io::HttpEnd::kTimeout:
      return {ActionOutcome::kTimeout, response.error, std::move(response.body)};
    case io::HttpEnd::kCancelled:
      return {ActionOutcome::kCancelled, response.error, std::move(response.body)};
    case io::HttpEnd::kFailed:
    case io::HttpEnd::kNotSent:
      return {ActionOutcome::kFailed, response.error, std::move(response.body)};
  }
  return {};
}

class HttpRemedy : public Remedy {
 public:
  explicit HttpRemedy(HttpOptions options)
      : options_(std::make_shared<const HttpOptions>(std::move(options))) {}

  core::Duration timeout() const override { return options_->request.timeout; }

  std::vector<std::string> labels() const override {
    std::vector<std::string> labels = options_->url.labels();
    for (std::string& label : options_->body.labels()) labels.push_back(std::move(label));
    return labels;
  }

  void start(io::Services& services, const ActionRun& run, Done done) const override {
    io::HttpRequest request = options_->request;
    auto url = options_->url.filled(run);
    auto body = options_->body.filled(run);
    if (!url || !body) {
      return done({ActionOutcome::kFailed, (url ? body : url).error().message, ""});
    }
    request.url = std::move(*url);
    request.body = std::move(*body);
    std::set<std::string> sent;  // a label and the same in capitals are one header
    for (const auto& [variable, value] : run.environment) {
      std::string name = headerName(variable);
      if (!sent.insert(name).second) continue;
      std::erase_if(request.headers, [&](const auto& header) {
        return strcasecmp(header.first.c_str(), name.c_str()) == 0;
      });
      request.headers.emplace_back(std::move(name), io::headerValue(value));
    }
    io::sendWithAccess(services, std::move(request), options_->access, run.cancel,
                       [options = options_, done = std::move(done)](io::HttpResponse response) {
                         done(judge(*options, std::move(response)));
                       });
  }

 private:
  std::shared_ptr<const HttpOptions> options_;  // shared: an attempt may outlive its configuration
};

}  // namespace

config::Kind httpKind() {
  return {"http", "an HTTP or HTTPS request", [](config::Fields& f) {
            HttpOptions options;
            options.request.method = "POST";
            options.request.timeout = std::chrono::seconds(30);
            describe(f, options);
            return std::make_shared<const HttpRemedy>(std::move(options));
          }};
}

}  // namespace heald::remedies
