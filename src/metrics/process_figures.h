#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace heald::metrics {

// What Prometheus wants to know of every process, in its units.
struct ProcessFigures {
  double cpu_seconds = 0;         // user and system
  double start_time_seconds = 0;  // since 1970
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t open_fds = 0;
  double max_fds = 0;  // +Inf when there is no limit
  std::uint64_t threads = 0;
};

// Of this process, from /proc. Nothing when /proc cannot be read. Thread-safe; takes some 50 us.
std::optional<ProcessFigures> readProcessFigures(const std::string& proc = "/proc");

}  // namespace heald::metrics
