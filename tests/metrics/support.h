#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "metrics/collect.h"

namespace heald::metrics {

using Labelled = std::vector<std::pair<std::string, std::string>>;

inline core::Now at(int seconds) {
  const core::Duration since = std::chrono::seconds(seconds);
  return {core::BootTime(since), core::WallTime(std::chrono::seconds(1'700'000'000) + since)};
}

inline const prometheus::MetricFamily* familyNamed(
    const std::vector<prometheus::MetricFamily>& families, const std::string& name) {
  const auto found = std::find_if(families.begin(), families.end(),
                                  [&](const auto& family) { return family.name == name; });
  return found == families.end() ? nullptr : &*found;
}

inline bool hasLabels(const prometheus::ClientMetric& metric, const Labelled& labels) {
  return std::all_of(labels.begin(), labels.end(), [&](const auto& wanted) {
    return std::any_of(metric.label.begin(), metric.label.end(), [&](const auto& label) {
      return label.name == wanted.first && label.value == wanted.second;
    });
  });
}

// The value of the series with these labels; nothing when there is none.
inline std::optional<double> valueOf(const std::vector<prometheus::MetricFamily>& families,
                                     const std::string& name, const Labelled& labels = {}) {
  const prometheus::MetricFamily* family = familyNamed(families, name);
  if (family == nullptr) {
    return std::nullopt;
  }
  for (const prometheus::ClientMetric& metric : family->metric) {
    if (hasLabels(metric, labels)) {
      const bool counter = family->type == prometheus::MetricType::Counter;
      return counter ? metric.counter.value : metric.gauge.value;
    }
  }
  return std::nullopt;
}

inline engine::GovernorView governorView(const std::string& name) {
  engine::GovernorView view;
  view.name = name;
  view.backoff = std::chrono::seconds(5);
  view.next_attempt_at = core::BootTime{};
  view.remedies = {name};
  return view;
}

inline engine::GovernorView dormantGovernor(const std::string& name) {
  engine::GovernorView view = governorView(name);
  view.state.dormancy = {"no active api keys", at(90).wall, core::TriggeredBy::kCircuitBreaker, {}};
  view.state.breaker.openPermanently();
  view.state.breaker.failures = 4;
  view.state.breaker.last_failure_at = at(90).wall;
  view.state.consecutive_failures = 4;
  view.next_attempt_at.reset();
  view.counters.dormant_entries = {0, 1, 0};
  view.counters.transitions[0][1] = 1;
  view.counters.suppressed[static_cast<std::size_t>(core::Guard::kDormant)] = 17;
  return view;
}

inline engine::GovernorView openGovernor(const std::string& name) {
  engine::GovernorView view = governorView(name);
  view.state.breaker.openUntil(at(130).boot);
  view.state.consecutive_failures = 3;
  view.state.starts = {at(10).boot, at(20).boot, at(60).boot};
  view.next_attempt_at = at(130).boot;
  return view;
}

inline engine::CheckView checkView(const std::string& name, core::CheckStatus status) {
  engine::CheckView view;
  view.name = name;
  view.kind = "http";
  view.metric_labels = std::make_shared<const engine::MetricLabels>(
      engine::MetricLabels{{"service", "shop"}, {"team", "payments"}});
  view.status = status;
  view.since = at(50).wall;
  view.last_run = at(95).wall;
  view.last_duration = std::chrono::milliseconds(12);
  view.executions = 9;
  view.failures = 2;
  view.missed = 1;
  return view;
}

inline engine::RemedyView remedyView(const std::string& name, const std::string& governor) {
  engine::RemedyView view;
  view.name = name;
  view.governor = governor;
  view.kind = "exec";
  view.totals = {42, 38, {1, 2, 0, 1, 0}};
  view.duration.observe(std::chrono::seconds(3));
  return view;
}

inline engine::TaskView taskView(const std::string& id, engine::TaskKind kind) {
  engine::TaskView view;
  view.id = id;
  view.kind = kind;
  view.period = std::chrono::minutes(5);
  view.uptime = std::chrono::seconds(100);
  view.executions = 12;
  return view;
}

// Taken at 100 s: one governor of each mood, and something of everything else.
inline engine::Snapshot richSnapshot() {
  engine::Snapshot s;
  s.taken = at(100);
  s.started = at(0);
  s.governors = {dormantGovernor("self-healing-main"), openGovernor("web"), governorView("idle")};
  s.checks = {checkView("queue", core::CheckStatus::kCritical),
              checkView("site", core::CheckStatus::kOk)};
  s.checks[0].health = engine::Health::kUnhealthy;
  s.checks[0].measurements = {{"time", 0.25}, {"size\xff", 1024}};
  s.check_durations.try_emplace("http", engine::checkBuckets());
  s.check_durations.at("http").observe(std::chrono::milliseconds(12));
  s.remedies = {remedyView("restart", "self-healing-main"), remedyView("web", "web")};
  s.healing_durations.try_emplace("exec", engine::healingBuckets());
  for (const engine::RemedyView& remedy : s.remedies) {
    s.healing_durations.at("exec").add(remedy.duration);
    for (std::size_t i = 0; i < s.failures.size(); ++i) s.failures[i] += remedy.totals.failures[i];
  }
  for (const engine::GovernorView& governor : s.governors) {
    for (std::size_t i = 0; i < s.suppressed.size(); ++i) {
      s.suppressed[i] += governor.counters.suppressed[i];
    }
  }
  s.governors[1].first_permit = at(70).boot;
  s.governors[1].permits = {1, 0, 0, 2, 0, 0, 3};
  s.governors[1].needs_approvals = true;
  s.approvals_wanted = {{{"web", "", 1}, s.governors[1].name, at(90).wall, "", ""}};
  s.fleets = {{"web", 500, 10, 2, 0, {"node-7", "node-9"}, 3}};
  s.remedies[1].observe = true;
  s.remedies[1].fleet = engine::FleetStanding{{"https://h:3001", "reboots", ""}, {4, 2, 1}, "", {}};
  s.remedies[1].attempt = 7;
  s.remedies[1].target_label = "instance";
  s.remedies[1].by_alert = true;
  s.remedies[1].pause = engine::Pause{at(160).boot, at(90).wall, "moving the disk", "alice"};
  s.checks[0].unhealthy_time = {std::chrono::seconds(50), at(80).boot, false};
  s.incidents = {7, 2, 1};
  s.times_to_heal.try_emplace("http", engine::timeToHealBuckets());
  s.human_actions[static_cast<std::size_t>(engine::HumanAction::kResume)] = 3;
  s.tasks = {taskView("auto-detection-monitoring", engine::TaskKind::kInterval),
             taskView("once", engine::TaskKind::kTimeout)};
  s.tasks[1].enabled = false;
  s.task_limit = 10;
  s.events = {5, 0, 0, 1};
  s.alerts_rejected = {2, 0, 1};
  s.detection_interval = std::chrono::minutes(5);
  return s;
}

inline Sources richSources() {
  Sources sources;
  sources.build = {"0.1.0", "abc", "g++ 12.2"};
  sources.config.hash = 0x1234'5678'9abc'def0;
  sources.store = {8192,
                   4096,
                   true,
                   {{"disk_full", true}, {"locked", false}},
                   {{"load", 1, 0, engine::Histogram(engine::checkBuckets())},
                    {"commit", 10, 1, engine::Histogram(engine::checkBuckets())}}};
  sources.http.requests = {{"/api/status", "GET", 200, 3}};
  sources.http.listeners = {{"metrics", 3, {{"connections", 2}}}};
  engine::Histogram fast(engine::checkBuckets());
  fast.observe(std::chrono::milliseconds(2));
  sources.http.durations = {{"/api/status", fast}, {"/metrics", fast}};
  sources.http.alerts_refused = {{"too_large", 1}, {"invalid", 0}, {"unauthorized", 2}};
  sources.event_queue = {3, 1024};
  sources.notifications = {{"ops", 7, 2, 1, 3}};
  sources.telemetry = {40, 2, 1};
  etcd::Standing& replica = sources.replica.emplace();
  replica.leads = true;
  replica.transitions = 2;
  replica.failures = 3;
  sources.monitored = {{"workers", 20, 3, 1 << 20, 1'700'000'000, 12.5, 2}, {.name = "gone"}};
  sources.log_messages = {0, 20, 2, 1};
  sources.process = ProcessFigures{1.5, 1'700'000'000, 1 << 20, 1 << 24, 12, 1024, 9};
  return sources;
}

}  // namespace heald::metrics
