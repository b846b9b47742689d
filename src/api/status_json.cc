#include "api/status_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/approvals_json.h"
#include "api/views_json.h"
#include "core/text.h"
#include "engine/advice.h"

namespace heald::api {
namespace {

using engine::GovernorView;
using engine::Snapshot;
using nlohmann::ordered_json;
using Governors = std::vector<const GovernorView*>;

constexpr std::string_view kMainGovernor = "self-healing-main";

template <class Things, class Show>
ordered_json listOf(const Things& things, Show show) {
  ordered_json list = ordered_json::array();
  for (const auto& thing : things) list.push_back(show(thing));
  return list;
}

struct Sums {
  int consecutive_failures = 0;
  core::Duration backoff{};
  core::Totals totals;
};

Sums sumsOf(const Governors& governors) {
  Sums sums;
  if (governors.empty()) sums.backoff = core::BackoffPolicy{}.base;
  for (const GovernorView* governor : governors) {
    const core::GovernorState& state = governor->state;
    sums.consecutive_failures = std::max(sums.consecutive_failures, state.consecutive_failures);
    sums.backoff = std::max(sums.backoff, governor->backoff);
    sums.totals.attempts += state.totals.attempts;
    sums.totals.successes += state.totals.successes;
    sums.totals.failures += state.totals.failures;
  }
  return sums;
}

Governors dormantOf(const Governors& governors) {
  Governors dormant;
  std::copy_if(governors.begin(), governors.end(), std::back_inserter(dormant),
               [](const GovernorView* governor) { return governor->state.dormant(); });
  return dormant;
}

ordered_json pausedRemedies(const Snapshot& snapshot, core::Now now) {
  ordered_json names = ordered_json::array();
  for (const engine::RemedyView& remedy : snapshot.remedies) {
    if (remedy.pause && now.boot < remedy.pause->until) names.push_back(remedy.name);
  }
  return names;
}

std::string_view roomName(engine::StoreRoom::State state) {
  switch (state) {
    case engine::StoreRoom::State::kPlenty:
      return "plenty";
    case engine::StoreRoom::State::kNoReserve:
      return "no_reserve";
    case engine::StoreRoom::State::kOnReserve:
      return "on_reserve";
  }
  return "";
}

std::size_t alertsFiring(const Snapshot& snapshot) {
  std::size_t firing = 0;
  for (const engine::RemedyView& remedy : snapshot.remedies) firing += remedy.firing;
  for (const engine::TargetView& target : snapshot.targets) firing += target.firing;
  return firing;
}

ordered_json refusedReload(const Snapshot& snapshot) {
  if (!snapshot.refused_reload) return nullptr;
  return {{"at", core::toIso8601(snapshot.refused_reload->at)},
          {"message", snapshot.refused_reload->why}};
}

ordered_json selfHealing(const Snapshot& snapshot, const Governors& governors, core::Now now) {
  const Sums sums = sumsOf(governors);
  const Governors dormant = dormantOf(governors);
  ordered_json dormancy;
  if (!dormant.empty()) dormancy = dormancyJson(*dormant.front()->state.dormancy);
  return {{"enabled", snapshot.features.enabled(core::Feature::kAutoHealing)},
          {"isDormant", !dormant.empty()},
          {"consecutiveFailures", sums.consecutive_failures},
          {"backoffDelay", milliseconds(sums.backoff)},
          {"totalAttempts", sums.totals.attempts},
          {"successfulHealings", sums.totals.successes},
          {"failedHealings", sums.totals.failures},
          {"status", toString(engine::overallStatus(snapshot, now))},
          {"headline", engine::headline(snapshot, now)},
          {"dormancy", std::move(dormancy)},
          {"dormantGovernors", listOf(dormant, [](const auto* g) { return g->name; })},
          {"observeMode", snapshot.observe},
          {"storeAvailable", snapshot.store_up},
          {"storeError", snapshot.store_error},
          {"storeRoom", roomName(snapshot.store_room.state)},
          {"stormBrake", snapshot.storm_brake},
          {"alertsFiring", alertsFiring(snapshot)},
          {"refusedReload", refusedReload(snapshot)},
          {"attemptsInProgress", snapshot.attempts_in_progress},
          {"actionsRunning", snapshot.actions_running},
          {"stopping", snapshot.stopping},
          {"pause", pauseJson(snapshot, snapshot.pause, true, now)},
          {"pausedRemedies", pausedRemedies(snapshot, now)},
          {"permitsOutstanding", snapshot.permits.size()},
          {"approvals", approvalsJson(snapshot, now)},
          {"approvalsWanted", approvalsWantedJson(snapshot)}};
}

ordered_json backgroundTasks(const Snapshot& snapshot, core::Now now) {
  const auto& tasks = snapshot.tasks;
  const auto active = std::count_if(tasks.begin(), tasks.end(),
                                    [](const engine::TaskView& task) { return task.enabled; });
  return {
      {"totalTasks", tasks.size()},
      {"activeTasks", active},
      {"tasks", listOf(tasks, [&](const auto& task) { return taskJson(snapshot, task, now); })}};
}

ordered_json issueJson(const engine::Issue& issue) {
  return {{"severity", toString(issue.severity)},
          {"governor", issue.governor},
          {"reason", issue.reason},
          {"message", issue.message}};
}

ordered_json recommendationJson(const engine::Recommendation& advice) {
  return {{"governor", advice.governor},
          {"reason", advice.reason},
          {"message", advice.message},
          {"command", advice.command}};
}

}  // namespace

std::vector<const GovernorView*> governorsInOrder(const Snapshot& snapshot) {
  Governors governors;
  for (const GovernorView& governor : snapshot.governors) governors.push_back(&governor);
  std::stable_partition(governors.begin(), governors.end(),
                        [](const GovernorView* g) { return g->name == kMainGovernor; });
  return governors;
}

ordered_json statusJson(const Snapshot& snapshot, core::Now now, std::string_view version,
                        bool with_output, const std::vector<engine::Issue>& beside) {
  std::vector<engine::Issue> issues = engine::issues(snapshot, now);
  issues.insert(issues.end(), beside.begin(), beside.end());
  const Governors governors = governorsInOrder(snapshot);
  const auto governor = [&](const GovernorView* g) { return governorJson(snapshot, *g, now); };
  const auto remedy = [&](const auto& r) { return remedyJson(snapshot, r, now, with_output); };
  const auto flag = [&](core::Feature f) { return flagJson(snapshot.features, f); };
  return {{"selfHealing", selfHealing(snapshot, governors, now)},
          {"circuitBreakers", listOf(governors, governor)},
          {"backgroundTasks", backgroundTasks(snapshot, now)},
          {"issues", listOf(issues, issueJson)},
          {"recommendations",
           listOf(engine::recommendations(snapshot, now, with_output), recommendationJson)},
          {"checks", listOf(snapshot.checks, checkJson)},
          {"remedies", listOf(snapshot.remedies, remedy)},
          {"flags", listOf(core::kFeatures, flag)},
          {"outputShown", with_output},
          {"version", version},
          {"time", core::toIso8601(now.wall)}};
}

}  // namespace heald::api
