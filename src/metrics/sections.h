#pragma once

#include <ranges>

#include "core/time.h"
#include "engine/snapshot.h"
#include "metrics/family.h"
#include "metrics/sources.h"

namespace heald::metrics {

// The governors that have series of their own: not those of targets that nobody listed, of which
// there may be any number over time.
inline auto exposed(const engine::Snapshot& snapshot) {
  return snapshot.governors | std::views::filter(&engine::GovernorView::exposed);
}

// The sections of docs/metrics.md; each adds its families. With Snapshot::full_metrics they add
// those of "Full detail" too, and its labels to others.
void addEngine(const engine::Snapshot&, const Sources&, core::Now, Families&);
void addGovernors(const engine::Snapshot&, core::Now, Families&);
void addBreakers(const engine::Snapshot&, core::Now, Families&);
void addRemedies(const engine::Snapshot&, core::Now, Families&);
void addTasks(const engine::Snapshot&, Families&);
void addChecks(const engine::Snapshot&, core::Now, Families&);
void addEvents(const engine::Snapshot&, const Sources&, Families&);
void addMonitored(const std::vector<process::MonitoredProcess>&, Families&);
void addSelf(const engine::Snapshot&, const Sources&, Families&);
void addProcess(const ProcessFigures&, Families&);

}  // namespace heald::metrics
