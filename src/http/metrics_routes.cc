#include "http/metrics_routes.h"

#include "http/overview.h"

namespace heald::http {
namespace {

constexpr const char* kExpositionFormat = "text/plain; version=0.0.4; charset=utf-8";

Response landing(const Backend& backend) {
  Landing page = overviewOf(backend);
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
  Router router = routerOf(healthCalls(backend));
  router.get("/metrics", [metrics = backend.metrics_text](const Request&) {
    return text(metrics(), kExpositionFormat);
  });
  router.get("/", [backend](const Request&) { return landing(backend); });
  return router;
}

}  // namespace heald::http
