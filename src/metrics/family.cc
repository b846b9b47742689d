#include "metrics/family.h"

#include <algorithm>

#include "io/text.h"

namespace heald::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;

std::string cleaned(std::string_view value) {
  const bool ascii = std::all_of(value.begin(), value.end(),
                                 [](char byte) { return static_cast<unsigned char>(byte) < 0x80; });
  return ascii ? std::string(value) : io::toValidUtf8(value);
}

bool isStandard(std::string_view name) {
  return name.starts_with("process_");
}

void setValue(ClientMetric& metric, MetricType type, double value) {
  (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
}

}  // namespace

ClientMetric& Family::append(Labels labels) const {
  ClientMetric& metric = family_->metric.emplace_back();
  metric.label.reserve(labels.size() + 1);
  for (const auto& [name, value] : labels) {
    metric.label.push_back({name, cleaned(value)});
  }
  return metric;
}

void Family::add(Labels labels, double value) const {
  setValue(append(labels), family_->type, value);
}

void Family::addLabelled(Labels labels, const engine::MetricLabels& more, double value) const {
  ClientMetric& metric = append(labels);
  for (const auto& [name, text] : more) {
    metric.label.push_back({name, cleaned(text)});
  }
  setValue(metric, family_->type, value);
}

void Family::add(Labels labels, std::pair<const char*, std::string_view> last, double value) const {
  ClientMetric& metric = append(labels);
  metric.label.push_back({last.first, cleaned(last.second)});
  setValue(metric, family_->type, value);
}

void Family::add(Labels labels, const engine::Histogram& histogram) const {
  ClientMetric::Histogram& target = append(labels).histogram;
  target.sample_count = histogram.count();
  target.sample_sum = histogram.sumSeconds();
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < histogram.bounds().size(); ++i) {
    cumulative += histogram.counts()[i];
    target.bucket.push_back({cumulative, histogram.bounds()[i]});
  }
  // The bucket of +Inf is written by the serializer, from the count.
  if (beside_ != nullptr) beside_->histograms.push_back(histogram);
}

Family Family::durable() const {
  if (beside_ != nullptr) beside_->durable = true;
  return *this;
}

Family Families::make(MetricType type, std::string_view name, std::string_view help) {
  prometheus::MetricFamily& family = families_.emplace_back();
  family.name = std::string(isStandard(name) ? "" : "heald_").append(name);
  family.help = help;
  family.type = type;
  return {&family, with_beside_ ? &beside_.emplace_back() : nullptr};
}

Family Families::gauge(std::string_view name, std::string_view help) {
  return make(MetricType::Gauge, name, help);
}
Family Families::counter(std::string_view name, std::string_view help) {
  return make(MetricType::Counter, name, help);
}
Family Families::histogram(std::string_view name, std::string_view help) {
  return make(MetricType::Histogram, name, help);
}

std::vector<prometheus::MetricFamily> Families::take() {
  std::vector<prometheus::MetricFamily> taken;
  taken.reserve(families_.size());
  for (std::size_t i = 0; i < families_.size(); ++i) {
    if (families_[i].metric.empty()) continue;
    taken.push_back(std::move(families_[i]));
    if (with_beside_) taken_beside_.push_back(std::move(beside_[i]));
  }
  families_.clear();
  beside_.clear();
  return taken;
}

double seconds(core::Duration duration) {
  return std::chrono::duration<double>(duration).count();
}
double seconds(core::WallTime time) {
  return seconds(time.time_since_epoch());
}
double seconds(std::optional<core::WallTime> time) {
  return time ? seconds(*time) : 0;
}

}  // namespace heald::metrics
