// The words of the engine's enumerations: the same in log, metric label, JSON and documents.
#include <algorithm>
#include <array>

#include "engine/history.h"
#include "engine/output.h"
#include "engine/snapshot.h"

namespace heald::engine {
namespace {

constexpr std::array<std::string_view, kHistoryKindCount> kHistoryKinds = {
    "heald",    "reload",  "store", "check", "alert", "denial",   "attempt",
    "governor", "breaker", "human", "flag",  "pause", "approval", "access"};

}  // namespace

Health shownHealth(const CheckView& check) {
  const bool unknown = check.status == core::CheckStatus::kUnknown;
  return check.health == Health::kHealthy && unknown ? Health::kUnknown : check.health;
}

std::string_view toString(HistoryKind kind) {
  return kHistoryKinds[static_cast<std::size_t>(kind)];
}

std::optional<HistoryKind> historyKindNamed(std::string_view word) {
  const auto found = std::find(kHistoryKinds.begin(), kHistoryKinds.end(), word);
  if (found == kHistoryKinds.end()) {
    return std::nullopt;
  }
  return static_cast<HistoryKind>(found - kHistoryKinds.begin());
}

std::string_view toString(FailureReason reason) {
  switch (reason) {
    case FailureReason::kError:
      return "error";
    case FailureReason::kTimeout:
      return "timeout";
    case FailureReason::kVerification:
      return "verification";
    case FailureReason::kPermanent:
      return "permanent";
    case FailureReason::kInterrupted:
      return "interrupted";
  }
  return "";
}

std::string_view toString(PermitState state) {
  switch (state) {
    case PermitState::kOutstanding:
      return "outstanding";
    case PermitState::kOk:
      return "ok";
    case PermitState::kFailed:
      return "failed";
    case PermitState::kExpired:
      return "expired";
    case PermitState::kVerifying:
      return "verifying";
    case PermitState::kNotVerified:
      return "not_verified";
    case PermitState::kUnused:
      return "unused";
  }
  return "";
}

std::string_view toString(PermitOutcome outcome) {
  switch (outcome) {
    case PermitOutcome::kOk:
      return "ok";
    case PermitOutcome::kFailed:
      return "failed";
    case PermitOutcome::kExpired:
      return "expired";
    case PermitOutcome::kDenied:
      return "denied";
    case PermitOutcome::kPaused:
      return "paused";
    case PermitOutcome::kObserveMode:
      return "observe_mode";
    case PermitOutcome::kNotAMember:
      return "not_a_member";
  }
  return "";
}

std::string_view toString(FleetAnswer answer) {
  switch (answer) {
    case FleetAnswer::kYes:
      return "given";
    case FleetAnswer::kNo:
      return "denied";
    case FleetAnswer::kUnanswered:
      return "unanswered";
  }
  return "";
}

std::string_view toString(Phase phase) {
  switch (phase) {
    case Phase::kIdle:
      return "idle";
    case Phase::kWaiting:
      return "waiting";
    case Phase::kQueued:
      return "queued";
    case Phase::kPrechecking:
      return "prechecking";
    case Phase::kAsking:
      return "asking";
    case Phase::kActing:
      return "acting";
    case Phase::kSettling:
      return "settling";
    case Phase::kVerifying:
      return "verifying";
    case Phase::kReporting:
      return "reporting";
  }
  return "";
}

std::string_view toString(EventSource source) {
  switch (source) {
    case EventSource::kCheck:
      return "check";
    case EventSource::kAlertmanager:
      return "alertmanager";
    case EventSource::kApi:
      return "api";
    case EventSource::kPreventive:
      return "preventive";
  }
  return "";
}

std::string_view toString(DropReason reason) {
  switch (reason) {
    case DropReason::kQueueFull:
      return "queue_full";
    case DropReason::kDuplicate:
      return "duplicate";
    case DropReason::kUnmatched:
      return "unmatched";
    case DropReason::kExpired:
      return "expired";
  }
  return "";
}

std::string_view toString(AlertRejection rejection) {
  switch (rejection) {
    case AlertRejection::kLabels:
      return "labels";
    case AlertRejection::kTargets:
      return "targets";
    case AlertRejection::kTooMany:
      return "too_many";
  }
  return "";
}

std::string_view toString(RejectReason reason) {
  switch (reason) {
    case RejectReason::kLimit:
      return "limit";
    case RejectReason::kDuplicate:
      return "duplicate";
    case RejectReason::kShutdown:
      return "shutdown";
  }
  return "";
}

std::string resultText(const std::string& result, const std::string& output, bool with_output) {
  return !with_output || output.empty() ? result : result + ": " + output;
}

core::WallTime wallOf(const Snapshot& snapshot, core::BootTime deadline) {
  return snapshot.taken.wall + (deadline - snapshot.taken.boot);
}

}  // namespace heald::engine
