#pragma once

#include <prometheus/metric_family.h>

#include <vector>

#include "core/time.h"
#include "engine/snapshot.h"
#include "metrics/object_families.h"
#include "metrics/sources.h"
#include "metrics/text_families.h"

namespace heald::metrics {

// All of heald's metrics as they are at this moment; docs/metrics.md explains each. Nothing is kept
// between two scrapes: every value comes from the snapshot or from the sources, so all of them
// belong together, and what a reload removed is gone at once. `now` is the moment of the scrape: a
// breaker whose deadline has passed since the snapshot was taken reads as half_open.
//
// Thread-safe and pure. Label values are made valid UTF-8 (one bad byte would cost the whole
// scrape).

// Straight to text.
Page textOf(const engine::Snapshot& snapshot, const Sources& sources, core::Now now,
            TextFormat format, Layout& layout);

// As prometheus-cpp has them; the text is what its serializer would make of these.
std::vector<prometheus::MetricFamily> collect(const engine::Snapshot& snapshot,
                                              const Sources& sources, core::Now now);

// The same with what stands beside, for protobufOf().
struct Exposition {
  std::vector<FamilyWithBeside> families;
  core::WallTime started;  // since when all is counted that is not durable
};
Exposition collectWithBeside(const engine::Snapshot& snapshot, const Sources& sources,
                             core::Now now);

}  // namespace heald::metrics
