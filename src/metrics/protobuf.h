#pragma once

#include <string>

#include "metrics/collect.h"

namespace heald::metrics {

// Prometheus' protobuf exposition: delimited messages io.prometheus.client.MetricFamily, as
// github.com/prometheus/client_model describes them. It has room for what text has not:
//
// - native histograms beside the classic buckets (engine::Histogram says which buckets);
// - the start of each counter and histogram, which is when this process began to count. Those that
//   come back from the store have none: they did not start at 0 then, and Prometheus would take all
//   that they hold for an increase.
//
// Series, values and exemplars are those of the text (page.h). Thread-safe.
std::string protobufOf(const Exposition& exposition);

}  // namespace heald::metrics
