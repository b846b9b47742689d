#include "metrics/collect.h"

#include "metrics/sections.h"

namespace heald::metrics {
namespace {

void addAll(const engine::Snapshot& snapshot, const Sources& sources, core::Now now,
            Families& families) {
  addEngine(snapshot, sources, now, families);
  if (snapshot.standby.empty()) {  // else another replica knows, and tells
    addGovernors(snapshot, now, families);
    addBreakers(snapshot, now, families);
    addRemedies(snapshot, now, families);
  }
  addTasks(snapshot, families);
  addChecks(snapshot, families);
  addEvents(snapshot, sources, families);
  addMonitored(sources.monitored, families);
  addSelf(snapshot, sources, families);
  if (sources.process) {
    addProcess(*sources.process, families);
  }
}

}  // namespace

Page textOf(const engine::Snapshot& snapshot, const Sources& sources, core::Now now,
            TextFormat format, Layout& layout) {
  TextFamilies families(format, layout, now.boot, snapshot.full_metrics);
  addAll(snapshot, sources, now, families);
  return families.take();
}

Exposition collectWithBeside(const engine::Snapshot& snapshot, const Sources& sources,
                             core::Now now) {
  ObjectFamilies families;
  addAll(snapshot, sources, now, families);
  return {families.take(), snapshot.started.wall};
}

std::vector<prometheus::MetricFamily> collect(const engine::Snapshot& snapshot,
                                              const Sources& sources, core::Now now) {
  std::vector<prometheus::MetricFamily> families;
  for (auto& one : collectWithBeside(snapshot, sources, now).families) {
    families.push_back(std::move(one.family));
  }
  return families;
}

}  // namespace heald::metrics
