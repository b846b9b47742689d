#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "io/fd.h"

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

// Reads them of the process that made it, from /proc. Holds two descriptors, so that a scrape looks
// up no path. Thread-safe.
class ProcessReader {
 public:
  explicit ProcessReader(const std::string& proc = "/proc");
  // Nothing when /proc cannot be read. Takes some 5 us.
  std::optional<ProcessFigures> read() const;

 private:
  std::uint64_t openFds() const;

  const std::string fds_;
  const double boot_time_;  // seconds since 1970
  const io::UniqueFd stat_;
  io::UniqueFd folder_;  // of descriptors; none where its size does not tell how many there are
};

}  // namespace heald::metrics
