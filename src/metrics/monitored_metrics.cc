#include "metrics/sections.h"

namespace heald::metrics {

void addMonitored(const std::vector<process::MonitoredProcess>& all, Families& out) {
  using Process = process::MonitoredProcess;
  addEach(out.gauge("monitored_process_up", "Whether an instance of the process was alive."), all,
          "process", [](const Process& p) { return p.instances > 0; });
  addEach(out.gauge("monitored_process_instances", "Instances of the process that were alive."),
          all, "process", [](const Process& p) { return p.instances; });
  addEach(out.gauge("monitored_process_orphans", "Those of them that were orphans."), all,
          "process", [](const Process& p) { return p.orphans; });
  addEach(out.gauge("monitored_process_resident_memory_bytes",
                    "Memory of all instances that was in RAM."),
          all, "process", [](const Process& p) { return p.resident_bytes; });
  addEach(out.gauge("monitored_process_start_time_seconds",
                    "When the oldest instance started, since 1970."),
          all, "process", [](const Process& p) { return p.start_time_seconds; });
  addEach(out.counter("monitored_process_cpu_seconds_total",
                      "CPU time that instances have used while they were watched."),
          all, "process", [](const Process& p) { return p.cpu_seconds; });
  addEach(out.counter("monitored_process_restarts_total",
                      "Times that all instances were gone and others came."),
          all, "process", [](const Process& p) { return p.restarts; });
}

}  // namespace heald::metrics
