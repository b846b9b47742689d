#include "outbox/otlp.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "io/address.h"
#include "io/text.h"
#include "outbox/answers.h"
#include "outbox/read_files.h"

namespace heald::outbox {
namespace {

using nlohmann::ordered_json;

ordered_json attributesJson(const std::vector<Attribute>& attributes) {
  ordered_json list = ordered_json::array();
  for (const auto& [key, value] : attributes) {
    const auto* number = std::get_if<std::int64_t>(&value);
    ordered_json held = number != nullptr
                            ? ordered_json{{"intValue", std::to_string(*number)}}
                            : ordered_json{{"stringValue", std::get<std::string>(value)}};
    list.push_back({{"key", key}, {"value", std::move(held)}});
  }
  return list;
}

std::string nanoText(core::WallTime time) {
  return std::to_string(time.time_since_epoch().count());
}

ordered_json spanJson(const Span& span) {
  constexpr int kInternal = 1;
  ordered_json events = ordered_json::array();
  for (const SpanEvent& event : span.events) {
    events.push_back({{"timeUnixNano", nanoText(event.at)},
                      {"name", event.name},
                      {"attributes", attributesJson(event.attributes)}});
  }
  ordered_json status = ordered_json::object();
  if (span.status != Span::Status::kUnset) status["code"] = static_cast<int>(span.status);
  if (!span.message.empty()) status["message"] = span.message;
  ordered_json object = {{"traceId", span.trace}, {"spanId", span.id}};
  if (!span.parent.empty()) object["parentSpanId"] = span.parent;
  object["name"] = span.name;
  object["kind"] = kInternal;
  object["startTimeUnixNano"] = nanoText(span.start);
  object["endTimeUnixNano"] = nanoText(span.end);
  object["attributes"] = attributesJson(span.attributes);
  object["events"] = std::move(events);
  object["status"] = std::move(status);
  return object;
}

// Where a signal goes is fixed by OTLP; an address that says so already is taken as it is.
std::string tracesUrl(const std::string& endpoint) {
  constexpr std::string_view kPath = "/v1/traces";
  const std::string base = endpoint.substr(0, endpoint.find_last_not_of('/') + 1);
  return base.ends_with(kPath) ? base : base + std::string(kPath);
}

std::string endpointFault(const std::string& url) {
  if (url.find_first_of("?#") != std::string::npos) {
    return "is more than the address of a collector (example: http://127.0.0.1:4318)";
  }
  return io::urlProblem(url);
}

void describeCollector(config::Fields& f, Collector::Options& o) {
  f.text(
      "endpoint", o.request.url, {.required = true, .check = endpointFault},
      "http:// or https:// address of a collector that takes OTLP over HTTP, without /v1/traces");
  f.textMap("headers", o.request.headers, "request headers");
  f.duration("timeout", o.request.timeout, {}, "how long to wait for the answer");
  io::describeHttpAccess(f, o.request, o.access, "each export");
  for (const auto& [name, value] : o.request.headers) {
    const std::string problem = io::headerProblem(name, value);
    if (!problem.empty()) f.failAt("headers", name, "\"" + name + "\" " + problem);
  }
}

std::size_t rejectedIn(const nlohmann::json& answer) {
  const auto partial = answer.find("partialSuccess");
  if (partial == answer.end() || !partial->is_object()) return 0;
  const auto count = partial->find("rejectedSpans");
  if (count == partial->end()) return 0;
  if (count->is_number_unsigned()) return count->get<std::size_t>();
  const bool digits =
      count->is_string() && !count->get_ref<const std::string&>().empty() &&
      count->get_ref<const std::string&>().find_first_not_of("0123456789") == std::string::npos &&
      count->get_ref<const std::string&>().size() < 10;
  return digits ? std::stoul(count->get<std::string>()) : 0;
}

}  // namespace

std::string otlpBody(const std::vector<Span>& spans, const Resource& resource) {
  ordered_json list = ordered_json::array();
  for (const Span& span : spans) list.push_back(spanJson(span));
  const std::vector<Attribute> of = {{"service.name", std::string("heald")},
                                     {"service.instance.id", resource.instance},
                                     {"service.version", resource.version},
                                     {"host.name", resource.instance}};
  const ordered_json scope = {{"name", "heald"}, {"version", resource.version}};
  const ordered_json scope_spans = {{"scope", scope}, {"spans", std::move(list)}};
  const ordered_json resource_spans = {{"resource", {{"attributes", attributesJson(of)}}},
                                       {"scopeSpans", ordered_json::array({scope_spans})}};
  const ordered_json body = {{"resourceSpans", ordered_json::array({resource_spans})}};
  return body.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

Exported judged(const io::HttpResponse& response) {
  const Outcome outcome = outcomeOf(response);
  const std::string& reason = outcome.error;
  if (reason.empty()) {
    const auto answer = nlohmann::json::parse(response.body, nullptr, false);
    const std::size_t rejected = answer.is_object() ? rejectedIn(answer) : 0;
    return {Exported::End::kTaken, rejected,
            rejected == 0 ? "" : std::to_string(rejected) + " spans were rejected"};
  }
  // As the protocol has it: these alone are to be tried again.
  const int status = response.status;
  const bool later = response.end != io::HttpEnd::kAnswered || status == 429 || status == 502 ||
                     status == 503 || status == 504;
  return {later ? Exported::End::kLater : Exported::End::kRefused, 0, reason, outcome.retry_after};
}

std::vector<config::HostProblem> Collector::warningsOfHost() const {
  return problemsOfFiles(filesOf(options_->request, options_->access));
}

void Collector::send(io::Services& services, std::string body, io::CancelToken cancel,
                     Done done) const {
  io::HttpRequest request = options_->request;
  request.url = tracesUrl(request.url);
  request.method = "POST";
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = std::move(body);
  io::sendWithAccess(
      services, std::move(request), options_->access, std::move(cancel),
      [done = std::move(done)](const io::HttpResponse& response) { done(judged(response)); });
}

config::Kind otlpKind() {
  return {"otlp", "a collector that takes OTLP", [](config::Fields& f) {
            Collector::Options options;
            describeCollector(f, options);
            return std::make_shared<const Collector>(std::move(options));
          }};
}

}  // namespace heald::outbox
