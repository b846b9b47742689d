#include "api/explanation_json.h"

#include <nlohmann/json.hpp>

#include "api/views_json.h"
#include "core/text.h"
#include "engine/alert_standing.h"
#include "engine/explanation.h"

namespace heald::api {
namespace {

using engine::Snapshot;
using nlohmann::ordered_json;

ordered_json timeOrNull(const Snapshot& snapshot, std::optional<core::BootTime> deadline) {
  if (!deadline) return nullptr;
  return core::toIso8601(engine::wallOf(snapshot, *deadline));
}

ordered_json guardJson(const Snapshot& snapshot, const core::GuardFinding& finding) {
  return {{"guard", toString(finding.guard)},
          {"passes", finding.passes},
          {"value", finding.value},
          {"threshold", finding.threshold},
          {"until", timeOrNull(snapshot, finding.until)}};
}

ordered_json obstaclesJson(const Snapshot& snapshot, const std::vector<engine::Obstacle>& all) {
  ordered_json list = ordered_json::array();
  for (const engine::Obstacle& obstacle : all) {
    list.push_back({{"word", obstacle.word},
                    {"message", obstacle.text},
                    {"until", timeOrNull(snapshot, obstacle.until)}});
    if (!obstacle.command.empty()) list.back()["command"] = obstacle.command;
  }
  return list;
}

// Of the governor itself, and of its targets.
ordered_json alertsJson(const Snapshot& snapshot, const engine::GovernorView& governor,
                        core::Now now) {
  ordered_json list = ordered_json::array();
  for (const engine::AlertStanding& standing : engine::alertStandings(snapshot, now)) {
    const bool its =
        standing.governor == governor.name ||
        (governor.target.empty() && standing.governor.starts_with(governor.name + "@"));
    if (!its) continue;
    ordered_json word;
    if (!standing.word.empty()) word = standing.word;
    list.push_back({{"remedy", standing.remedy},
                    {"target", standing.target},
                    {"governor", standing.governor},
                    {"firing", standing.firing},
                    {"heldBackBy", std::move(word)},
                    {"until", timeOrNull(snapshot, standing.until)},
                    {"message", standing.message}});
  }
  return list;
}

// How the last attempt ended: of the remedy, or of its target that this governor is of.
void addLast(const Snapshot& snapshot, const engine::GovernorView& governor,
             const std::string& remedy, bool with_output, ordered_json& value) {
  const auto add = [&](const std::string& result, const std::string& output) {
    value["lastResult"] = engine::resultText(result, output, with_output);
    value["lastOutput"] = outputOrNull(output, with_output);
  };
  for (const engine::TargetView& target : snapshot.targets) {
    if (target.remedy != remedy || target.governor != governor.name) continue;
    return add(target.last_result, target.last_output);
  }
  for (const engine::RemedyView& view : snapshot.remedies) {
    if (view.name == remedy) return add(view.last_result, view.last_output);
  }
}

}  // namespace

ordered_json explanationJson(const Snapshot& snapshot, const engine::GovernorView& governor,
                             core::Now now, bool with_output) {
  const auto found = engine::explainGovernor(snapshot, governor, now);
  ordered_json guard;
  if (found.governor.verdict.denied_by) guard = toString(*found.governor.verdict.denied_by);
  ordered_json guards = ordered_json::array();
  for (const auto& finding : found.governor.guards) guards.push_back(guardJson(snapshot, finding));
  ordered_json remedies = ordered_json::array();
  for (const auto& standing : found.remedies) {
    remedies.push_back(
        {{"name", standing.remedy}, {"before", obstaclesJson(snapshot, standing.obstacles)}});
    addLast(snapshot, governor, standing.remedy, with_output, remedies.back());
  }
  ordered_json value = {{"governor", governor.name},
                        {"time", core::toIso8601(now.wall)},
                        {"allowed", found.governor.verdict.allowed()},
                        {"guard", std::move(guard)},
                        {"until", timeOrNull(snapshot, found.governor.verdict.until)},
                        {"nextAttemptAt", timeOrNull(snapshot, found.governor.earliest)},
                        {"guards", std::move(guards)},
                        {"before", obstaclesJson(snapshot, engine::commonObstacles(snapshot, now))},
                        {"remedies", std::move(remedies)},
                        {"alerts", alertsJson(snapshot, governor, now)},
                        {"outputShown", with_output}};
  if (governor.fleet) value["fleet"] = fleetJson(snapshot, governor.name);
  return value;
}

}  // namespace heald::api
