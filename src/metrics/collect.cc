#include "metrics/collect.h"

#include "metrics/sections.h"

namespace heald::metrics {

std::vector<prometheus::MetricFamily> collect(const engine::Snapshot& snapshot,
                                              const Sources& sources, core::Now now) {
  Families families;
  addEngine(snapshot, sources, now, families);
  addGovernors(snapshot, now, families);
  addBreakers(snapshot, now, families);
  addRemedies(snapshot, now, families);
  addTasks(snapshot, families);
  addChecks(snapshot, families);
  addEvents(snapshot, sources, families);
  addMonitored(sources.monitored, families);
  addSelf(snapshot, sources, families);
  if (sources.process) {
    addProcess(*sources.process, families);
  }
  return families.take();
}

}  // namespace heald::metrics
