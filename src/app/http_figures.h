#pragma once

#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "engine/histogram.h"
#include "http/pipeline.h"
#include "metrics/sources.h"

namespace heald::app {

// Counts the answered requests of both listeners for the metrics. Thread-safe.
class HttpFigures {
 public:
  void observe(const http::RequestRecord& record);
  metrics::HttpFigures read() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::tuple<std::string, std::string, int>, std::uint64_t> requests_;
  std::map<std::string, engine::Histogram> durations_;
};

}  // namespace heald::app
