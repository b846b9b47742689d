#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "heald/result.h"

namespace heald {

// How a job is registered. A job that is not `enabled` is there, is listed, and does not run.
// With `replace` off, an id that is registered already is refused.
struct TaskOptions {
  bool enabled = true;
  bool replace = true;
};

// What is known of a job.
struct TaskInfo {
  std::string id;
  std::string type;  // "interval" or "timeout"
  bool enabled = true;
  std::uint64_t execution_count = 0;
  std::uint64_t failures = 0;  // runs that ended with an exception
  std::chrono::seconds uptime{};
};

// Owns every periodic or delayed job of the engine: heald's own three (auto-detection-monitoring,
// self-healing-preventive, process-monitoring) and those of the embedding program.
//
// An id is registered once: registering it again replaces the old job, which is stopped and, when
// it is running, waited for; the call returns when the new one is in force. At most 10 ids (or
// background_tasks.limit) at one time: one more is refused with kLimit, and nothing is evicted.
// Jobs run on heald's worker threads, never twice at one time. All of them end when the daemon
// stops.
//
// Thread-safe. Not to be called for its own id from within a job (kConflict): it would wait for
// itself.
class BackgroundTaskManager {
 public:
  using Function = std::function<void()>;

  virtual ~BackgroundTaskManager() = default;
  virtual Result<void> registerInterval(const std::string& id, Function function,
                                        std::chrono::nanoseconds period,
                                        TaskOptions options = {}) = 0;
  // Runs once, after `delay`, and is unregistered then.
  virtual Result<void> registerTimeout(const std::string& id, Function function,
                                       std::chrono::nanoseconds delay,
                                       TaskOptions options = {}) = 0;
  // kNotFound with the ids that exist. A running job is let finish, and does not run again.
  virtual Result<void> unregister(const std::string& id) = 0;
  virtual std::vector<TaskInfo> tasks() const = 0;
};

}  // namespace heald
