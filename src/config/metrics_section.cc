#include <algorithm>
#include <array>
#include <map>

#include "config/names.h"
#include "config/sections.h"
#include "config/wording.h"

namespace heald::config {
namespace {

// Series are multiplied by none of it, but every one of the two info metrics carries all of it.
constexpr std::size_t kMostLabels = 10;
constexpr std::size_t kLongestLabel = 63;
constexpr std::size_t kLongestLabelValue = 128;

// What heald or Prometheus puts beside them.
constexpr std::array kReserved = {"check",    "remedy", "governor", "kind",     "job",
                                  "instance", "le",     "quantile", "alertname"};

std::string metricLabelFault(const std::string& name) {
  if (const std::string fault = labelNameFault(name); !fault.empty()) return fault;
  if (name.starts_with("__")) {
    return "begins with __, which is Prometheus' own (example: team)";
  }
  if (name.size() > kLongestLabel) {
    return "is too long (at most " + std::to_string(kLongestLabel) + " characters)";
  }
  const bool taken = std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end();
  return taken ? "is a label that heald or Prometheus sets (use another name; example: team)" : "";
}

std::string metricLabelValueFault(const std::string& value) {
  if (value.empty()) return "has no value (example: payments)";
  if (value.size() > kLongestLabelValue) {
    return "has too long a value (at most " + std::to_string(kLongestLabelValue) + " bytes)";
  }
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  return std::any_of(value.begin(), value.end(), is_control) ? "has a value with control characters"
                                                             : "";
}

engine::SharedMetricLabels shared(const std::map<std::string, std::string>& labels) {
  if (labels.empty()) return engine::noMetricLabels();
  return std::make_shared<const engine::MetricLabels>(labels.begin(), labels.end());
}

}  // namespace

void readMetrics(Fields& fields, engine::Setup& setup) {
  std::string detail = "default";
  fields.text("detail", detail, {.one_of = {"default", "full"}},
              "full has about three times the series: what only some want");
  setup.full_metrics = detail == "full";
}

void readMetricLabels(Fields& fields, engine::SharedMetricLabels& labels) {
  std::vector<std::pair<std::string, std::string>> written;
  fields.textMap("metric_labels", written,
                 "what it is called by in heald_check_info and heald_remedy_info: team, service");
  if (written.size() > kMostLabels) {
    fields.fail("metric_labels", "has " + std::to_string(written.size()) + " labels (at most " +
                                     std::to_string(kMostLabels) + ")");
  }
  std::map<std::string, std::string> taken;
  for (const auto& [name, value] : written) {
    std::string fault = metricLabelFault(name);
    if (!fault.empty()) {
      fields.fail("metric_labels", quoted(name) + " " + fault);
    } else if (fault = metricLabelValueFault(value); !fault.empty()) {
      fields.fail("metric_labels", name + " " + fault);
    }
    taken.emplace(name, value);
  }
  labels = shared(taken);
}

engine::SharedMetricLabels completed(const engine::SharedMetricLabels& labels,
                                     const engine::SharedMetricLabels& others) {
  if (others->empty()) return labels;
  if (labels->empty()) return others;
  std::map<std::string, std::string> all(labels->begin(), labels->end());
  all.insert(others->begin(), others->end());
  return shared(all);
}

}  // namespace heald::config
