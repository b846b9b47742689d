#pragma once

#include <prometheus/metric_family.h>

#include <vector>

#include "core/time.h"
#include "engine/snapshot.h"
#include "metrics/family.h"
#include "metrics/sources.h"
#include "metrics/text_writer.h"

namespace heald::metrics {

// All of heald's metrics as they are at this moment; docs/metrics.md explains each. Nothing is kept
// between two scrapes: every value comes from the snapshot or from the sources, so all of them
// belong together, and what a reload removed is gone at once. `now` is the moment of the scrape: a
// breaker whose deadline has passed since the snapshot was taken reads as half_open.
//
// Thread-safe and pure. Label values are made valid UTF-8 (one bad byte would cost the whole
// scrape).
std::vector<prometheus::MetricFamily> collect(const engine::Snapshot& snapshot,
                                              const Sources& sources, core::Now now);

// The same with what stands beside, for ProtobufWriter.
struct Exposition {
  std::vector<prometheus::MetricFamily> families;
  std::vector<Beside> beside;  // of families[i]
  core::WallTime started;      // since when all is counted that is not durable
};
Exposition collectWithBeside(const engine::Snapshot& snapshot, const Sources& sources,
                             core::Now now);

// Which attempt stands for a bucket of heald_healing_duration_seconds: for OpenMetricsWriter, with
// the families of the same snapshot, which must outlive it.
OpenMetricsWriter::Exemplars exemplarsOf(const engine::Snapshot& snapshot);

}  // namespace heald::metrics
