#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/check_status.h"
#include "core/feature_flags.h"
#include "core/governor.h"
#include "engine/approval.h"
#include "engine/event.h"
#include "engine/fleet.h"
#include "engine/histogram.h"
#include "engine/human_action.h"
#include "engine/output.h"
#include "engine/pause.h"
#include "engine/permit.h"
#include "engine/setup.h"
#include "engine/shared_list.h"
#include "engine/unhealthy_time.h"

namespace heald::engine {

// One moment of the whole engine, immutable once published: status, metrics and Markdown are made
// from it and from nothing else, so that all values of an answer belong together. Deadlines are in
// boot time; `wallOf` turns one into a time for people. What did not change since the last one is
// shared with it (SharedList).

using core::Health;

struct CheckView {
  std::string name;
  std::string kind;
  SharedMetricLabels metric_labels = noMetricLabels();
  core::Duration interval{};
  core::CheckStatus status = core::CheckStatus::kUnknown;  // of the last run
  Health health = Health::kUnknown;                        // after unhealthy_after / healthy_after
  std::string message;
  bool running = false;
  std::optional<core::WallTime> since;     // of the present status
  std::optional<core::WallTime> last_run;  // when it ended
  core::Duration last_duration{};
  std::uint64_t executions = 0;
  std::uint64_t failures = 0;  // runs that ended critical
  std::uint64_t warnings = 0;  // runs that ended in a warning
  std::uint64_t missed = 0;    // runs that were due and not started, because the last was not over
  std::vector<core::Measurement> measurements = {};  // of the last run
  UnhealthyTime unhealthy_time = {};                 // for ever; see Tally

  friend bool operator==(const CheckView&, const CheckView&) = default;
};

enum class Phase : std::uint8_t {
  kIdle,
  kWaiting,      // for the governor's `until`, or until the fleet's server is asked again
  kQueued,       // for an attempt of another remedy to end
  kPrechecking,  // the check is run again before the attempt
  kAsking,       // the fleet's server, for a permit
  kActing,
  kSettling,   // the action has ended; verify.after has not passed
  kVerifying,  // the check is run until it is healthy or the window is over
  kReporting,  // the result waits for the store
};
std::string_view toString(Phase phase);  // "idle", "waiting", …

// How a remedy stands with the fleet's server that it asks.
struct FleetStanding {
  FleetPermit asked;
  std::array<std::uint64_t, kFleetAnswerCount> answers{};  // since the process started
  std::string denied;  // why the last answer was no, or none came; "": it was yes, or long ago
  std::optional<core::BootTime> until = {};  // for so long the server will say no

  friend bool operator==(const FleetStanding&, const FleetStanding&) = default;
};

struct RemedyView {
  std::string name;
  std::string check;
  core::AnswersTo on;  // which states of the check
  std::string governor;
  std::string kind;  // of its action, or "mixed"
  SharedMetricLabels metric_labels = noMetricLabels();
  bool preventive = false;
  bool observe = false;
  Phase phase = Phase::kIdle;
  std::optional<core::BootTime> next_attempt_at;
  std::uint64_t attempt = 0;  // the one in progress, else 0
  // The present incident: its failures, the furthest step of the escalation that an attempt has
  // started with (from 1; 0: none), and since when it lasts.
  int incident_failures = 0;
  int incident_step = 0;
  std::optional<core::WallTime> incident_since;
  std::string blocked_by;  // the unhealthy check that its own depends on, while that is in the way
  std::optional<core::Guard> last_denied_by;  // of the last answer, if it was no
  std::string last_result;                    // of the last attempt, one line; "" before any
  std::string last_output;  // the first line that its action printed, if that is what failed
  std::optional<core::WallTime> last_success;
  RemedyTotals totals;
  // Since the process started. Every event that wanted the remedy: an unhealthy result of its
  // check, a preventive run, a human. Of these, the attempts that every guard let through at the
  // moment of their start, in observe mode too; executed are totals.attempts.
  std::uint64_t detected = 0;
  std::uint64_t allowed = 0;
  std::uint64_t would_attempt = 0;  // observe mode
  std::optional<Pause> pause;       // that holds it, when the snapshot was taken
  bool paused_with_all = false;
  std::string unhealthy_parent;  // a check that its own depends on, or ""
  std::string target_label;      // by which it keeps things apart
  std::size_t waiting = 0;       // episodes of alerts that have had no attempt
  bool by_alert = false;         // alerts ask for it
  std::size_t firing = 0;        // episodes of alerts that fire; without a target label
  std::string alert;             // the name of the one that it is wanted for; "" if none fires
  std::optional<FleetStanding> fleet = {};  // of one that needs a permit of another heald
  // What the next attempt has to be approved as, where it needs that.
  std::optional<ApprovalKey> needs_approval = {};
  std::vector<int> approval_steps = {};  // those that need one, from 1
  Histogram duration{healingBuckets()};

  friend bool operator==(const RemedyView&, const RemedyView&) = default;
};

// A remedy for alerts, for one value of its target label.
struct TargetView {
  std::string remedy;
  std::string target;
  std::string governor;  // "<the remedy's>@<target>"
  Phase phase = Phase::kIdle;
  std::optional<core::BootTime> next_attempt_at;
  std::uint64_t attempt = 0;
  std::size_t waiting = 0;    // episodes that have had no attempt
  std::size_t firing = 0;     // episodes
  std::string alert;          // the name of the one that it is wanted for; "" if none fires
  int incident_failures = 0;  // as of a remedy
  int incident_step = 0;
  std::optional<core::Guard> last_denied_by;
  std::string last_result;
  std::string last_output;

  friend bool operator==(const TargetView&, const TargetView&) = default;
};

struct GovernorCounters {
  std::array<std::uint64_t, core::kGuardCount> suppressed{};
  std::array<std::array<std::uint64_t, 4>, 4> transitions{};  // [from][to] by BreakerState
  std::array<std::uint64_t, core::kTriggeredByCount> dormant_entries{};
  std::uint64_t resumes = 0;
  std::uint64_t retries = 0;
  std::array<std::uint64_t, 2> resets{};  // [forced]

  friend bool operator==(const GovernorCounters&, const GovernorCounters&) = default;
};

struct GovernorView {
  std::string name;
  core::GovernorPolicy policy;
  core::GovernorState state;
  GovernorCounters counters;
  core::Duration backoff{};                       // for the present failure count
  std::optional<core::BootTime> next_attempt_at;  // none when no time alone will do
  std::vector<std::string> remedies;
  PermitCounts permits{};  // by PermitOutcome
  // When a permit was first asked for; long ago, if that was before the process started.
  std::optional<core::BootTime> first_permit;
  std::string target;   // of the governor of one target: the label's value; else ""
  bool exposed = true;  // in metrics: all but the targets that the configuration does not list
  bool fleet = false;   // it limits a fleet, and no action of this heald
  bool permits_need_approval = false;
  bool needs_approvals = false;             // its permits, or a step of a remedy under it
  std::optional<PermitVerify> verify = {};  // of its permits

  friend bool operator==(const GovernorView&, const GovernorView&) = default;
};

// An approval that is in force.
struct ApprovalView {
  ApprovalKey key;
  Approval approval;
};
// An attempt that waits for the approval of a human, or a permit that was refused without one
// lately.
struct ApprovalWanted {
  ApprovalKey key;
  std::string governor;
  core::WallTime since{};
  std::string reason;  // of the attempt; what the permit was asked for
  std::string by;      // who asked for the permit; "" of a remedy
};

struct TaskView {
  std::string id;
  TaskKind kind = TaskKind::kInterval;
  core::Duration period{};
  bool enabled = true;  // registered so, and its feature is on
  bool running = false;
  core::Duration uptime{};  // since it was registered
  std::uint64_t executions = 0;
  std::uint64_t failures = 0;
  std::uint64_t overruns = 0;  // due while it was still running
  std::optional<core::WallTime> last_run;
  core::Duration last_duration{};
};

enum class EventSource : std::uint8_t { kCheck, kAlertmanager, kApi, kPreventive };
enum class DropReason : std::uint8_t { kQueueFull, kDuplicate, kUnmatched, kExpired };
enum class RejectReason : std::uint8_t { kLimit, kDuplicate, kShutdown };
std::string_view toString(EventSource source);
std::string_view toString(DropReason reason);
// Why an alert that a remedy matches, or that may be one, is not taken.
enum class AlertRejection : std::uint8_t {
  kLabels,   // a label does not match its pattern, or cannot name a target
  kTargets,  // the remedy has its max_targets
  kTooMany,  // beyond what one notification may have
};
std::string_view toString(AlertRejection rejection);
std::string_view toString(RejectReason reason);

// A configuration that was refused; heald goes on with the one before.
struct RefusedReload {
  core::WallTime at{};
  std::string why;  // as many lines as there are mistakes
};

// What a check says now: its health, but unknown while its last run was.
Health shownHealth(const CheckView& check);

struct Snapshot {
  core::Now taken{};
  core::Now started{};  // when the process began to count
  bool stopping = false;
  bool store_up = true;
  std::string store_error;  // why not, one line: the first cause, until it is over
  StoreRoom store_room;
  // Of several replicas another one acts: who, for people. The store is not up here then, and
  // nothing of it is wrong. Filled in by the runtime; "" otherwise.
  std::string standby;
  core::FeatureFlags features;
  bool observe = false;
  bool storm_brake = false;  // it holds now
  StormBrakePolicy storm_brake_policy;
  std::optional<Pause> pause;                   // of every remedy
  std::optional<RefusedReload> refused_reload;  // since the last configuration that was taken
  // Over all governors but those of fleets, permits included: attempts in flight, whose effect is
  // not known yet, and those of them whose action runs. What each of them is limited to.
  int attempts_in_progress = 0;
  int actions_running = 0;
  int max_concurrent = 0;
  std::optional<int> max_unverified;

  bool full_metrics = false;  // metrics show them in full detail

  SharedList<GovernorView> governors;
  // Over all of them, those of targets and those that are not configured any more included.
  std::array<std::uint64_t, core::kGuardCount> suppressed{};  // by Guard
  SharedList<CheckView> checks;
  SharedList<RemedyView> remedies;
  // Over all of them, those that are not configured any more included.
  std::array<std::uint64_t, kFailureReasonCount> failures{};  // by FailureReason
  std::map<std::string, Histogram> healing_durations;         // by kind
  std::vector<Permit> permits;                                // those that are open, by id
  std::vector<FleetView> fleets;                              // by governor
  SharedList<TargetView> targets;
  std::vector<ApprovalView> approvals;           // by key
  std::vector<ApprovalWanted> approvals_wanted;  // remedies, then permits
  std::vector<TaskView> tasks;
  int task_limit = 0;
  std::uint64_t task_replacements = 0;
  std::array<std::uint64_t, 3> task_rejections{};  // by RejectReason

  core::Duration detection_interval{};
  std::optional<core::WallTime> last_cycle;
  std::uint64_t cycles = 0;
  std::array<std::uint64_t, 4> events{};           // by EventSource
  std::array<std::uint64_t, 4> dropped{};          // by DropReason
  std::array<std::uint64_t, 3> alerts_rejected{};  // by AlertRejection
  std::uint64_t labels_refused = 0;                // of alerts, as their names clash
  Histogram event_wait{waitBuckets()};
  std::map<std::string, Histogram> check_durations;  // by kind
  // For ever (Tally): what ended the time that checks were unhealthy, after how long, by the kind
  // of the check, and what humans did.
  std::array<std::uint64_t, kEndedByCount> incidents{};
  std::map<std::string, Histogram> times_to_heal;
  std::array<std::uint64_t, kHumanActionCount> human_actions{};
  std::uint64_t preventive_runs = 0;
  std::uint64_t preventive_failures = 0;
};

// A last result, and what its action printed, in one line: "error: exit code 1: no such unit". What
// commands print may not be for everybody: `with_output` says whether the reader may see it.
std::string resultText(const std::string& result, const std::string& output, bool with_output);

// The wall time of a deadline, as seen from the snapshot's own moment.
core::WallTime wallOf(const Snapshot& snapshot, core::BootTime deadline);

}  // namespace heald::engine
