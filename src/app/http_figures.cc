#include "app/http_figures.h"

namespace heald::app {

void HttpFigures::observe(const http::RequestRecord& record) {
  const std::string route(record.route);
  const std::lock_guard lock(mutex_);
  ++requests_[{route, std::string(record.method), record.status}];
  durations_.try_emplace(route, engine::checkBuckets())
      .first->second.observe(std::chrono::duration_cast<core::Duration>(
          std::chrono::duration<double>(record.seconds)));
}

metrics::HttpFigures HttpFigures::read() const {
  metrics::HttpFigures figures;
  const std::lock_guard lock(mutex_);
  for (const auto& [key, count] : requests_) {
    const auto& [handler, method, code] = key;
    figures.requests.push_back({handler, method, code, count});
  }
  for (const auto& [handler, duration] : durations_) {
    figures.durations.push_back({handler, duration});
  }
  return figures;
}

}  // namespace heald::app
