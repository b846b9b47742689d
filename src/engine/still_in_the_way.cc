#include "engine/still_in_the_way.h"

#include <utility>

#include "core/plain_text.h"
#include "core/text.h"
#include "engine/explanation.h"

namespace heald::engine {
namespace {

using core::Guard;

std::string resumeCommand(const std::string& governor) {
  return "healdctl resume " + core::quotedForShell(governor) + " --reason \"<what was fixed>\"";
}

std::string retryCommand(const std::string& governor) {
  return "healdctl retry " + core::quotedForShell(governor) + " --reason \"<what was fixed>\"";
}

// Only a human's own switch can be moved back by a command.
std::string flagCommand(const Snapshot& s) {
  const auto& layers = s.features.layers(core::Feature::kAutoHealing);
  return layers.environment && layers.configuration
             ? "healdctl flag auto_healing on --reason \"<why>\""
             : "";
}

// What the guard says, and the command that ends it.
std::pair<std::string, std::string> sentenceOf(const core::GuardFinding& finding, const Snapshot& s,
                                               const GovernorView& g, core::Now now) {
  const std::string another =
      finding.until ? " for another " + core::toText(*finding.until - now.boot) : "";
  switch (finding.guard) {
    case Guard::kFeatureFlag:
      return {finding.value, flagCommand(s)};
    case Guard::kDormant: {
      const std::string dormant = g.state.dormant() ? g.name : g.name.substr(0, g.name.find('@'));
      return {"governor " + dormant + " is dormant" +
                  (g.state.dormant() ? ": " + g.state.dormancy->reason : ""),
              resumeCommand(dormant)};
    }
    case Guard::kPermanentOpen:
      return {"its circuit breaker is PERMANENT_OPEN", resumeCommand(g.name)};
    case Guard::kStoreUnavailable:
      return {"the store is " + finding.value, ""};
    case Guard::kInFlight:
      return {finding.value + " in flight; the next may start when it has ended", ""};
    case Guard::kStormBrake:
      return {"the storm brake holds: " + finding.value, ""};
    case Guard::kBreakerOpen:
      return {"its circuit breaker is OPEN" + another, retryCommand(g.name)};
    case Guard::kBackoff:
      return {"backoff" + another + " after " + std::to_string(g.state.consecutive_failures) +
                  " consecutive failure" + (g.state.consecutive_failures == 1 ? "" : "s"),
              retryCommand(g.name)};
    case Guard::kBudget:
      return {"a budget is used up (" + finding.value +
                  "): asking for another attempt makes the governor dormant",
              ""};
    case Guard::kApproval:
      return {"each permit needs the approval of a human",
              approveCommand({g.name, g.fleet ? "MEMBER" : "", 0})};
    case Guard::kMaxConcurrent:
    case Guard::kMaxUnverified:
    case Guard::kHalfOpen:
      break;
  }
  return {finding.value + " (has to be " + finding.threshold + ")", ""};
}

// A window of the configuration ends by itself alone.
std::string pauseCommand(const Snapshot& s, const std::string& name) {
  for (const RemedyView& remedy : s.remedies) {
    if (remedy.name == name && remedy.pause && !remedy.pause->from_window) {
      return "healdctl unpause " + (remedy.paused_with_all ? "--all" : core::quotedForShell(name));
    }
  }
  return "";
}

}  // namespace

std::vector<InTheWay> stillInTheWay(const Snapshot& s, const GovernorView& g, core::Now now) {
  std::vector<InTheWay> all;
  const auto wall = [&](std::optional<core::BootTime> deadline) {
    return deadline ? std::optional(wallOf(s, *deadline)) : std::nullopt;
  };
  const GovernorExplanation explanation = explainGovernor(s, g, now);
  for (const core::GuardFinding& finding : explanation.governor.guards) {
    if (!finding.passes) {
      auto [message, command] = sentenceOf(finding, s, g, now);
      all.push_back({g.name, std::string(toString(finding.guard)), std::move(message),
                     wall(finding.until), std::move(command)});
    }
  }
  for (const RemedyStanding& remedy : explanation.remedies) {
    for (const Obstacle& obstacle : remedy.obstacles) {
      all.push_back(
          {g.name, obstacle.word, "remedy " + remedy.remedy + ": " + obstacle.text,
           wall(obstacle.until),
           obstacle.word == "paused" ? pauseCommand(s, remedy.remedy) : obstacle.command});
    }
  }
  return all;
}

std::string inOneLine(const std::vector<InTheWay>& all) {
  std::string line;
  for (const InTheWay& one : all) {
    line += (line.empty() ? "" : "; ") + one.message +
            (one.command.empty() ? "" : " (" + one.command + ")");
  }
  return line;
}

}  // namespace heald::engine
