#pragma once

#include <prometheus/metric_family.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/histogram.h"

namespace heald::metrics {

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

// OpenMetrics 1.0: counters are named without their "_total", buckets may carry an exemplar
// ({attempt="17"}), and the text has an end. Numbers and labels are those of the other text, so the
// series are the same ones whichever text a Prometheus asks for.
class OpenMetricsWriter : public TextWriter {
 public:
  // The exemplar of a bucket: of which metric of a histogram's family, and which bucket of it.
  using Exemplars = std::function<std::optional<engine::Exemplar>(
      const prometheus::MetricFamily& family, std::size_t metric, std::size_t bucket)>;

  explicit OpenMetricsWriter(Exemplars exemplars = {}) : exemplars_(std::move(exemplars)) {}
  std::string write(const std::vector<prometheus::MetricFamily>& families) const override;

 private:
  Exemplars exemplars_;
};

}  // namespace heald::metrics
