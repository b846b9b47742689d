#include "engine/alert_standing.h"

#include <algorithm>
#include <map>

#include "core/text.h"
#include "engine/explanation.h"

namespace heald::engine {
namespace {

using core::Guard;

// What a remedy and one of its targets have in common.
struct One {
  const RemedyView& remedy;
  const TargetView* target;  // null: the remedy itself

  Phase phase() const { return target ? target->phase : remedy.phase; }
  std::optional<Guard> deniedBy() const {
    return target ? target->last_denied_by : remedy.last_denied_by;
  }
  std::uint64_t attempt() const { return target ? target->attempt : remedy.attempt; }
  std::size_t firing() const { return target ? target->firing : remedy.firing; }
  const std::string& alert() const { return target ? target->alert : remedy.alert; }
  const std::string& governor() const { return target ? target->governor : remedy.governor; }
  const std::string& lastResult() const {
    return target ? target->last_result : remedy.last_result;
  }
};

enum Badness { kStopped, kHeld, kGivenUp, kWaits, kQueues, kMayStart, kRuns, kQuiet };

bool underWay(Phase phase) {
  return phase != Phase::kIdle && phase != Phase::kWaiting && phase != Phase::kQueued;
}

int badnessOf(Guard guard) {
  switch (guard) {
    case Guard::kDormant:
    case Guard::kPermanentOpen:
      return kStopped;
    case Guard::kFeatureFlag:
    case Guard::kStoreUnavailable:
    case Guard::kStormBrake:
    case Guard::kBudget:
    case Guard::kApproval:
      return kHeld;
    case Guard::kBreakerOpen:
    case Guard::kBackoff:
      return kWaits;
    case Guard::kInFlight:
    case Guard::kMaxConcurrent:
    case Guard::kMaxUnverified:
    case Guard::kHalfOpen:
      return kQueues;
  }
  return kQueues;
}

std::string another(const std::optional<core::BootTime>& until, core::Now now) {
  return until ? ", another " + core::toText(std::max(core::Duration{}, *until - now.boot)) : "";
}

// What its governor would say, or a pause before it.
std::string judge(const One& one, const core::Verdict& verdict, core::Now now,
                  AlertStanding& standing) {
  if (one.remedy.pause && now.boot < one.remedy.pause->until) {
    standing.word = "paused";
    standing.until = one.remedy.pause->until;
    standing.badness = kHeld;
    return "paused" + another(standing.until, now);
  }
  if (underWay(one.phase())) {
    standing.badness = kRuns;
    return "attempt " + std::to_string(one.attempt()) + " is under way (" +
           std::string(toString(one.phase())) + ")";
  }
  if (verdict.denied_by) {
    standing.word = toString(*verdict.denied_by);
    standing.until = verdict.until;
    standing.badness = badnessOf(*verdict.denied_by);
    return "held back by " + standing.word + another(standing.until, now);
  }
  // Of its step, which is not in the view of its governor.
  if (one.phase() == Phase::kWaiting && one.deniedBy() == Guard::kApproval) {
    standing.word = toString(Guard::kApproval);
    standing.badness = kHeld;
    return "held back by approval: a human has to approve it";
  }
  const bool failed = !one.lastResult().empty() && one.lastResult() != "ok";
  if (one.phase() == Phase::kIdle && failed) {
    standing.badness = kGivenUp;
    return "no further attempt is due after the last one (" + one.lastResult() + ")";
  }
  standing.badness = kMayStart;
  return one.remedy.observe ? "observe mode: nothing is run" : "an attempt may start";
}

}  // namespace

std::vector<AlertStanding> alertStandings(const Snapshot& s, core::Now now) {
  std::map<std::string, const GovernorView*> governors;
  std::map<std::string, const RemedyView*> remedies;
  std::vector<One> all;
  for (const RemedyView& remedy : s.remedies) {
    if (!s.targets.empty()) remedies[remedy.name] = &remedy;
    if (remedy.by_alert && remedy.target_label.empty()) {
      all.push_back({remedy, nullptr});
    }
  }
  for (const TargetView& target : s.targets) {
    if (const auto remedy = remedies.find(target.remedy); remedy != remedies.end()) {
      all.push_back({*remedy->second, &target});
    }
  }
  if (all.empty()) return {};  // as in most configurations, where each scrape asks
  for (const GovernorView& governor : s.governors) {
    governors[governor.name] = &governor;
  }
  std::vector<AlertStanding> standings;
  for (const One& one : all) {
    AlertStanding standing{one.remedy.name,
                           one.target ? one.target->target : "",
                           one.governor(),
                           one.firing(),
                           "",
                           {},
                           "",
                           0};
    const auto governor = governors.find(one.governor());
    const auto verdict =
        governor == governors.end() ? core::Verdict{} : verdictOf(s, *governor->second, now);
    const std::string how = judge(one, verdict, now, standing);
    const std::string whose =
        "remedy " + standing.remedy + (standing.target.empty() ? "" : " for " + standing.target);
    if (standing.firing == 0) {
      standing.badness = kQuiet + (standing.word.empty() ? 1 : 0);
      standing.message = whose + ": no alert fires" + (standing.word.empty() ? "" : "; " + how);
    } else {
      const std::string name = one.alert().empty() ? "an alert" : "alert " + one.alert();
      const std::string more = standing.firing > 1
                                   ? " and " + std::to_string(standing.firing - 1) + " more fire"
                                   : " fires";
      standing.message = name + more + "; " + whose + ": " + how;
    }
    standings.push_back(std::move(standing));
  }
  std::stable_sort(standings.begin(), standings.end(),
                   [](const auto& a, const auto& b) { return a.badness < b.badness; });
  return standings;
}

}  // namespace heald::engine
