#include <limits>
#include <map>

#include "engine/alert_standing.h"
#include "metrics/sections.h"

namespace heald::metrics {
namespace {

using engine::RemedyView;

std::string_view failureWord(std::size_t i) {
  return toString(static_cast<engine::FailureReason>(i));
}

void addTotals(const engine::Snapshot& s, Families& out) {
  const auto addTotal = [&](const Family& family, std::uint64_t engine::RemedyTotals::*total) {
    family.each(s.remedies, [&](const RemedyView& r) {
      family.add({{"remedy", r.name}, {"governor", r.governor}},
                 static_cast<double>(r.totals.*total));
    });
  };
  addTotal(out.counter("healing_attempts_total", "Attempts that have started.").durable(),
           &engine::RemedyTotals::attempts);
  addTotal(out.counter("healing_successes_total",
                       "Attempts after which the check was healthy again in time.")
               .durable(),
           &engine::RemedyTotals::successes);
  const Family failures = out.counter("healing_failures_total", "Attempts that failed.").durable();
  failures.each(s.remedies, [&](const RemedyView& r) {
    if (s.full_metrics) {
      failures.addCounts({{"remedy", r.name}, {"governor", r.governor}}, "reason",
                         r.totals.failures, failureWord);
    } else {
      failures.add({{"remedy", r.name}, {"governor", r.governor}}, sum(r.totals.failures));
    }
  });
  out.counter("healing_failure_reasons_total", "Attempts of all remedies that failed, by reason.")
      .durable()
      .addCounts({}, "reason", s.failures, failureWord);
}

void addDurations(const engine::Snapshot& s, Families& out) {
  const Family duration =
      out.histogram("healing_duration_seconds", "Length of attempts with their verification.");
  if (s.full_metrics) {
    return duration.each(s.remedies, [&](const RemedyView& r) {
      duration.add({{"kind", r.kind}, {"remedy", r.name}}, r.duration);
    });
  }
  for (const auto& [kind, histogram] : s.healing_durations) {
    duration.add({{"kind", kind}}, histogram);
  }
}

bool paused(const RemedyView& r, core::Now now) {
  return r.pause && now.boot < r.pause->until;
}

void addRemedyInfo(const engine::Snapshot& s, Families& out) {
  const Family info =
      out.gauge("remedy_info",
                "Always 1; the check that asks for the remedy, its governor, its kind, and its "
                "labels in the configuration.");
  info.each(s.remedies, [&](const RemedyView& r) {
    info.addLabelled(
        {{"remedy", r.name}, {"check", r.check}, {"governor", r.governor}, {"kind", r.kind}},
        *r.metric_labels, 1);
  });
}

void addPauses(const engine::Snapshot& s, core::Now now, Families& out) {
  const Family is_paused =
      out.gauge("remedy_paused", "Whether a human, or a maintenance window, has paused it.");
  addEach(is_paused, s.remedies, "remedy", [&](const RemedyView& r) {
    if (paused(r, now)) is_paused.holdsUntil(r.pause->until);
    return paused(r, now);
  });
  const Family until =
      out.gauge("remedy_paused_until_timestamp_seconds",
                "When the pause of the remedy ends by itself, while it is paused.");
  until.each(s.remedies, [&](const RemedyView& r) {
    if (!paused(r, now)) return;
    until.holdsForThisPage();  // the wall clock may be set at any time
    until.add({{"remedy", r.name}}, seconds(wallOf(s, r.pause->until)));
  });
}

// What would be 0 for ever where nothing is only observed.
void addObserved(const engine::Snapshot& s, Families& out) {
  const Family observes =
      out.gauge("remedy_observe_mode",
                "Always 1; the remedies that are decided upon and counted, but not run.");
  observes.each(s.remedies, [&](const RemedyView& r) {
    if (r.observe) observes.add({{"remedy", r.name}}, 1);
  });
  const Family would =
      out.counter("healing_would_attempt_total",
                  "Attempts that would have started, were the remedy not in observe mode.");
  would.each(s.remedies, [&](const RemedyView& r) {
    if (r.observe || r.would_attempt > 0 || s.full_metrics) {
      would.add({{"remedy", r.name}}, static_cast<double>(r.would_attempt));
    }
  });
}

// Where a remedy needs a permit of another heald.
void addFleetAnswers(const engine::Snapshot& s, Families& out) {
  const Family answers =
      out.counter("remedy_permits_total",
                  "Questions for a permit of another heald's fleet, by what it answered.");
  answers.each(s.remedies, [&](const RemedyView& r) {
    for (std::size_t i = 0; r.fleet && i < r.fleet->answers.size(); ++i) {
      answers.add({{"remedy", r.name},
                   {"answer", std::string(toString(static_cast<engine::FleetAnswer>(i)))}},
                  static_cast<double>(r.fleet->answers[i]));
    }
  });
}

// Of all remedies and permits together.
void addLimits(const engine::Snapshot& s, Families& out) {
  out.gauge("healing_actions_running", "Actions that run now, outstanding permits included.")
      .add({}, s.actions_running);
  out.gauge("healing_actions_running_limit", "healing.max_concurrent: the most that may run.")
      .add({}, s.max_concurrent);
  out.gauge("healing_attempts_unverified", "Attempts whose effect is not known yet.")
      .add({}, s.attempts_in_progress);
  out.gauge("healing_attempts_unverified_limit", "healing.max_unverified; +Inf: no limit.")
      .add({}, s.max_unverified ? *s.max_unverified : std::numeric_limits<double>::infinity());
}

void addAlerts(const engine::Snapshot& s, core::Now now, Families& out) {
  struct Counts {
    std::size_t firing = 0;
    std::size_t held_back = 0;
  };
  std::map<std::string, Counts> counts;
  for (const RemedyView& r : s.remedies) {
    if (r.by_alert) {
      counts[r.name];
    }
  }
  for (const engine::AlertStanding& standing : engine::alertStandings(s, now)) {
    counts[standing.remedy].firing += standing.firing;
    counts[standing.remedy].held_back += standing.heldBack() ? 1 : 0;
  }
  const Family firing = out.gauge("alerts_firing", "Alerts that fire for the remedy.");
  for (const auto& [remedy, count] : counts) {
    firing.add({{"remedy", remedy}}, static_cast<double>(count.firing));
  }
  const Family held_back = out.gauge("alert_targets_held_back",
                                     "Targets of the remedy with an alert that fires, whose next "
                                     "attempt a guard or a pause holds back.");
  for (const auto& [remedy, count] : counts) {
    held_back.add({{"remedy", remedy}}, static_cast<double>(count.held_back));
  }
}

// What other families tell as well.
void addMore(const engine::Snapshot& s, Families& out) {
  addEach(out.counter("healing_allowed_total",
                      "Attempts that every guard let through at their start, in observe mode too."),
          s.remedies, "remedy", [](const RemedyView& r) { return r.allowed; });
  addEach(out.gauge("healing_in_progress", "Whether an attempt of the remedy is in progress."),
          s.remedies, "remedy", [](const RemedyView& r) { return r.attempt != 0; });
  addEach(out.gauge("healing_last_success_timestamp_seconds",
                    "When an attempt last succeeded; 0 if not since heald started."),
          s.remedies, "remedy", [](const RemedyView& r) { return seconds(r.last_success); });
}

}  // namespace

void addRemedies(const engine::Snapshot& s, core::Now now, Families& out) {
  addTotals(s, out);
  addRemedyInfo(s, out);
  addPauses(s, now, out);
  addLimits(s, out);
  addAlerts(s, now, out);
  addEach(out.counter("healing_detected_total",
                      "Events that wanted the remedy: unhealthy results, preventive runs, humans."),
          s.remedies, "remedy", [](const RemedyView& r) { return r.detected; });
  addDurations(s, out);
  addObserved(s, out);
  addFleetAnswers(s, out);
  if (s.full_metrics) addMore(s, out);
  out.counter("preventive_runs_total", "Runs of the task self-healing-preventive.")
      .add({}, static_cast<double>(s.preventive_runs));
  out.counter("preventive_run_failures_total", "Runs of self-healing-preventive that failed.")
      .add({}, static_cast<double>(s.preventive_failures));
}

}  // namespace heald::metrics
