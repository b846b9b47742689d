#include "api/metrics_routes.h"

#include <array>
#include <iterator>
#include <memory>
#include <mutex>

#include "api/overview.h"
#include "api/page_packer.h"
#include "http/accept.h"
#include "http/gzip.h"

namespace heald::api {
namespace {

constexpr const char* kContentTypes[] = {
    "text/plain; version=0.0.4; charset=utf-8",
    "application/openmetrics-text; version=1.0.0; charset=utf-8",
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
};

// What is wanted most; of two that are wanted as much, the one that says more, as Prometheus and
// its client libraries have it.
MetricsFormat formatFor(const http::Request& request) {
  const auto accept = request.headers.get("Accept").value_or("");
  const double text = http::weightOf(accept, "text/plain");
  const double open = http::weightOf(accept, "application/openmetrics-text");
  const double protobuf =
      http::weightOf(accept, "application/vnd.google.protobuf",
                     {{"proto", "io.prometheus.client.MetricFamily"}, {"encoding", "delimited"}});
  if (protobuf > 0 && protobuf >= open && protobuf >= text) return MetricsFormat::kProtobuf;
  return open > text ? MetricsFormat::kOpenMetrics : MetricsFormat::kText;
}

// Pages, and what is packed of each format's last one. Thread-safe.
class MetricsPages {
 public:
  using Make = std::function<metrics::Page(MetricsFormat)>;
  explicit MetricsPages(Make make) : make_(std::move(make)) {}

  http::Response answer(const http::Request& request) {
    const MetricsFormat format = formatFor(request);
    const auto index = static_cast<std::size_t>(format);
    metrics::Page page = make_(format);
    http::Response response = http::text("", kContentTypes[index]);
    response.headers.add("Vary", "Accept, Accept-Encoding");
    if (page.size > http::kGzipThreshold &&
        http::acceptsGzip(request.headers.get("Accept-Encoding").value_or(""))) {
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

http::Response metricsLanding(const Backend& backend) {
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

http::Router metricsRoutes(const Backend& backend) {
  http::Router router = routerOf(healthCalls(backend, Detail::kNamesAndCounts));
  auto pages = std::make_shared<MetricsPages>(backend.metrics);
  router.get(
      "/metrics", http::Access::kOpen,
      [pages = std::move(pages)](const http::Request& request) { return pages->answer(request); });
  router.get("/", http::Access::kOpen,
             [backend](const http::Request&) { return metricsLanding(backend); });
  return router;
}

}  // namespace heald::api
