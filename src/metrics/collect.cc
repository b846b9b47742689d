#include "metrics/collect.h"

#include <iterator>

#include "metrics/sections.h"

namespace heald::metrics {
namespace {

constexpr std::string_view kHealingDuration = "heald_healing_duration_seconds";

void addAll(const engine::Snapshot& snapshot, const Sources& sources, core::Now now,
            Families& families) {
  addEngine(snapshot, sources, now, families);
  addGovernors(snapshot, now, families);
  addBreakers(snapshot, now, families);
  addRemedies(snapshot, now, families);
  addTasks(snapshot, families);
  addChecks(snapshot, now, families);
  addEvents(snapshot, sources, families);
  addMonitored(sources.monitored, families);
  addSelf(snapshot, sources, families);
  if (sources.process) {
    addProcess(*sources.process, families);
  }
}

}  // namespace

std::vector<prometheus::MetricFamily> collect(const engine::Snapshot& snapshot,
                                              const Sources& sources, core::Now now) {
  Families families;
  addAll(snapshot, sources, now, families);
  return families.take();
}

Exposition collectWithBeside(const engine::Snapshot& snapshot, const Sources& sources,
                             core::Now now) {
  Families families(true);
  addAll(snapshot, sources, now, families);
  Exposition exposition;
  exposition.families = families.take();
  exposition.beside = families.takeBeside();
  exposition.started = snapshot.started.wall;
  return exposition;
}

OpenMetricsWriter::Exemplars exemplarsOf(const engine::Snapshot& snapshot) {
  return [&snapshot](const prometheus::MetricFamily& family, std::size_t metric,
                     std::size_t bucket) -> std::optional<engine::Exemplar> {
    if (family.name != kHealingDuration) {
      return std::nullopt;
    }
    if (snapshot.full_metrics) return snapshot.remedies[metric].duration.exemplar(bucket);
    return std::next(snapshot.healing_durations.begin(), static_cast<std::ptrdiff_t>(metric))
        ->second.exemplar(bucket);
  };
}

}  // namespace heald::metrics
