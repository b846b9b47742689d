#include "engine/advice.h"

#include <algorithm>

#include "core/plain_text.h"
#include "core/text.h"
#include "engine/alert_standing.h"
#include "engine/explanation.h"

namespace heald::engine {
namespace {

using core::BreakerState;
using core::Feature;

constexpr std::string_view kPaused = "paused";
constexpr std::string_view kDormant = "dormant";
constexpr std::string_view kFlag = "feature_flag";

// For people: nobody counts the milliseconds of a wait.
std::string countdown(core::Duration left) {
  using std::chrono::seconds;
  return core::toText(left < seconds(1) ? left : std::chrono::ceil<seconds>(left));
}

// How attempts under it ended: nearer to the cause than the limit that they reached.
std::string failuresUnder(const GovernorView& g, const Snapshot& s, bool with_output) {
  constexpr int kMost = 3;
  std::string text;
  int told = 0;
  const auto tell = [&](const std::string& governor, const std::string& remedy,
                        const std::string& result, const std::string& output) {
    if (governor == g.name && !result.empty() && result != "ok" && ++told <= kMost) {
      text += "; " + remedy + ": " + resultText(result, output, with_output);
    }
  };
  for (const RemedyView& remedy : s.remedies) {
    tell(remedy.governor, remedy.name, remedy.target_label.empty() ? remedy.last_result : "",
         remedy.last_output);
  }
  for (const TargetView& target : s.targets) {
    tell(target.governor, target.remedy, target.last_result, target.last_output);
  }
  return text;
}

bool neverRead(const GovernorView& g) {
  return g.state.dormant() && g.state.dormancy->reason == core::kStateUnreadable;
}

void adviseDormant(const GovernorView& g, const Snapshot& s, bool with_output,
                   std::vector<Issue>* issues, std::vector<Recommendation>* advice) {
  const core::DormancyRecord& record = *g.state.dormancy;
  const bool permanent = g.state.breaker.state == BreakerState::kPermanentOpen;
  if (issues != nullptr) {
    issues->push_back({Severity::kCritical, g.name, "dormant",
                       "governor " + g.name + " is dormant since " +
                           core::toIso8601(record.timestamp) + ": " + record.reason +
                           (permanent ? "; its circuit breaker is PERMANENT_OPEN" : "")});
  }
  if (advice != nullptr) {
    advice->push_back(
        {g.name, "dormant",
         "find and fix the cause (" + record.reason + failuresUnder(g, s, with_output) +
             "), then resume" + (permanent ? "; one attempt is let through on trial" : ""),
         "healdctl resume " + core::quotedForShell(g.name) + " --reason \"<what was fixed>\""});
  }
}

// Something under it waits for its moment.
bool somethingWaits(const GovernorView& g, const Snapshot& s) {
  const auto waits = [&](const auto& one) {
    return one.governor == g.name && one.phase == Phase::kWaiting && one.next_attempt_at;
  };
  return std::any_of(s.remedies.begin(), s.remedies.end(), waits) ||
         std::any_of(s.targets.begin(), s.targets.end(), waits);
}

// Then a retry is what helps: after it an attempt starts.
bool nothingButTimeIsInTheWay(const GovernorView& g, const Snapshot& s, core::Now now) {
  const auto guards = explainGovernor(s, g, now).governor.guards;
  return std::all_of(guards.begin(), guards.end(), [](const core::GuardFinding& finding) {
    return finding.passes || finding.guard == core::Guard::kBreakerOpen ||
           finding.guard == core::Guard::kBackoff;
  });
}

void adviseWaiting(const GovernorView& g, const Snapshot& s, core::Now now,
                   std::vector<Issue>* issues, std::vector<Recommendation>* advice) {
  if (!g.next_attempt_at || *g.next_attempt_at <= now.boot || !somethingWaits(g, s)) {
    return;
  }
  const bool open = g.state.breaker.reads(now.boot) == BreakerState::kOpen;
  const int failures = g.state.consecutive_failures;
  if (issues != nullptr && !open) {
    issues->push_back({Severity::kWarning, g.name, "backoff",
                       "governor " + g.name + " waits another " +
                           countdown(*g.next_attempt_at - now.boot) +
                           " before the next attempt, after " + std::to_string(failures) +
                           " consecutive " + (failures == 1 ? "failure" : "failures")});
  }
  if (advice != nullptr && nothingButTimeIsInTheWay(g, s, now)) {
    advice->push_back(
        {g.name, open ? "breaker_open" : "backoff",
         "once the cause is fixed, end the wait: one attempt starts now",
         "healdctl retry " + core::quotedForShell(g.name) + " --reason \"<what was fixed>\""});
  }
}

void adviseActive(const GovernorView& g, const Snapshot& s, core::Now now,
                  std::vector<Issue>* issues, std::vector<Recommendation>* advice) {
  const BreakerState state = g.state.breaker.reads(now.boot);
  const int left = g.policy.max_consecutive_failures - g.state.consecutive_failures;
  if (state == BreakerState::kOpen) {
    if (issues != nullptr) {
      issues->push_back({Severity::kWarning, g.name, "breaker_open",
                         "the circuit breaker of governor " + g.name + " is OPEN for another " +
                             countdown(g.state.breaker.open_until - now.boot) + " after " +
                             std::to_string(g.state.breaker.failures) + " failures"});
    }
    if (advice != nullptr && !somethingWaits(g, s)) {
      advice->push_back({g.name, "breaker_open",
                         "wait, or close the breaker once the cause is fixed",
                         "healdctl reset " + core::quotedForShell(g.name)});
    }
  } else if (state == BreakerState::kHalfOpen && issues != nullptr) {
    issues->push_back(
        {Severity::kWarning, g.name, "half_open",
         "the circuit breaker of governor " + g.name + " is HALF_OPEN: the next attempt decides"});
  }
  adviseWaiting(g, s, now, issues, advice);
  if (g.state.consecutive_failures > 0 && left <= 3 && issues != nullptr) {
    issues->push_back({Severity::kWarning, g.name, "approaching_dormancy",
                       "governor " + g.name + " goes dormant after " + std::to_string(left) +
                           (left == 1 ? " more failure" : " more failures")});
  }
}

void advisePause(const Pause& pause, const std::string& what, const std::string& target,
                 core::Now now, std::vector<Issue>* issues, std::vector<Recommendation>* advice) {
  const std::string until = core::toIso8601(now.wall + (pause.until - now.boot));
  if (issues != nullptr) {
    issues->push_back(
        {Severity::kInfo, "", "paused",
         what + " is paused until " + until + " by " + pause.by + ": " + pause.reason});
  }
  if (advice != nullptr && !pause.from_window) {
    advice->push_back({"", "paused", "when the work is done, end the pause of " + what,
                       "healdctl unpause " + target});
  }
}

void advisePauses(const Snapshot& s, core::Now now, std::vector<Issue>* issues,
                  std::vector<Recommendation>* advice) {
  if (allPaused(s, now)) {
    advisePause(*s.pause, "everything", "--all", now, issues, advice);
  }
  for (const RemedyView& remedy : s.remedies) {
    if (remedy.pause && now.boot < remedy.pause->until && !remedy.paused_with_all) {
      advisePause(*remedy.pause, "remedy " + remedy.name, core::quotedForShell(remedy.name), now,
                  issues, advice);
    }
  }
}

void adviseApprovals(const Snapshot& s, std::vector<Issue>* issues,
                     std::vector<Recommendation>* advice) {
  constexpr std::size_t kMost = 10;  // programs may ask for any number of permits
  for (std::size_t i = 0; i < std::min(kMost, s.approvals_wanted.size()); ++i) {
    const ApprovalWanted& wanted = s.approvals_wanted[i];
    const std::string what = approvedThing(wanted.key);
    if (issues != nullptr) {
      issues->push_back({Severity::kWarning, wanted.governor, "approval",
                         what + " waits for the approval of a human since " +
                             core::toIso8601(wanted.since) +
                             (wanted.reason.empty() ? "" : ": " + wanted.reason)});
    }
    if (advice != nullptr) {
      advice->push_back({wanted.governor, "approval",
                         "approve one attempt, if it is right to let it start: " + what,
                         approveCommand(wanted.key)});
    }
  }
  if (s.approvals_wanted.size() > kMost && issues != nullptr) {
    issues->push_back({Severity::kWarning, "", "approval",
                       std::to_string(s.approvals_wanted.size() - kMost) +
                           " more attempts wait for the approval of a human"});
  }
}

void adviseChecks(const Snapshot& s, std::vector<Issue>* issues,
                  std::vector<Recommendation>* advice) {
  for (const CheckView& check : s.checks) {
    if (check.health == Health::kUnhealthy && issues != nullptr) {
      issues->push_back({Severity::kWarning, "", "check_unhealthy",
                         "check " + check.name + " is unhealthy: " + check.message});
    } else if (check.health == Health::kWarning && issues != nullptr) {
      issues->push_back({Severity::kWarning, "", "check_warning",
                         "check " + check.name + " is in warning: " + check.message});
    } else if (check.executions == 0) {
      if (issues != nullptr) {
        issues->push_back(
            {Severity::kInfo, "", "check_pending", "check " + check.name + " has no result yet"});
      }
    } else if (check.status == core::CheckStatus::kUnknown) {
      if (issues != nullptr) {
        issues->push_back({Severity::kWarning, "", "check_unknown",
                           "check " + check.name + " cannot tell: " + check.message});
      }
      if (advice != nullptr) {
        advice->push_back(
            {"", "check_unknown",
             "an unknown result starts nothing: see why check " + check.name + " cannot tell",
             "healdctl run check " + core::quotedForShell(check.name)});
      }
    }
  }
}

void adviseRoom(const Snapshot& s, std::vector<Issue>* issues,
                std::vector<Recommendation>* advice) {
  const StoreRoom& room = s.store_room;
  if (room.state == StoreRoom::State::kPlenty) {
    return;
  }
  const bool full = room.state == StoreRoom::State::kOnReserve;
  if (issues != nullptr) {
    issues->push_back({full ? Severity::kCritical : Severity::kWarning, "", "store_reserve",
                       (full ? "the disk of the store is full, and heald lives on its reserve: "
                             : "the store has no reserve, so a full disk will stop healing: ") +
                           room.reason});
  }
  if (advice != nullptr) {
    advice->push_back({"", "store_reserve",
                       "make room on the disk of the store; heald restores its reserve by itself",
                       "healdctl status"});
  }
}

void adviseEngine(const Snapshot& s, std::vector<Issue>* issues,
                  std::vector<Recommendation>* advice) {
  if (!s.store_up) {
    if (issues != nullptr) {
      issues->push_back({Severity::kCritical, "", "store_unavailable",
                         "the store is unavailable, so nothing starts: " + s.store_error});
    }
    if (advice != nullptr) {
      advice->push_back({"", "store_unavailable",
                         "make the store answer again (a file: disk space, permissions, locks; "
                         "etcd: its members, the network, heald's rights); heald notices by itself",
                         "healdctl status"});
    }
  }
  adviseRoom(s, issues, advice);
  if (s.storm_brake && issues != nullptr) {
    issues->push_back({Severity::kCritical, "", "storm_brake",
                       "too many checks are unhealthy at once, so nothing starts: such a failure "
                       "is systemic"});
  }
  for (const Feature feature : core::kFeatures) {
    if (s.features.enabled(feature)) {
      continue;
    }
    const std::string name(toString(feature));
    if (issues != nullptr) {
      issues->push_back({Severity::kInfo, "", "feature_flag", name + " is switched off"});
    }
    const auto& layers = s.features.layers(feature);
    if (advice != nullptr && layers.environment && layers.configuration) {
      advice->push_back({"", "feature_flag", "switch " + name + " on again when it is safe",
                         "healdctl flag " + name + " on --reason \"<why>\""});
    }
  }
}

void adviseAlerts(const Snapshot& s, core::Now now, std::vector<Issue>* issues) {
  constexpr std::size_t kMost = 10;  // a label may have many values
  if (issues == nullptr) {
    return;
  }
  std::size_t told = 0;
  std::size_t firing = 0;
  for (const AlertStanding& standing : alertStandings(s, now)) {
    if (standing.firing > 0 && ++firing <= kMost) {
      issues->push_back({Severity::kWarning, standing.governor, "alert_firing", standing.message});
      ++told;
    }
  }
  if (firing > told) {
    issues->push_back({Severity::kWarning, "", "alert_firing",
                       "alerts fire for " + std::to_string(firing - told) + " more targets"});
  }
}

void adviseReload(const Snapshot& s, std::vector<Issue>* issues,
                  std::vector<Recommendation>* advice) {
  if (!s.refused_reload) {
    return;
  }
  const std::string& why = s.refused_reload->why;
  const auto more = std::count(why.begin(), why.end(), '\n');
  if (issues != nullptr) {
    issues->push_back({Severity::kWarning, "", "reload_refused",
                       "the configuration was refused at " + core::toIso8601(s.refused_reload->at) +
                           ", and the one before goes on: " + why.substr(0, why.find('\n')) +
                           (more > 0 ? " (and " + std::to_string(more) + " more)" : "")});
  }
  if (advice != nullptr) {
    advice->push_back({"", "reload_refused", "mend the configuration, then have it read again",
                       "healdctl reload"});
  }
}

// Of the issue that a recommendation is for.
Severity severityOf(std::string_view reason) {
  const bool critical =
      reason == kDormant || reason == "store_unavailable" || reason == "store_reserve";
  const bool info = reason == kPaused || reason == kFlag;
  return critical ? Severity::kCritical : info ? Severity::kInfo : Severity::kWarning;
}

void advise(const Snapshot& s, core::Now now, bool with_output, std::vector<Issue>* issues,
            std::vector<Recommendation>* advice) {
  if (!s.standby.empty()) {  // what governors, pauses and alerts are is known where it acts
    if (issues != nullptr) {
      issues->push_back({Severity::kInfo, "", "standby", "this replica stands by: " + s.standby});
    }
    return adviseReload(s, issues, advice);
  }
  adviseEngine(s, issues, advice);
  for (const GovernorView& governor : s.governors) {
    if (!s.store_up && neverRead(governor)) continue;  // what is to be done is said of the store
    if (governor.state.dormant()) {
      // Without a store no resume can be recorded.
      adviseDormant(governor, s, with_output, issues, s.store_up ? advice : nullptr);
    } else {
      adviseActive(governor, s, now, issues, advice);
    }
  }
  adviseAlerts(s, now, issues);
  advisePauses(s, now, issues, advice);
  adviseApprovals(s, issues, advice);
  adviseChecks(s, issues, advice);
  adviseReload(s, issues, advice);
  if (issues != nullptr) {
    std::stable_sort(issues->begin(), issues->end(),
                     [](const Issue& a, const Issue& b) { return a.severity > b.severity; });
  }
  if (advice != nullptr) {
    std::stable_sort(advice->begin(), advice->end(),
                     [](const Recommendation& a, const Recommendation& b) {
                       return severityOf(a.reason) > severityOf(b.reason);
                     });
  }
}

}  // namespace

std::vector<Issue> issues(const Snapshot& snapshot, core::Now now) {
  std::vector<Issue> found;
  advise(snapshot, now, false, &found, nullptr);
  return found;
}

std::vector<Recommendation> recommendations(const Snapshot& snapshot, core::Now now,
                                            bool with_output) {
  std::vector<Recommendation> found;
  advise(snapshot, now, with_output, nullptr, &found);
  return found;
}

}  // namespace heald::engine
