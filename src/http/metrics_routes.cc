#include "http/metrics_routes.h"

#include "http/accept.h"
#include "http/overview.h"

namespace heald::http {
namespace {

constexpr const char* kPrometheus = "text/plain; version=0.0.4; charset=utf-8";
constexpr const char* kOpenMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";

bool openMetricsWanted(const Request& request) {
  const auto accept = request.headers.get("Accept").value_or("");
  return weightOf(accept, "application/openmetrics-text") > weightOf(accept, "text/plain");
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
  router.get("/metrics", [metrics = backend.metrics_text](const Request& request) {
    const bool open = openMetricsWanted(request);
    Response response = text(metrics(open), open ? kOpenMetrics : kPrometheus);
    response.headers.add("Vary", "Accept");
    return response;
  });
  router.get("/", [backend](const Request&) { return metricsLanding(backend); });
  return router;
}

}  // namespace heald::http
