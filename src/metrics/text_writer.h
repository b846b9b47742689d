#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

namespace heald::metrics {

inline constexpr const char* kTextContentType = "text/plain; version=0.0.4; charset=utf-8";

// Turns families into the body of a scrape. An interface, so that the writer can be replaced where
// there are very many series. Thread-safe.
class TextWriter {
 public:
  virtual ~TextWriter() = default;
  virtual std::string write(const std::vector<prometheus::MetricFamily>& families) const = 0;
};

// prometheus-cpp's serializer: the text format 0.0.4, numbers with 16 significant digits.
class PrometheusTextWriter : public TextWriter {
 public:
  std::string write(const std::vector<prometheus::MetricFamily>& families) const override;
};

}  // namespace heald::metrics
