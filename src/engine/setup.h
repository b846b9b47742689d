#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/check_status.h"
#include "core/feature_flags.h"
#include "core/governor.h"
#include "core/label_pattern.h"
#include "core/time.h"
#include "core/weekly.h"
#include "engine/fleet.h"

namespace heald::engine {

// What the engine is told about the world: the configuration without its kinds. The engine knows
// that there is a check called "queue" that runs every 30 s; that it is a TCP connect is the
// runtime's.

// What whoever configured a check or remedy calls it by in metrics, and nowhere else (team,
// service), sorted by name. Never null; shared, because every snapshot has them.
using MetricLabels = std::vector<std::pair<std::string, std::string>>;
using SharedMetricLabels = std::shared_ptr<const MetricLabels>;
inline SharedMetricLabels noMetricLabels() {
  static const SharedMetricLabels none = std::make_shared<const MetricLabels>();
  return none;
}

struct CheckSpec {
  std::string name;
  std::string kind;  // "http", "exec", …: a label, nothing more
  SharedMetricLabels metric_labels = noMetricLabels();
  core::Duration interval = std::chrono::minutes(5);
  core::Duration timeout = std::chrono::seconds(10);
  // Without an interval of its own a check runs with each cycle of auto-detection-monitoring.
  bool follows_cycle = true;
  int unhealthy_after = 1;  // consecutive results, both ways: no flapping
  int healthy_after = 1;
  bool warning_is_healthy = false;  // deprecated: a warning is not even shown as one
  // While one of these (or one that they depend on) is unhealthy, no remedy of this check starts.
  std::vector<std::string> depends_on;
};

// Success is: the action ended well, and the check needs the remedy no longer (AnswersTo::healed)
// between `after` and `within`,
// both counted from the end of the action. `within` is six times `after` unless configured; equal
// to `after`, the check is looked at once.
struct VerifyPolicy {
  core::Duration after = std::chrono::seconds(5);
  core::Duration within = std::chrono::seconds(30);

  friend bool operator==(const VerifyPolicy&, const VerifyPolicy&) = default;
};

// The alerts that ask for a remedy, as Alertmanager sends them.
struct AlertPolicy {
  // Labels and the values that they have to have, all of them. Empty: no alert asks for it.
  std::vector<std::pair<std::string, std::string>> matchers;
  // The label by whose value everything is kept apart: each target has an attempt, an incident and
  // a governor state of its own. Empty: one for all alerts.
  std::string target;
  std::vector<std::string> targets;  // the only ones, and those that metrics show; empty: any
  int max_targets = 100;
  // Labels that may become arguments. An alert where one does not match asks for nothing.
  std::vector<std::pair<std::string, core::LabelPattern>> arguments;
  // Try again, under its governor, while the alert fires. Without: one attempt an episode.
  bool retry = false;
};

// The fleet of another heald, which is asked for a permit before each attempt. As the configuration
// names it: texts for people, the runtime asks.
struct FleetPermit {
  std::string server;    // a URL
  std::string governor;  // of the server
  std::string member;    // as whom; "": the host's name

  friend bool operator==(const FleetPermit&, const FleetPermit&) = default;
};

struct RemedySpec {
  std::string name;
  std::string check;     // that asks for it; may be empty when preventive
  core::AnswersTo on;    // which states of the check
  AlertPolicy alert;     // that asks for it; then there is no check
  std::string governor;  // its own name unless shared
  // Of its action, a label as well; "mixed" of an escalation through several kinds.
  std::string kind;
  SharedMetricLabels metric_labels = noMetricLabels();
  bool preventive = false;
  bool observe = false;  // decide, count and log, and do nothing
  VerifyPolicy verify;
  // after_failures of each step, ascending, the first 0: which step runs after so many failures of
  // this incident.
  std::vector<int> steps = {0};
  std::optional<FleetPermit> permit = {};  // nothing: only this heald's governor decides
  // Of each step, whether a human has to approve each attempt; empty: of none.
  std::vector<bool> approval = {};

  bool byAlert() const { return !alert.matchers.empty(); }
  bool needsApproval(int step) const {  // the first is 0
    const auto index = static_cast<std::size_t>(step);
    return index < approval.size() && approval[index];
  }
  bool needsApproval() const {
    return std::find(approval.begin(), approval.end(), true) != approval.end();
  }
};

// heald's own check, which decides how an attempt with a permit has ended that was reported as ok.
struct PermitVerify {
  std::string check;
  VerifyPolicy policy;  // counted from the report

  friend bool operator==(const PermitVerify&, const PermitVerify&) = default;
};

struct GovernorSpec {
  std::string name;
  core::GovernorPolicy policy;  // of a fleet's, max_in_flight is the fleet's limit
  // Whose attempts it limits: permits alone, each for a member. Shared with snapshots.
  std::shared_ptr<const Fleet> fleet = nullptr;
  // Whether a human has to approve each permit. Its remedies say so themselves.
  bool approval = false;
  std::optional<PermitVerify> verify = {};  // of its permits; nothing: the report decides alone
};

struct StormBrakePolicy {
  int min_checks = 4;
  int max_unhealthy_percent = 50;
};

struct DetectionPolicy {
  core::Duration interval = std::chrono::minutes(5);
  core::Duration timeout = std::chrono::seconds(10);
  int max_concurrent = 10;
};

struct HealingPolicy {
  bool observe = false;
  int max_concurrent = 3;             // actions that run at one time
  std::optional<int> max_unverified;  // attempts whose effect is not known yet; nothing: no limit
  core::Duration preventive_interval = std::chrono::minutes(10);
  StormBrakePolicy storm_brake;
};

// A weekly time in which remedies are paused: maintenance that comes back.
struct WindowSpec {
  std::string name;
  core::Weekly times;
  std::vector<std::string> remedies;  // empty: all of them, and permits
  std::string reason;
};

// Names are unique within their list, and every name that is referred to exists: the configuration
// reader has seen to it. Every governor of a remedy is listed.
// Alertmanager, as a source of alerts.
struct AlertmanagerPolicy {
  // Labels that tell no alerts apart: those by which replicas of Prometheus differ.
  std::vector<std::string> ignore_labels;
  // What is not told of for so long is forgotten. Longer than its repeat_interval.
  core::Duration forget_after = std::chrono::hours(24);
  // While an attempt is verified, it can be asked whether the alert still fires.
  bool asked = false;
};

struct Setup {
  DetectionPolicy detection;
  HealingPolicy healing;
  AlertmanagerPolicy alertmanager;
  core::Duration process_monitoring_interval = std::chrono::minutes(1);
  int task_limit = 10;
  bool full_metrics = false;    // metrics in full detail: more series for what only some want
  core::FeatureFlags features;  // environment and configuration layers
  std::vector<CheckSpec> checks;
  std::vector<RemedySpec> remedies;
  std::vector<GovernorSpec> governors;
  std::vector<WindowSpec> windows;
};

}  // namespace heald::engine
