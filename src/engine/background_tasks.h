#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/time.h"
#include "engine/event.h"
#include "engine/snapshot.h"
#include "heald/result.h"

namespace heald::engine {

// The fixed ids of heald's own periodic jobs.
inline constexpr const char* kDetectionTask = "auto-detection-monitoring";
inline constexpr const char* kPreventiveTask = "self-healing-preventive";
inline constexpr const char* kProcessTask = "process-monitoring";
bool isBuiltIn(const std::string& task);

// One manager owns every periodic or delayed job. An id is there once: registering it again
// replaces the old job, which is stopped and, when it is running, waited for first. At most `limit`
// ids at one time; one more is refused and nothing is evicted. Whether a job may run now is asked
// of `enabled` each time it is due. Jobs keep to a grid and are never run twice at one time; a run
// that is due while the last is not over is counted as an overrun and skipped.
class BackgroundTasks {
 public:
  using Enabled = std::function<bool(const std::string& id)>;

  BackgroundTasks(int limit, Enabled enabled) : limit_(limit), enabled_(std::move(enabled)) {}

  struct Registration {
    std::uint64_t install = 0;
    bool waits = false;  // for the old job, which is running
  };
  // kInvalid: a blank id, one of over 63 bytes, or a period that is not positive. kConflict: it is
  // registered and `replace` is off. kLimit, kShutdown. `first_after` is the time to the first run;
  // the period when not given.
  Result<Registration> add(const RegisterTask& task, core::BootTime now,
                           std::optional<core::Duration> first_after = std::nullopt);
  // What is registered stays, also above a lower limit.
  void setLimit(int limit) { limit_ = limit; }
  // Gives a job another period, from now on; its counts go on. Nothing when it has that already.
  void reschedule(const std::string& id, core::Duration period, core::BootTime now);
  // kNotFound, with the ids that exist. A running job is let finish; it does not run again.
  Result<void> remove(const std::string& id);
  // Nothing is due, and nothing can be registered, from here on.
  void stop();

  struct Due {
    std::string id;
    std::uint64_t install = 0;
  };
  std::vector<Due> takeDue(core::BootTime now);
  std::optional<core::BootTime> nextDue() const;

  // A run has ended. Returns the registration that waited for it, now in force, if there was one.
  std::optional<std::uint64_t> finished(const TaskFinished& event, core::Now now);
  // Registrations that a later one replaced before they came into force; each is told once.
  std::vector<std::uint64_t> takeSuperseded();

  std::vector<TaskView> views(core::BootTime now) const;
  std::uint64_t replacements() const { return replacements_; }
  const std::array<std::uint64_t, 3>& rejections() const { return rejections_; }
  bool running() const;

 private:
  struct Task {
    RegisterTask spec;
    std::uint64_t install = 0;
    core::BootTime registered{};
    core::BootTime due{};
    bool running = false;
    bool removed = false;  // goes when its run ends
    TaskView view;         // counts and last run
    std::optional<RegisterTask> successor;
    std::uint64_t successor_install = 0;
  };

  Error reject(RejectReason reason, ErrorCode code, std::string message);
  void install(Task& task, const RegisterTask& spec, std::uint64_t number, core::BootTime now);
  std::string names() const;

  int limit_;
  Enabled enabled_;
  bool stopped_ = false;
  std::map<std::string, Task> tasks_;
  std::uint64_t installs_ = 0;
  std::uint64_t replacements_ = 0;
  std::array<std::uint64_t, 3> rejections_{};
  std::vector<std::uint64_t> superseded_;
};

}  // namespace heald::engine
