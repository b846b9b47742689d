#include "engine/background_tasks.h"

#include <algorithm>
#include <utility>

namespace heald::engine {
namespace {

constexpr std::size_t kIdLimit = 63;

}  // namespace

bool isBuiltIn(const std::string& task) {
  return task == kDetectionTask || task == kPreventiveTask || task == kProcessTask;
}

Error BackgroundTasks::reject(RejectReason reason, ErrorCode code, std::string message) {
  ++rejections_[static_cast<std::size_t>(reason)];
  return Error{code, std::move(message)};
}

Result<BackgroundTasks::Registration> BackgroundTasks::add(
    const RegisterTask& spec, core::BootTime now, std::optional<core::Duration> first_after) {
  if (spec.id.empty() || spec.id.size() > kIdLimit || spec.period <= core::Duration::zero()) {
    return Error{ErrorCode::kInvalid,
                 "a background task needs an id of 1 to 63 bytes and a period above zero"};
  }
  if (stopped_) {
    return reject(RejectReason::kShutdown, ErrorCode::kShutdown,
                  "heald is stopping: no background task can be registered any more");
  }
  const auto found = tasks_.find(spec.id);
  const bool exists = found != tasks_.end() && !found->second.removed;
  if (exists && !spec.replace) {
    return reject(RejectReason::kDuplicate, ErrorCode::kConflict,
                  "background task \"" + spec.id + "\" is registered already (replace is off)");
  }
  if (found == tasks_.end() && static_cast<int>(tasks_.size()) >= limit_) {
    return reject(RejectReason::kLimit, ErrorCode::kLimit,
                  "background task \"" + spec.id + "\" refused: all " + std::to_string(limit_) +
                      " places are taken by " + names());
  }
  replacements_ += exists ? 1 : 0;
  Task& task = tasks_[spec.id];
  const std::uint64_t number = ++installs_;
  if (task.running) {
    if (task.successor) {
      superseded_.push_back(task.successor_install);
    }
    task.successor = spec;
    task.successor_install = number;
    return Registration{number, true};
  }
  install(task, spec, number, now);
  task.due = now + first_after.value_or(spec.period);
  return Registration{number, false};
}

void BackgroundTasks::install(Task& task, const RegisterTask& spec, std::uint64_t number,
                              core::BootTime now) {
  task.spec = spec;
  task.install = number;
  task.registered = now;
  task.due = now + spec.period;
  task.removed = false;
  task.successor.reset();
  task.view.id = spec.id;
  task.view.kind = spec.kind;
  task.view.period = spec.period;
}

void BackgroundTasks::reschedule(const std::string& id, core::Duration period, core::BootTime now) {
  Task& task = tasks_.at(id);
  if (task.spec.period != period) {
    task.spec.period = period;
    task.view.period = period;
    task.due = now + period;
  }
}

Result<void> BackgroundTasks::remove(const std::string& id) {
  const auto found = tasks_.find(id);
  if (found == tasks_.end() || found->second.removed) {
    return Error{ErrorCode::kNotFound,
                 "no background task \"" + id + "\" (there are: " + names() + ")"};
  }
  Task& task = found->second;
  if (!task.running) {
    tasks_.erase(found);
    return {};
  }
  task.removed = true;
  if (task.successor) {
    superseded_.push_back(task.successor_install);
    task.successor.reset();
  }
  return {};
}

void BackgroundTasks::stop() {
  stopped_ = true;
  for (auto& [id, task] : tasks_) {
    if (task.successor) {
      superseded_.push_back(task.successor_install);
      task.successor.reset();
    }
  }
}

std::vector<BackgroundTasks::Due> BackgroundTasks::takeDue(core::BootTime now) {
  std::vector<Due> due;
  if (stopped_) {
    return due;
  }
  for (auto& [id, task] : tasks_) {
    if (task.due > now || task.removed) {
      continue;
    }
    task.due += ((now - task.due) / task.spec.period + 1) * task.spec.period;
    if (!task.spec.enabled || !enabled_(id)) {
      continue;
    }
    if (task.running) {
      // A timeout runs once: nothing was skipped.
      task.view.overruns += task.spec.kind == TaskKind::kTimeout ? 0 : 1;
      continue;
    }
    task.running = true;
    due.push_back({id, task.install});
  }
  return due;
}

std::optional<core::BootTime> BackgroundTasks::nextDue() const {
  std::optional<core::BootTime> next;
  if (stopped_) {
    return next;
  }
  for (const auto& [id, task] : tasks_) {
    if (!task.removed && (!next || task.due < *next)) {
      next = task.due;
    }
  }
  return next;
}

std::optional<std::uint64_t> BackgroundTasks::finished(const TaskFinished& event, core::Now now) {
  const auto found = tasks_.find(event.id);
  if (found == tasks_.end() || !found->second.running || found->second.install != event.install) {
    return std::nullopt;
  }
  Task& task = found->second;
  task.running = false;
  ++task.view.executions;
  task.view.failures += event.ok ? 0 : 1;
  task.view.last_run = now.wall;
  task.view.last_duration = event.took;
  if (task.successor) {
    const RegisterTask spec = *task.successor;
    install(task, spec, task.successor_install, now.boot);
    return task.install;
  }
  if (task.removed || task.spec.kind == TaskKind::kTimeout) {
    tasks_.erase(found);
  }
  return std::nullopt;
}

std::vector<std::uint64_t> BackgroundTasks::takeSuperseded() {
  return std::exchange(superseded_, {});
}

std::vector<TaskView> BackgroundTasks::views(core::BootTime now) const {
  std::vector<TaskView> views;
  for (const auto& [id, task] : tasks_) {
    TaskView view = task.view;
    view.enabled = task.spec.enabled && !task.removed && enabled_(id);
    view.running = task.running;
    view.uptime = now - task.registered;
    views.push_back(std::move(view));
  }
  // The order of registration, which is what people expect to read.
  const auto earlier = [this](const TaskView& a, const TaskView& b) {
    return tasks_.at(a.id).install < tasks_.at(b.id).install;
  };
  std::sort(views.begin(), views.end(), earlier);
  return views;
}

bool BackgroundTasks::running() const {
  return std::any_of(tasks_.begin(), tasks_.end(),
                     [](const auto& entry) { return entry.second.running; });
}

std::string BackgroundTasks::names() const {
  std::string names;
  for (const auto& [id, task] : tasks_) {
    names += (names.empty() ? "" : ", ") + id;
  }
  return names;
}

}  // namespace heald::engine
