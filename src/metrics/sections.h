#pragma once

#include "core/time.h"
#include "engine/snapshot.h"
#include "metrics/family.h"
#include "metrics/sources.h"

namespace heald::metrics {

// Each governor that has series of its own: not those of targets that nobody listed, of which there
// may be any number over time.
template <class Write>
void eachExposed(const Family& family, const engine::Snapshot& snapshot, Write write) {
  family.each(snapshot.governors, [&](const engine::GovernorView& governor) {
    if (governor.exposed) write(governor);
  });
}

// A series for each of them.
template <class ValueOf>
void addEachExposed(const Family& family, const engine::Snapshot& snapshot, ValueOf valueOf) {
  eachExposed(family, snapshot, [&](const engine::GovernorView& governor) {
    family.add({{"governor", governor.name}}, static_cast<double>(valueOf(governor)));
  });
}

// The sections of docs/metrics.md; each adds its families. With Snapshot::full_metrics they add
// those of "Full detail" too, and its labels to others.
void addEngine(const engine::Snapshot&, const Sources&, core::Now, Families&);
void addGovernors(const engine::Snapshot&, core::Now, Families&);
void addBreakers(const engine::Snapshot&, core::Now, Families&);
void addRemedies(const engine::Snapshot&, core::Now, Families&);
void addTasks(const engine::Snapshot&, Families&);
void addChecks(const engine::Snapshot&, Families&);
void addEvents(const engine::Snapshot&, const Sources&, Families&);
void addMonitored(const std::vector<process::MonitoredProcess>&, Families&);
void addSelf(const engine::Snapshot&, const Sources&, Families&);
void addProcess(const ProcessFigures&, Families&);

}  // namespace heald::metrics
