#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

#include "metrics/family.h"

namespace heald::metrics {

// A metric with what formats with room for it say of it beside its series.
struct FamilyWithBeside {
  prometheus::MetricFamily family;
  bool durable = false;  // its counters and histograms go on over a restart
  std::vector<engine::Histogram> histograms = {};  // of family.metric[i], where it is one of them
};

// As prometheus-cpp has them: for protobuf, and for whoever reads values instead of text.
class ObjectFamilies : private Series, public Families {
 public:
  ObjectFamilies() : Families(static_cast<Series&>(*this)) {}

  // Those that have series.
  std::vector<FamilyWithBeside> take();

 private:
  void open(prometheus::MetricType type, std::string_view name, std::string_view help) override;
  void add(const LabelSet& labels, double value) override;
  void add(const LabelSet& labels, const engine::Histogram& histogram) override;
  void durable() override { families_.back().durable = true; }
  prometheus::ClientMetric& append(const LabelSet& labels);

  std::vector<FamilyWithBeside> families_;
};

}  // namespace heald::metrics
