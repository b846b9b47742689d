#include "checks/promql.h"

#include <array>
#include <charconv>
#include <cmath>

#include "checks/comparison.h"
#include "checks/promql_answer.h"
#include "checks/request_check.h"
#include "io/address.h"
#include "io/text.h"
#include "io/uri.h"

namespace heald::checks {
namespace {

using core::CheckStatus;
using Samples = std::vector<PromqlSample>;

struct PromqlOptions {
  std::string server;
  std::string query;
  std::optional<std::string> critical, warning;  // as written: messages show them so
  std::string no_data = "unknown";
  io::HttpRequest request;
  io::HttpAccess access;
};

std::string serverProblem(const std::string& url) {
  if (url.find_first_of("?#") != std::string::npos) {
    return "is more than the address of a server (example: http://127.0.0.1:9090)";
  }
  return io::urlProblem(url);
}

std::string queryProblem(const std::string& query) {
  return io::trim(query).empty() ? "is blank (example: up{job=\"api\"})" : "";
}

void makeRequest(PromqlOptions& o) {
  const auto end = o.server.find_last_not_of('/');
  o.request.url = o.server.substr(0, end == std::string::npos ? 0 : end + 1) + "/api/v1/query";
  o.request.method = "POST";
  o.request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  o.request.body = "query=" + io::percentEncode(o.query);
  o.request.body_limit = kPromqlAnswerBytes;
}

void describe(config::Fields& f, PromqlOptions& o) {
  f.text("server", o.server, {.required = true, .check = serverProblem},
         "http:// or https:// address of the Prometheus, with its path prefix if it has one");
  f.text("query", o.query, {.required = true, .check = queryProblem},
         "an instant query that gives numbers: a vector or a scalar");
  f.text("critical", o.critical, {.check = comparisonProblem},
         "a series whose number meets this is critical (example: '> 5')");
  f.text("warning", o.warning, {.check = comparisonProblem},
         "likewise for a warning, when none is critical");
  f.text("no_data", o.no_data, {.one_of = {"unknown", "ok", "critical"}},
         "what it means when the query finds no series");
  io::describeHttpAccess(f, o.request, o.access, "each run");
  if (!f.has("critical") && !f.has("warning")) {
    f.fail("", "never fails (give it critical or warning; example: critical: '> 5')");
  }
  makeRequest(o);
}

// Shortest that reads back: 0.1, 5, 1e+30; otherwise as Prometheus writes it.
std::string numberText(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

std::string described(const PromqlSample& sample) {
  return numberText(sample.value) + (sample.labels.empty() ? "" : " " + sample.labels);
}

const PromqlSample& worstOf(const Samples& samples, const Comparison& comparison) {
  const PromqlSample* worst = &samples.front();
  for (const PromqlSample& sample : samples) {
    if (std::isnan(worst->value) || comparison.worse(sample.value, worst->value)) worst = &sample;
  }
  return *worst;
}

// The worst of the finite ones that meet the comparison: a division by zero is no reason to act.
std::optional<CheckResult> complaint(const Samples& samples, const std::string& text,
                                     CheckStatus status) {
  const Comparison comparison = *parseComparison(text);
  Samples bad;
  for (const PromqlSample& sample : samples) {
    if (std::isfinite(sample.value) && comparison.meets(sample.value)) bad.push_back(sample);
  }
  if (bad.empty()) return std::nullopt;
  const std::string count = samples.size() == 1 ? ""
                                                : ", " + std::to_string(bad.size()) + " of " +
                                                      std::to_string(samples.size()) + " series";
  return CheckResult{status,
                     io::oneLine(described(worstOf(bad, comparison)) + " is " + text + count)};
}

CheckResult withoutData(const std::string& no_data) {
  const CheckStatus status = no_data == "ok"         ? CheckStatus::kOk
                             : no_data == "critical" ? CheckStatus::kCritical
                                                     : CheckStatus::kUnknown;
  return {status, "no series"};
}

CheckResult judgeSamples(const PromqlOptions& o, const Samples& samples) {
  if (samples.empty()) return withoutData(o.no_data);
  if (o.critical) {
    if (const auto result = complaint(samples, *o.critical, CheckStatus::kCritical)) return *result;
  }
  for (const PromqlSample& sample : samples) {
    if (std::isfinite(sample.value)) continue;
    return {CheckStatus::kUnknown, io::oneLine(described(sample) + " says nothing")};
  }
  if (o.warning) {
    if (const auto result = complaint(samples, *o.warning, CheckStatus::kWarning)) return *result;
  }
  const auto& worst = worstOf(samples, *parseComparison(o.critical ? *o.critical : *o.warning));
  return {CheckStatus::kOk,
          io::oneLine(described(worst) +
                      (samples.size() == 1
                           ? ""
                           : " is the worst of " + std::to_string(samples.size()) + " series"))};
}

CheckResult judgeAnswer(const PromqlOptions& o, const io::HttpResponse& response) {
  if (response.truncated) {
    return {CheckStatus::kUnknown, "the answer is longer than 1 MiB (aggregate in the query)"};
  }
  const auto samples = readPromqlAnswer(response.body);
  const bool success = response.status >= 200 && response.status < 300;
  if (samples && success) return judgeSamples(o, *samples);
  const std::string why = samples ? "" : ": " + samples.error().message;
  return {CheckStatus::kUnknown,
          io::oneLine(success ? why.substr(2) : "status " + std::to_string(response.status) + why)};
}

CheckResult judge(const PromqlOptions& o, const io::HttpResponse& response) {
  if (response.end == io::HttpEnd::kAnswered) return judgeAnswer(o, response);
  return {CheckStatus::kUnknown, response.end == io::HttpEnd::kCancelled
                                     ? response.error
                                     : io::oneLine("Prometheus: " + response.error)};
}

class PromqlCheck : public RequestCheck<PromqlOptions, judge> {
 public:
  explicit PromqlCheck(PromqlOptions options)
      : RequestCheck(options),
        findings_{.warning = options.warning.has_value(),
                  .critical = options.critical.has_value() || options.no_data == "critical"} {}

  core::AnswersTo findings() const override { return findings_; }

 private:
  const core::AnswersTo findings_;
};

}  // namespace

config::Kind promqlKind() {
  return {"promql", "a query to a Prometheus", [](config::Fields& f) {
            PromqlOptions options;
            describe(f, options);
            return std::make_shared<const PromqlCheck>(std::move(options));
          }};
}

}  // namespace heald::checks
