#include "engine/explanation.h"

#include <algorithm>
#include <cstddef>

#include "core/text.h"

namespace heald::engine {
namespace {

using core::Guard;
using core::GuardFinding;

std::string parentOf(const GovernorView& view) {
  return view.target.empty() ? "" : view.name.substr(0, view.name.find('@'));
}

bool inForce(const ApprovalView& view, core::Now now) {
  return now.boot < view.approval.until;
}

// Of the next permit. A fleet's is of one member or another: how many have one that is in force.
std::ptrdiff_t approvedPermits(const Snapshot& s, const GovernorView& view, core::Now now) {
  return std::count_if(s.approvals.begin(), s.approvals.end(), [&](const ApprovalView& each) {
    return each.key.ofPermit() && each.key.name == view.name &&
           each.key.target.empty() != view.fleet && inForce(each, now);
  });
}

core::Gates gatesOf(const Snapshot& s, const GovernorView& view, core::Now now) {
  const std::string parent = parentOf(view);
  const bool parent_dormant =
      !parent.empty() && std::any_of(s.governors.begin(), s.governors.end(), [&](const auto& g) {
        return g.name == parent && g.state.dormant();
      });
  return {s.features.enabled(core::Feature::kAutoHealing),
          s.store_up,
          !view.fleet && s.actions_running >= s.max_concurrent,
          !view.fleet && s.max_unverified && s.attempts_in_progress >= *s.max_unverified,
          s.storm_brake,
          parent_dormant,
          view.permits_need_approval && approvedPermits(s, view, now) == 0};
}

// "auto_healing is off by configuration"
std::string flagText(const Snapshot& s) {
  const auto& layers = s.features.layers(core::Feature::kAutoHealing);
  if (s.features.enabled(core::Feature::kAutoHealing)) {
    return "auto_healing is on";
  }
  return std::string("auto_healing is off by ") + (!layers.environment     ? "environment"
                                                   : !layers.configuration ? "configuration"
                                                                           : "a human");
}

std::string stormText(const Snapshot& s) {
  const auto unhealthy =
      std::count_if(s.checks.begin(), s.checks.end(),
                    [](const CheckView& check) { return check.health == Health::kUnhealthy; });
  return std::to_string(unhealthy) + " of " + std::to_string(s.checks.size()) +
         " checks are unhealthy";
}

// Of all governors.
std::string runningText(int actions) {
  return std::to_string(actions) + (actions == 1 ? " action runs" : " actions run");
}
std::string unverifiedText(int attempts) {
  return std::to_string(attempts) + (attempts == 1 ? " attempt" : " attempts") + " unverified";
}

std::string givenText(const Snapshot& s, const GovernorView& view, core::Now now) {
  if (!view.fleet) return "given";
  const auto members = approvedPermits(s, view, now);
  return "given for " + std::to_string(members) + (members == 1 ? " member" : " members");
}

// The words of the gates, which the governor itself cannot know.
void tellGates(const Snapshot& s, const GovernorView& view, core::Now now,
               std::vector<GuardFinding>& guards) {
  const bool fleet = view.fleet;
  for (GuardFinding& finding : guards) {
    if (finding.guard == Guard::kFeatureFlag) {
      finding.value = flagText(s);
    } else if (finding.guard == Guard::kStoreUnavailable && !s.store_up) {
      finding.value = "unavailable: " + s.store_error;
    } else if (fleet &&
               (finding.guard == Guard::kMaxConcurrent || finding.guard == Guard::kMaxUnverified)) {
      finding.value = "not for fleets";
      finding.threshold = "no limit";
    } else if (finding.guard == Guard::kMaxConcurrent) {
      finding.value = runningText(s.actions_running);
      finding.threshold = "fewer than " + std::to_string(s.max_concurrent);
    } else if (finding.guard == Guard::kMaxUnverified) {
      finding.value = unverifiedText(s.attempts_in_progress);
      finding.threshold =
          s.max_unverified ? "fewer than " + std::to_string(*s.max_unverified) : "no limit";
    } else if (finding.guard == Guard::kApproval) {
      finding.value = !finding.passes              ? "missing"
                      : view.permits_need_approval ? givenText(s, view, now)
                      : view.needs_approvals       ? "not needed for permits"
                                                   : "not needed";
      finding.threshold = "given by a human";
    } else if (finding.guard == Guard::kStormBrake) {
      finding.value = stormText(s);
      finding.threshold = "at most " + std::to_string(s.storm_brake_policy.max_unhealthy_percent) +
                          "% (from " + std::to_string(s.storm_brake_policy.min_checks) +
                          " checks on)";
    }
  }
}

Obstacle pauseText(const Pause& pause, const std::string& what, core::Now now) {
  return {"paused",
          what + " is paused for another " + core::toText(pause.until - now.boot) + " by " +
              pause.by + ": " + pause.reason,
          pause.until};
}

std::string fleetText(const FleetStanding& fleet) {
  return "governor " + fleet.asked.governor + " of " + fleet.asked.server +
         " gave no permit when it was asked last: " + fleet.denied;
}

bool approved(const Snapshot& s, const ApprovalKey& key, core::Now now) {
  return std::any_of(s.approvals.begin(), s.approvals.end(), [&](const ApprovalView& each) {
    return each.key == key && inForce(each, now);
  });
}

// What has to be approved for its next attempt. Of one with targets each target has its own, and a
// governor of one knows which; the step is known of those that wait.
std::optional<ApprovalKey> approvalMissing(const Snapshot& s, const RemedyView& remedy,
                                           const std::string& target, core::Now now) {
  std::optional<ApprovalKey> key = remedy.needs_approval;
  if (!remedy.target_label.empty() && !remedy.approval_steps.empty()) {
    key =
        ApprovalKey{remedy.name, target.empty() ? "TARGET" : target, remedy.approval_steps.front()};
    for (const ApprovalWanted& wanted : s.approvals_wanted) {
      if (wanted.key.name == key->name && wanted.key.target == key->target) key = wanted.key;
    }
  }
  return key && !approved(s, *key, now) ? key : std::nullopt;
}

// A check that is in warning, where the remedy answers to critical alone.
bool onlyWarns(const Snapshot& s, const RemedyView& remedy) {
  const auto its = std::find_if(s.checks.begin(), s.checks.end(),
                                [&](const CheckView& check) { return check.name == remedy.check; });
  return its != s.checks.end() && its->health == Health::kWarning && !remedy.on.warning;
}

RemedyStanding standingOf(const Snapshot& s, const RemedyView& remedy, const std::string& target,
                          core::Now now) {
  RemedyStanding standing{remedy.name, {}};
  if (remedy.pause && now.boot < remedy.pause->until) {
    standing.obstacles.push_back(
        pauseText(*remedy.pause, remedy.paused_with_all ? "every remedy" : "it", now));
  }
  if (!remedy.unhealthy_parent.empty()) {
    standing.obstacles.push_back(
        {"depends_on",
         "its check depends on " + remedy.unhealthy_parent + ", which is unhealthy",
         {}});
  }
  if (remedy.fleet && !remedy.fleet->denied.empty()) {
    standing.obstacles.push_back({"fleet", fleetText(*remedy.fleet), remedy.fleet->until});
  }
  if (const auto key = approvalMissing(s, remedy, target, now)) {
    standing.obstacles.push_back(
        {"approval",
         approvedThing(*key) + " needs the approval of a human for each attempt",
         {},
         approveCommand(*key)});
  }
  if (onlyWarns(s, remedy)) {
    standing.obstacles.push_back(
        {"check_warning",
         "its check " + remedy.check + " is in warning, and it answers to critical only (when.on)",
         {}});
  }
  if (remedy.observe) {
    standing.obstacles.push_back(
        {"observe_mode", "it only observes: an attempt is counted, and not run", {}});
  }
  if (remedy.preventive && !s.features.enabled(core::Feature::kPreventiveHealing)) {
    standing.obstacles.push_back(
        {"preventive_healing", "preventive_healing is off: it has no preventive runs", {}});
  }
  return standing;
}

}  // namespace

core::Verdict verdictOf(const Snapshot& s, const GovernorView& view, core::Now now) {
  return core::Governor(view.policy, view.state).ask(gatesOf(s, view, now), now.boot);
}

GovernorExplanation explainGovernor(const Snapshot& s, const GovernorView& view, core::Now now) {
  const core::Governor governor(view.policy, view.state);
  const std::string parent = parentOf(view);
  GovernorExplanation explanation{core::explain(governor, gatesOf(s, view, now), now.boot), {}};
  tellGates(s, view, now, explanation.governor.guards);
  for (const RemedyView& remedy : s.remedies) {
    const bool serves =
        remedy.governor == view.name || (!remedy.target_label.empty() && remedy.governor == parent);
    if (serves) {
      explanation.remedies.push_back(standingOf(s, remedy, view.target, now));
    }
  }
  return explanation;
}

std::vector<Obstacle> commonObstacles(const Snapshot& s, core::Now now) {
  std::vector<Obstacle> obstacles;
  if (s.pause && now.boot < s.pause->until) {
    obstacles.push_back(pauseText(*s.pause, "everything", now));
  }
  if (s.observe) {
    obstacles.push_back({"observe_mode", "heald only observes: no permit is given", {}});
  }
  return obstacles;
}

}  // namespace heald::engine
