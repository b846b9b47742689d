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

// Reads them of this process, from /proc. Thread-safe.
class ProcessReader {
 public:
  explicit ProcessReader(std::string proc = "/proc");
  // Nothing when /proc cannot be read. Takes some 20 us.
  std::optional<ProcessFigures> read() const;

 private:
  const std::string proc_;
  const double boot_time_;  // seconds since 1970
};

}  // namespace heald::metrics
