#include "metrics/object_families.h"

#include <utility>

#include "io/text.h"

namespace heald::metrics {

using prometheus::ClientMetric;
using prometheus::MetricType;

void ObjectFamilies::open(MetricType type, std::string_view name, std::string_view help) {
  families_.push_back({{nameOf(name), std::string(help), type, {}}});
}

ClientMetric& ObjectFamilies::append(const LabelSet& labels) {
  ClientMetric& metric = families_.back().family.metric.emplace_back();
  labels.each([&](std::string_view name, std::string_view value) {
    metric.label.push_back({std::string(name), io::toValidUtf8(value)});
  });
  return metric;
}

void ObjectFamilies::add(const LabelSet& labels, double value) {
  ClientMetric& metric = append(labels);
  const bool counter = families_.back().family.type == MetricType::Counter;
  (counter ? metric.counter.value : metric.gauge.value) = value;
}

void ObjectFamilies::add(const LabelSet& labels, const engine::Histogram& histogram) {
  ClientMetric::Histogram& target = append(labels).histogram;
  target.sample_count = histogram.count();
  target.sample_sum = histogram.sumSeconds();
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < histogram.bounds().size(); ++i) {
    cumulative += histogram.counts()[i];
    target.bucket.push_back({cumulative, histogram.bounds()[i]});
  }
  // The bucket of +Inf is written by the serializer, from the count.
  families_.back().histograms.push_back(histogram);
}

std::vector<FamilyWithBeside> ObjectFamilies::take() {
  std::erase_if(families_, [](const auto& one) { return one.family.metric.empty(); });
  return std::exchange(families_, {});
}

}  // namespace heald::metrics
