#include "metrics/sections.h"

namespace heald::metrics {
namespace {

using core::CheckStatus;
using engine::CheckView;
using engine::Health;

void addCheckInfo(const engine::Snapshot& s, Families& out) {
  const Family info = out.gauge(
      "check_info", "Always 1; the kind of the check, and its labels in the configuration.");
  info.each(s.checks, [&](const CheckView& check) {
    info.addLabelled({{"check", check.name}, {"kind", check.kind}}, *check.metric_labels, 1);
  });
}

// The result of one run, before it is clear what to make of it.
void addStatus(const engine::Snapshot& s, Families& out) {
  const Family status =
      out.gauge("check_status", "The result of the last run; 1 for the present one.");
  status.each(s.checks, [&](const CheckView& check) {
    status.addStates({{"check", check.name}}, "status", core::kCheckStatuses,
                     std::optional(check.status),
                     [](CheckStatus value) { return toString(value); });
  });
  addEach(out.gauge("check_last_run_timestamp_seconds", "When the last run ended; 0 if never."),
          s.checks, "check", [](const CheckView& check) { return seconds(check.last_run); });
}

void addHealth(const engine::Snapshot& s, Families& out) {
  const Family health = out.gauge(
      "check_health",
      "What the last results amount to; unknown as long as the last one is, unless unhealthy.");
  health.each(s.checks, [&](const CheckView& check) {
    health.addStates({{"check", check.name}}, "health", core::kHealths,
                     std::optional(shownHealth(check)),
                     [](Health value) { return toString(value); });
  });
  addEach(out.gauge("check_status_since_timestamp_seconds",
                    "Since when the check has its present status; 0 before the first run."),
          s.checks, "check", [](const CheckView& check) { return seconds(check.since); });
}

void addRuns(const engine::Snapshot& s, Families& out) {
  addEach(out.counter("check_executions_total", "Runs of the check that have ended."), s.checks,
          "check", [](const CheckView& check) { return check.executions; });
  addEach(out.counter("check_failures_total", "Runs of the check that ended critical."), s.checks,
          "check", [](const CheckView& check) { return check.failures; });
  addEach(out.counter("check_warnings_total", "Runs of the check that ended in a warning."),
          s.checks, "check", [](const CheckView& check) { return check.warnings; });
  addEach(out.counter("check_missed_runs_total",
                      "Runs that were skipped because the one before was not over."),
          s.checks, "check", [](const CheckView& check) { return check.missed; });
  addEach(out.gauge("check_last_duration_seconds", "How long the last run took."), s.checks,
          "check", [](const CheckView& check) { return seconds(check.last_duration); });
  const Family duration =
      out.histogram("check_duration_seconds", "Length of runs, by the kind of the check.");
  for (const auto& [kind, histogram] : s.check_durations) {
    duration.add({{"kind", kind}}, histogram);
  }
}

// What the time that checks are unhealthy comes to.
void addIncidents(const engine::Snapshot& s, Families& out) {
  const Family unhealthy =
      out.counter("check_unhealthy_seconds_total", "How long the check has been unhealthy.")
          .durable();
  // Until the snapshot, and not until now: a recovery that it has not seen would take time back.
  addEach(unhealthy, s.checks, "check", [&](const CheckView& check) {
    if (check.unhealthy_time.since) unhealthy.holdsForThisPage();
    return seconds(check.unhealthy_time.total(s.taken.boot));
  });
  out.counter("incidents_total", "Times that a check was unhealthy, by what ended it.")
      .durable()
      .addCounts({}, "ended_by", s.incidents,
                 [](std::size_t i) { return toString(static_cast<engine::EndedBy>(i)); });
  const Family times = out.histogram("time_to_heal_seconds",
                                     "From unhealthy to healthy again, by the kind of the check.")
                           .durable();
  for (const auto& [kind, histogram] : s.times_to_heal) {
    times.add({{"kind", kind}}, histogram);
  }
}

void addPerfdata(const engine::Snapshot& s, Families& out) {
  const Family perfdata = out.gauge(
      "check_perfdata", "What the last run measured beside its status, in base units, by label.");
  perfdata.each(s.checks, [&](const CheckView& check) {
    for (const core::Measurement& each : check.measurements) {
      perfdata.add({{"check", check.name}, {"label", each.label}}, each.value);
    }
  });
}

}  // namespace

void addChecks(const engine::Snapshot& s, Families& out) {
  addCheckInfo(s, out);
  addHealth(s, out);
  if (s.full_metrics) addStatus(s, out);
  addRuns(s, out);
  addIncidents(s, out);
  addPerfdata(s, out);
  out.gauge("detection_interval_seconds", "The period of auto-detection-monitoring.")
      .add({}, seconds(s.detection_interval));
  out.gauge("detection_last_cycle_timestamp_seconds",
            "When the last cycle of detection began; 0 if none has.")
      .add({}, seconds(s.last_cycle));
  out.counter("detection_cycles_total", "Cycles of detection that have begun.")
      .add({}, static_cast<double>(s.cycles));
}

void addEvents(const engine::Snapshot& s, const Sources& sources, Families& out) {
  out.counter("events_total", "Events that ask for healing, by where they come from.")
      .addCounts({}, "source", s.events,
                 [](std::size_t i) { return toString(static_cast<engine::EventSource>(i)); });
  out.counter("events_dropped_total", "Events that led to nothing, by reason.")
      .addCounts({}, "reason", s.dropped,
                 [](std::size_t i) { return toString(static_cast<engine::DropReason>(i)); });
  const Family rejected = out.counter(
      "alerts_rejected_total",
      "Alerts that were not taken, by reason; a notification refused as a whole counts as one.");
  rejected.addCounts({}, "reason", s.alerts_rejected, [](std::size_t i) {
    return toString(static_cast<engine::AlertRejection>(i));
  });
  for (const auto& [reason, count] : sources.http.alerts_refused) {
    rejected.add({{"reason", reason}}, static_cast<double>(count));
  }
  out.counter("alert_labels_refused_total",
              "Labels of alerts that no remedy got, as their names differ in case only.")
      .add({}, static_cast<double>(s.labels_refused));
  out.gauge("event_queue_length", "Events that wait for the engine.")
      .add({}, static_cast<double>(sources.event_queue.length));
  out.gauge("event_queue_capacity", "The most events that may wait for the engine.")
      .add({}, static_cast<double>(sources.event_queue.capacity));
  out.histogram("event_wait_seconds", "Time from an event to the start of its attempt.")
      .add({}, s.event_wait);
}

}  // namespace heald::metrics
