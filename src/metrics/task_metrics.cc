#include <algorithm>

#include "metrics/sections.h"

namespace heald::metrics {
namespace {

using engine::TaskView;

template <class ValueOf>
void addEachTask(Family family, const engine::Snapshot& s, ValueOf valueOf) {
  for (const TaskView& task : s.tasks) {
    family.add({{"task", task.id}}, static_cast<double>(valueOf(task)));
  }
}

void addManager(const engine::Snapshot& s, Families& out) {
  const auto active = std::count_if(s.tasks.begin(), s.tasks.end(),
                                    [](const TaskView& task) { return task.enabled; });
  out.gauge("background_tasks", "Background tasks that are registered.")
      .add({}, static_cast<double>(s.tasks.size()));
  out.gauge("background_tasks_active", "Background tasks that are enabled.")
      .add({}, static_cast<double>(active));
  out.gauge("background_tasks_limit", "The most background tasks at one time.")
      .add({}, s.task_limit);
  out.counter("background_task_replacements_total",
              "Registrations that took the place of an old task of the same id.")
      .add({}, static_cast<double>(s.task_replacements));
  out.counter("background_task_rejections_total", "Registrations that were refused, by reason.")
      .addCounts({}, "reason", s.task_rejections,
                 [](std::size_t i) { return toString(static_cast<engine::RejectReason>(i)); });
}

void addState(const engine::Snapshot& s, Families& out) {
  const Family info = out.gauge("background_task_info", "The kind of the task; always 1.");
  for (const TaskView& task : s.tasks) {
    const bool interval = task.kind == engine::TaskKind::kInterval;
    info.add({{"task", task.id}, {"kind", interval ? "interval" : "timeout"}}, 1);
  }
  addEachTask(out.gauge("background_task_enabled", "Whether the task runs when it is due."), s,
              [](const TaskView& task) { return task.enabled; });
  addEachTask(out.gauge("background_task_uptime_seconds", "Time since the task was registered."), s,
              [](const TaskView& task) { return seconds(task.uptime); });
  addEachTask(out.gauge("background_task_start_timestamp_seconds", "When it was registered."), s,
              [&](const TaskView& task) {
                const core::Duration after = s.taken.boot - task.uptime - s.started.boot;
                return seconds(s.started.wall + after);
              });
  addEachTask(out.gauge("background_task_interval_seconds",
                        "The period of an interval, the delay of a timeout."),
              s, [](const TaskView& task) { return seconds(task.period); });
}

void addRuns(const engine::Snapshot& s, Families& out) {
  addEachTask(out.gauge("background_task_last_run_timestamp_seconds",
                        "When the task ran last; 0 if never."),
              s, [](const TaskView& task) { return seconds(task.last_run); });
  addEachTask(out.gauge("background_task_last_duration_seconds", "How long the last run took."), s,
              [](const TaskView& task) { return seconds(task.last_duration); });
  addEachTask(out.counter("background_task_executions_total", "Runs of the task."), s,
              [](const TaskView& task) { return task.executions; });
  addEachTask(out.counter("background_task_failures_total", "Runs of the task that failed."), s,
              [](const TaskView& task) { return task.failures; });
  addEachTask(out.counter("background_task_overruns_total",
                          "Runs that were skipped because the one before was not over."),
              s, [](const TaskView& task) { return task.overruns; });
}

}  // namespace

void addTasks(const engine::Snapshot& s, Families& out) {
  addManager(s, out);
  addState(s, out);
  addRuns(s, out);
}

}  // namespace heald::metrics
