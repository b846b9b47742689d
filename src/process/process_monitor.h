#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "io/looks.h"
#include "process/process_selector.h"

namespace heald::process {

struct WatchedProcess {
  std::string name;  // unique among those that are watched
  ProcessSelector selector;
};

// What the last look found. The counters only grow while the name is watched with one selector.
struct MonitoredProcess {
  std::string name;
  int instances = 0;  // alive; it is up when there is one
  int orphans = 0;
  std::uint64_t resident_bytes = 0;  // of all instances
  double start_time_seconds = 0;     // of the oldest instance, since 1970; 0 when there is none
  // What the instances have used while they were watched. What one uses after the last look that
  // finds it is missed.
  double cpu_seconds = 0;
  // How often all instances were gone and others came: a look finds some, and none of those that
  // the last look to find any had found.
  std::uint64_t restarts = 0;
};

// Follows processes over time, from look to look. Whoever owns it gives it the list, calls look()
// now and then, and may read the figures at any time. Thread-safe.
class ProcessMonitor {
 public:
  explicit ProcessMonitor(io::Looks& looks) : looks_(looks) {}

  // Those that are watched from here on. What is known of one that stays the same is kept.
  void watch(std::vector<WatchedProcess> processes);
  // Looks at all of them; false when some, or all, could not be looked at: their figures stay as
  // they were. Takes some 20 us a process of the machine, and gives up after 30 s.
  bool look(const std::string& proc = "/proc");
  // In the order of the list.
  std::vector<MonitoredProcess> figures() const;

 private:
  using Identity = std::pair<pid_t, std::uint64_t>;  // pid and start
  struct Entry {
    WatchedProcess watched;
    MonitoredProcess figures;
    bool looked = false;
    std::map<Identity, std::uint64_t> cpu_ticks;  // of the instances of the last look
    std::set<Identity> last_up;                   // of the last look that found any
  };

  static void update(Entry& entry, const Selection& selection, std::uint64_t last_look);
  static std::uint64_t newTicks(const Entry& entry, const ProcessInfo& process,
                                std::uint64_t last_look);

  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
  std::uint64_t last_look_ = 0;  // ticks since boot
  io::Looks& looks_;
  const io::Looks::Place processes_;
};

}  // namespace heald::process
