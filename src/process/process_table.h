#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/time.h"
#include "heald/result.h"

namespace heald::process {

// One process as /proc tells of it.
struct ProcessInfo {
  pid_t pid = 0;
  pid_t parent = 0;   // 0: outside this pid namespace
  pid_t session = 0;  // likewise
  char state = '?';
  std::uint64_t started = 0;  // ticks since boot; with the pid it names one process for ever
  std::uint64_t cpu_ticks = 0;
  std::uint64_t resident_bytes = 0;
  uid_t user = 0;    // the effective one
  std::string name;  // what the kernel calls it: at most 15 bytes
  // Of its command line, at most 4096 bytes. Empty for a zombie and for a thread of the kernel.
  std::vector<std::string> arguments;
  // The file that it runs, looked up when its command line names none by an absolute path; "" when
  // heald may not know.
  std::string program;

  bool dead() const { return state == 'Z' || state == 'X'; }
};

// All processes that can be seen, by ascending pid.
struct ProcessTable {
  std::string proc;
  std::vector<ProcessInfo> processes;
  bool complete = true;  // false: processes of other users are hidden (hidepid)

  const ProcessInfo* find(pid_t pid) const;
};

// Fails with kUnavailable when /proc cannot be read. Some 20 us a process. May hang as long as the
// kernel holds on to the memory of a process: see io/looks.h.
Result<ProcessTable> readProcesses(const std::string& proc = "/proc");
// Nothing when there is no such process (any more).
std::optional<ProcessInfo> readProcess(pid_t pid, const std::string& proc = "/proc");
// The value of a variable in the environment that it was started with. Nothing when it has none, or
// when heald may not know.
std::optional<std::string> environmentOf(pid_t pid, const std::string& variable,
                                         const std::string& proc = "/proc");

// Between ticks since boot and other measures.
double secondsOfTicks(std::uint64_t ticks);
std::uint64_t ticksSinceBoot();
core::WallTime wallTimeOfTicks(std::uint64_t ticks);

}  // namespace heald::process
