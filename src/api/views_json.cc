#include "api/views_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/budget.h"
#include "core/text.h"

namespace heald::api {
namespace {

using core::BreakerState;
using engine::Snapshot;
using nlohmann::ordered_json;

ordered_json timeOrNull(const std::optional<core::WallTime>& time) {
  return time ? ordered_json(core::toIso8601(*time)) : ordered_json();
}

ordered_json deadlineOrNull(const Snapshot& snapshot, std::optional<core::BootTime> deadline,
                            core::Now now) {
  if (!deadline || *deadline <= now.boot) return nullptr;
  return core::toIso8601(engine::wallOf(snapshot, *deadline));
}

// A wall clock that went backwards makes no negative age.
ordered_json ageOrNull(const std::optional<core::WallTime>& time, core::Now now) {
  if (!time) return nullptr;
  return std::max(0LL, milliseconds(now.wall - *time));
}

ordered_json openUntil(const Snapshot& snapshot, const core::CircuitBreaker& breaker,
                       core::Now now) {
  if (breaker.reads(now.boot) != BreakerState::kOpen) return nullptr;
  return deadlineOrNull(snapshot, breaker.open_until, now);
}

const engine::Permit* permitOf(const Snapshot& snapshot, const std::string& governor,
                               const core::Ticket& ticket) {
  for (const engine::Permit& permit : snapshot.permits) {
    if (permit.governor == governor && permit.attempt == ticket.id) return &permit;
  }
  return nullptr;
}

ordered_json inFlightJson(const Snapshot& snapshot, const engine::GovernorView& governor) {
  ordered_json list = ordered_json::array();
  for (const core::Ticket& ticket : governor.state.in_flight) {
    const engine::Permit* permit = permitOf(snapshot, governor.name, ticket);
    list.push_back({{"attempt", ticket.id},
                    {"remedy", ticket.remedy},
                    {"permit", permit == nullptr ? ordered_json() : ordered_json(permit->id)},
                    {"startedAt", core::toIso8601(ticket.started_at)}});
    if (permit != nullptr) list.back()["permitState"] = toString(permit->state);
  }
  return list;
}

ordered_json suppressedJson(const engine::GovernorCounters& counters) {
  ordered_json suppressed = ordered_json::object();
  for (std::size_t i = 0; i < core::kGuardCount; ++i) {
    suppressed[std::string(toString(static_cast<core::Guard>(i)))] = counters.suppressed[i];
  }
  return suppressed;
}

ordered_json permitCountsJson(const engine::PermitCounts& counts) {
  ordered_json value = ordered_json::object();
  for (std::size_t i = 0; i < engine::kPermitOutcomeCount; ++i) {
    value[std::string(toString(static_cast<engine::PermitOutcome>(i)))] = counts[i];
  }
  return value;
}

ordered_json failuresByReason(const engine::RemedyTotals& totals) {
  ordered_json failures = ordered_json::object();
  for (std::size_t i = 0; i < engine::kFailureReasonCount; ++i) {
    const auto reason = static_cast<engine::FailureReason>(i);
    failures[std::string(toString(reason))] = totals.failures[i];
  }
  return failures;
}

}  // namespace

ordered_json fleetJson(const Snapshot& snapshot, const std::string& governor) {
  constexpr std::size_t kMostNamed = 20;
  for (const engine::FleetView& fleet : snapshot.fleets) {
    if (fleet.governor != governor) continue;
    const std::size_t named = std::min(fleet.lost.size(), kMostNamed);
    return {{"members", fleet.declared},
            {"atOnce", fleet.at_once},
            {"underWay", fleet.under_way},
            {"verifying", fleet.verifying},
            {"lost", fleet.lost.size()},
            {"lostLimit", fleet.lost_limit},
            {"lostMembers",
             std::vector<std::string>(fleet.lost.begin(),
                                      fleet.lost.begin() + static_cast<std::ptrdiff_t>(named))}};
  }
  return nullptr;
}

ordered_json policyJson(const core::GovernorPolicy& policy) {
  ordered_json budgets = ordered_json::array();
  for (const core::BudgetPolicy& budget : policy.budgets) {
    budgets.push_back({{"attempts", budget.attempts}, {"per", milliseconds(budget.per)}});
  }
  return {{"backoffBase", milliseconds(policy.backoff.base)},
          {"backoffMax", milliseconds(policy.backoff.max)},
          {"maxConsecutiveFailures", policy.max_consecutive_failures},
          {"failureThreshold", policy.breaker.failure_threshold},
          {"timeoutWindow", milliseconds(policy.breaker.open_for)},
          {"halfOpenMaxAttempts", policy.breaker.half_open_max_attempts},
          {"permanentOpenThreshold", policy.breaker.permanent_open_threshold},
          {"permanentOpenConditions", policy.permanent_open_conditions},
          {"maxInFlight", policy.max_in_flight},
          {"budgets", std::move(budgets)},
          {"resetAfter", milliseconds(policy.reset_after)}};
}

long long milliseconds(core::Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

ordered_json dormancyJson(const core::DormancyRecord& record) {
  return {{"reason", record.reason},
          {"timestamp", core::toIso8601(record.timestamp)},
          {"triggeredBy", toString(record.triggered_by)},
          {"resumeConditions", record.resume_conditions},
          {"manualResetRequired", true}};
}

ordered_json pauseJson(const Snapshot& snapshot, const std::optional<engine::Pause>& pause,
                       bool with_all, core::Now now) {
  if (!pause || pause->until <= now.boot) return nullptr;
  return {{"until", core::toIso8601(engine::wallOf(snapshot, pause->until))},
          {"since", core::toIso8601(pause->since)},
          {"reason", pause->reason},
          {"by", pause->by},
          {"all", with_all}};
}

// Of each budget, how many attempts may still start in its window.
ordered_json budgetsLeft(const engine::GovernorView& governor, core::Now now) {
  ordered_json budgets = ordered_json::array();
  for (const core::BudgetPolicy& budget : governor.policy.budgets) {
    const int used = core::attemptsInWindow(governor.state.starts, budget.per, now.boot);
    budgets.push_back({{"attempts", budget.attempts},
                       {"per", milliseconds(budget.per)},
                       {"left", std::max(0, budget.attempts - used)}});
  }
  return budgets;
}

ordered_json governorJson(const Snapshot& snapshot, const engine::GovernorView& governor,
                          core::Now now) {
  const core::GovernorState& state = governor.state;
  ordered_json dormancy;
  if (state.dormancy) dormancy = dormancyJson(*state.dormancy);
  ordered_json value = {{"name", governor.name},
                        {"state", toString(state.breaker.reads(now.boot))},
                        {"failureCount", state.breaker.failures},
                        {"lastFailureAgo", ageOrNull(state.breaker.last_failure_at, now)},
                        {"consecutiveFailures", state.consecutive_failures},
                        {"maxConsecutiveFailures", governor.policy.max_consecutive_failures},
                        {"backoffDelay", milliseconds(governor.backoff)},
                        {"isDormant", state.dormant()},
                        {"dormancy", std::move(dormancy)},
                        {"nextAttemptAt", deadlineOrNull(snapshot, governor.next_attempt_at, now)},
                        {"openUntil", openUntil(snapshot, state.breaker, now)},
                        {"attempts", state.totals.attempts},
                        {"successes", state.totals.successes},
                        {"failures", state.totals.failures},
                        {"budgets", budgetsLeft(governor, now)},
                        {"inFlight", inFlightJson(snapshot, governor)},
                        {"remedies", governor.remedies}};
  if (governor.fleet) value["fleet"] = fleetJson(snapshot, governor.name);
  return value;
}

ordered_json governorDetailsJson(const Snapshot& snapshot, const engine::GovernorView& governor,
                                 core::Now now) {
  ordered_json value = governorJson(snapshot, governor, now);
  value["suppressed"] = suppressedJson(governor.counters);
  value["permits"] = permitCountsJson(governor.permits);
  value["policy"] = policyJson(governor.policy);
  if (governor.verify) {
    value["verify"] = {{"check", governor.verify->check},
                       {"after", milliseconds(governor.verify->policy.after)},
                       {"within", milliseconds(governor.verify->policy.within)}};
  }
  return value;
}

ordered_json perfdataJson(const engine::CheckView& check) {
  ordered_json perfdata = ordered_json::object();
  for (const core::Measurement& each : check.measurements) perfdata[each.label] = each.value;
  return perfdata;
}

ordered_json checkJson(const engine::CheckView& check) {
  return {{"name", check.name},
          {"kind", check.kind},
          {"status", toString(check.status)},
          {"health", toString(shownHealth(check))},
          {"message", check.message},
          {"running", check.running},
          {"since", timeOrNull(check.since)},
          {"lastRun", timeOrNull(check.last_run)},
          {"durationMs", milliseconds(check.last_duration)},
          {"interval", milliseconds(check.interval)},
          {"executions", check.executions},
          {"failures", check.failures},
          {"warnings", check.warnings},
          {"missed", check.missed},
          {"perfdata", perfdataJson(check)}};
}

ordered_json outputOrNull(const std::string& output, bool with_output) {
  return with_output && !output.empty() ? ordered_json(output) : ordered_json();
}

ordered_json targetsJson(const Snapshot& snapshot, const engine::RemedyView& remedy, core::Now now,
                         bool with_output) {
  ordered_json targets = ordered_json::array();
  for (const engine::TargetView& target : snapshot.targets) {
    if (target.remedy != remedy.name) continue;
    ordered_json denied_by;
    if (target.last_denied_by) denied_by = toString(*target.last_denied_by);
    targets.push_back(
        {{"target", target.target},
         {"governor", target.governor},
         {"phase", toString(target.phase)},
         {"attempt", target.attempt},
         {"waiting", target.waiting},
         {"firing", target.firing},
         {"incidentFailures", target.incident_failures},
         {"incidentStep", target.incident_step},
         {"nextAttemptAt", deadlineOrNull(snapshot, target.next_attempt_at, now)},
         {"lastDeniedBy", std::move(denied_by)},
         {"lastResult", engine::resultText(target.last_result, target.last_output, with_output)},
         {"lastOutput", outputOrNull(target.last_output, with_output)}});
  }
  return targets;
}

// The states of its check that it answers to, as in `when.on`.
ordered_json statesJson(const engine::RemedyView& remedy) {
  ordered_json states = ordered_json::array();
  if (remedy.check.empty()) return states;
  if (remedy.on.warning) states.push_back("warning");
  if (remedy.on.critical) states.push_back("critical");
  return states;
}

// Of a remedy that needs a permit of another heald.
ordered_json permitOfJson(const Snapshot& snapshot, const engine::RemedyView& remedy,
                          core::Now now) {
  if (!remedy.fleet) return nullptr;
  const engine::FleetStanding& fleet = *remedy.fleet;
  const auto count = [&](engine::FleetAnswer answer) {
    return fleet.answers[static_cast<std::size_t>(answer)];
  };
  return {{"server", fleet.asked.server},
          {"governor", fleet.asked.governor},
          {"member", fleet.asked.member},
          {"given", count(engine::FleetAnswer::kYes)},
          {"denied", count(engine::FleetAnswer::kNo)},
          {"unanswered", count(engine::FleetAnswer::kUnanswered)},
          {"lastDenial", fleet.denied},
          {"until", deadlineOrNull(snapshot, fleet.until, now)}};
}

ordered_json remedyJson(const Snapshot& snapshot, const engine::RemedyView& remedy, core::Now now,
                        bool with_output) {
  const auto& failures = remedy.totals.failures;
  ordered_json denied_by;
  if (remedy.last_denied_by) {
    denied_by = toString(*remedy.last_denied_by);
  } else if (remedy.fleet && !remedy.fleet->denied.empty()) {
    denied_by = "fleet";
  }
  return {{"name", remedy.name},
          {"check", remedy.check},
          {"on", statesJson(remedy)},
          {"governor", remedy.governor},
          {"preventive", remedy.preventive},
          {"observe", remedy.observe},
          {"phase", toString(remedy.phase)},
          {"attempt", remedy.attempt},
          {"incidentFailures", remedy.incident_failures},
          {"incidentStep", remedy.incident_step},
          {"incidentSince", timeOrNull(remedy.incident_since)},
          {"nextAttemptAt", deadlineOrNull(snapshot, remedy.next_attempt_at, now)},
          {"lastDeniedBy", std::move(denied_by)},
          {"blockedBy", remedy.blocked_by},
          {"lastResult", engine::resultText(remedy.last_result, remedy.last_output, with_output)},
          {"lastOutput", outputOrNull(remedy.last_output, with_output)},
          {"lastSuccess", timeOrNull(remedy.last_success)},
          {"attempts", remedy.totals.attempts},
          {"successes", remedy.totals.successes},
          {"failures", std::accumulate(failures.begin(), failures.end(), std::uint64_t{0})},
          {"failuresByReason", failuresByReason(remedy.totals)},
          {"wouldAttempt", remedy.would_attempt},
          {"detected", remedy.detected},
          {"allowed", remedy.allowed},
          {"waiting", remedy.waiting},
          {"firing", remedy.firing},
          {"targetLabel", remedy.target_label},
          {"targets", targetsJson(snapshot, remedy, now, with_output)},
          {"permit", permitOfJson(snapshot, remedy, now)},
          {"pause", pauseJson(snapshot, remedy.pause, remedy.paused_with_all, now)}};
}

ordered_json permitJson(const engine::Permit& permit, std::optional<core::WallTime> deadline) {
  ordered_json value = {{"id", permit.id},
                        {"governor", permit.governor},
                        {"attempt", permit.attempt},
                        {"epoch", permit.epoch},
                        {"state", toString(permit.state)},
                        {"grantedAt", core::toIso8601(permit.granted_at)},
                        {"deadline", timeOrNull(deadline)},
                        {"reason", permit.reason},
                        {"by", permit.by}};
  if (!permit.member.empty()) value["member"] = permit.member;
  return value;
}

ordered_json taskJson(const Snapshot& snapshot, const engine::TaskView& task, core::Now now) {
  using std::chrono::seconds;
  const core::Duration uptime = task.uptime + (now.boot - snapshot.taken.boot);
  return {{"id", task.id},
          {"type", task.kind == engine::TaskKind::kInterval ? "interval" : "timeout"},
          {"enabled", task.enabled},
          {"executionCount", task.executions},
          {"uptime", std::max(seconds(0), std::chrono::floor<seconds>(uptime)).count()},
          {"running", task.running},
          {"period", milliseconds(task.period)},
          {"failures", task.failures},
          {"overruns", task.overruns},
          {"lastRun", timeOrNull(task.last_run)},
          {"lastDurationMs", milliseconds(task.last_duration)}};
}

ordered_json flagJson(const core::FeatureFlags& flags, core::Feature feature) {
  const core::FeatureFlags::Layers& layers = flags.layers(feature);
  ordered_json overridden;
  if (layers.overridden) overridden = *layers.overridden;
  return {{"name", toString(feature)},
          {"environmentName", environmentName(feature)},
          {"enabled", flags.enabled(feature)},
          {"environment", layers.environment},
          {"configuration", layers.configuration},
          {"override", std::move(overridden)},
          {"changedAt", timeOrNull(layers.changed_at)}};
}

}  // namespace heald::api
