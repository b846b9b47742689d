#include "metrics/sections.h"

namespace heald::metrics {

void addProcess(const ProcessFigures& process, Families& out) {
  out.counter("process_cpu_seconds_total", "CPU time of this process, user and system.")
      .add({}, process.cpu_seconds);
  out.gauge("process_resident_memory_bytes", "Memory of this process that is in RAM.")
      .add({}, static_cast<double>(process.resident_bytes));
  out.gauge("process_virtual_memory_bytes", "Address space of this process.")
      .add({}, static_cast<double>(process.virtual_bytes));
  out.gauge("process_open_fds", "File descriptors that are open.")
      .add({}, static_cast<double>(process.open_fds));
  out.gauge("process_max_fds", "File descriptors that may be open.").add({}, process.max_fds);
  out.gauge("process_threads", "Threads of this process.")
      .add({}, static_cast<double>(process.threads));
  out.gauge("process_start_time_seconds", "When this process started, since 1970.")
      .add({}, process.start_time_seconds);
}

}  // namespace heald::metrics
