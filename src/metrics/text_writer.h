#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

namespace heald::metrics {

inline constexpr const char* kTextContentType = "text/plain; version=0.0.4; charset=utf-8";

// Turns families into the body of a scrape, in Prometheus' text format 0.0.4. An interface, so that
// the writer can be replaced. Thread-safe.
class TextWriter {
 public:
  virtual ~TextWriter() = default;
  virtual std::string write(const std::vector<prometheus::MetricFamily>& families) const = 0;
};

// prometheus-cpp's own serializer: numbers with 16 significant digits.
class PrometheusTextWriter : public TextWriter {
 public:
  std::string write(const std::vector<prometheus::MetricFamily>& families) const override;
};

// The same text, several times faster, and every number with as many digits as it takes to read it
// back unchanged. The one to use.
class ExactTextWriter : public TextWriter {
 public:
  std::string write(const std::vector<prometheus::MetricFamily>& families) const override;
};

}  // namespace heald::metrics
