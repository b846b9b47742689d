#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

#include "metrics/family.h"

namespace heald::metrics {

// What formats with room for it say of a metric beside its series.
struct Beside {
  bool durable = false;                       // its counters and histograms go on over a restart
  std::vector<engine::Histogram> histograms;  // one for each series of a histogram
};

// As prometheus-cpp has them: for protobuf, and for whoever reads values instead of text.
class ObjectFamilies : private Series, public Families {
 public:
  ObjectFamilies() : Families(static_cast<Series&>(*this)) {}

  // Those that have series.
  std::vector<prometheus::MetricFamily> take();
  // What stands beside those of the last take(), in their order.
  std::vector<Beside> takeBeside() { return std::move(taken_beside_); }

 private:
  void open(prometheus::MetricType type, std::string_view name, std::string_view help) override;
  void add(const LabelSet& labels, double value) override;
  void add(const LabelSet& labels, const engine::Histogram& histogram) override;
  void durable() override { beside_.back().durable = true; }
  prometheus::ClientMetric& append(const LabelSet& labels);

  std::vector<prometheus::MetricFamily> families_;
  std::vector<Beside> beside_;
  std::vector<Beside> taken_beside_;
};

}  // namespace heald::metrics
