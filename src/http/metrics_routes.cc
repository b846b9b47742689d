#include "http/metrics_routes.h"

#include "http/accept.h"
#include "http/overview.h"

namespace heald::http {
namespace {

constexpr const char* kContentTypes[] = {
    "text/plain; version=0.0.4; charset=utf-8",
    "application/openmetrics-text; version=1.0.0; charset=utf-8",
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
};

// What is wanted most; of two that are wanted as much, the one that says more, as Prometheus and
// its client libraries have it.
MetricsFormat formatFor(const Request& request) {
  const auto accept = request.headers.get("Accept").value_or("");
  const double text = weightOf(accept, "text/plain");
  const double open = weightOf(accept, "application/openmetrics-text");
  const double protobuf =
      weightOf(accept, "application/vnd.google.protobuf",
               {{"proto", "io.prometheus.client.MetricFamily"}, {"encoding", "delimited"}});
  if (protobuf > 0 && protobuf >= open && protobuf >= text) return MetricsFormat::kProtobuf;
  return open > text ? MetricsFormat::kOpenMetrics : MetricsFormat::kText;
}

Response metricsLanding(const Backend& backend) {
  Landing page = overviewOf(backend, Detail::kNamesAndCounts);
  page.links = {{"/metrics", "/metrics", "for Prometheus"},
                {"/-/healthy", "/-/healthy", "is the process alive"},
                {"/-/ready", "/-/ready", "does it detect and heal"}};
  if (!backend.control_url.empty()) {
    page.links.push_back({backend.control_url, "Control plane", "status, and what a human may do"});
  }
  return landingPage(page);
}

}  // namespace

Router metricsRoutes(const Backend& backend) {
  Router router = routerOf(healthCalls(backend, Detail::kNamesAndCounts));
  router.get("/metrics", [metrics = backend.metrics](const Request& request) {
    const MetricsFormat format = formatFor(request);
    Response response = text(metrics(format), kContentTypes[static_cast<std::size_t>(format)]);
    response.headers.add("Vary", "Accept");
    return response;
  });
  router.get("/", [backend](const Request&) { return metricsLanding(backend); });
  return router;
}

}  // namespace heald::http
