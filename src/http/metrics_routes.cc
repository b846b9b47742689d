#include "http/metrics_routes.h"

#include <array>
#include <iterator>
#include <memory>
#include <mutex>

#include "http/accept.h"
#include "http/gzip.h"
#include "http/overview.h"
#include "http/page_packer.h"

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

// Pages, and what is packed of each format's last one. Thread-safe.
class MetricsPages {
 public:
  using Make = std::function<metrics::Page(MetricsFormat)>;
  explicit MetricsPages(Make make) : make_(std::move(make)) {}

  Response answer(const Request& request) {
    const MetricsFormat format = formatFor(request);
    const auto index = static_cast<std::size_t>(format);
    metrics::Page page = make_(format);
    Response response = text("", kContentTypes[index]);
    response.headers.add("Vary", "Accept, Accept-Encoding");
    if (page.size > kGzipThreshold &&
        acceptsGzip(request.headers.get("Accept-Encoding").value_or(""))) {
      const std::lock_guard lock(mutex_);
      if (auto packed = packers_[index].pack(page)) {
        response.shared = std::move(packed);
        response.headers.add("Content-Encoding", "gzip");
        return response;
      }
    }
    response.pieces = std::make_shared<const door::Pieces>(std::move(page.pieces));
    return response;
  }

 private:
  const Make make_;
  std::mutex mutex_;
  std::array<PagePacker, std::size(kContentTypes)> packers_;
};

Response metricsLanding(const Backend& backend) {
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
  Router router = routerOf(healthCalls(backend, Detail::kNamesAndCounts));
  auto pages = std::make_shared<MetricsPages>(backend.metrics);
  router.get("/metrics", Access::kOpen,
             [pages = std::move(pages)](const Request& request) { return pages->answer(request); });
  router.get("/", Access::kOpen, [backend](const Request&) { return metricsLanding(backend); });
  return router;
}

}  // namespace heald::http
