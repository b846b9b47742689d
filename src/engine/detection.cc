#include "engine/detection.h"

#include <algorithm>
#include <utility>

namespace heald::engine {
namespace {

bool isBad(Health health) {
  return health == Health::kWarning || health == Health::kUnhealthy;
}

}  // namespace

Detection::Detection(const DetectionPolicy& policy, std::vector<CheckSpec> checks) {
  std::vector<Action> none;
  reconfigure(policy, std::move(checks), none);
}

void Detection::reconfigure(const DetectionPolicy& policy, std::vector<CheckSpec> checks,
                            std::vector<Action>& actions) {
  policy_ = policy;
  std::vector<CheckPlan::Rhythm> rhythms;
  for (CheckSpec& spec : checks) {
    if (spec.follows_cycle) {
      spec.interval = policy_.interval;
    }
    rhythms.push_back({spec.interval, spec.follows_cycle});
  }
  plan_.take(std::move(rhythms));
  for (const std::uint64_t run : runs_.take(checks_.take(std::move(checks)))) {
    actions.push_back(CancelCheck{run});
  }
}

void Detection::beginCycle(core::BootTime now) {
  for (const int check : plan_.beginCycle(now)) checks_.missed(check, 1);
}

void Detection::startDue(core::BootTime now, std::vector<Action>& actions) {
  while (runs_.scheduled() < policy_.max_concurrent) {
    const auto due = plan_.due(now);
    if (!due) {
      return;
    }
    const core::BootTime reference = std::max(now, due->at);
    if (runs_.running(due->check)) {
      checks_.missed(due->check, 1);
    } else {
      start(due->check, true, actions);
    }
    checks_.missed(due->check, plan_.next(due->check, reference));
  }
}

std::optional<core::BootTime> Detection::nextDue() {
  return runs_.scheduled() < policy_.max_concurrent ? plan_.nextDue() : std::nullopt;
}

std::uint64_t Detection::start(int check, bool scheduled, std::vector<Action>& actions) {
  const std::uint64_t run = runs_.start(check, scheduled);
  checks_.began(check);
  actions.push_back(StartCheck{check, run});
  return run;
}

std::uint64_t Detection::demand(int check, bool scheduled, std::vector<Action>& actions) {
  return runs_.running(check) ? runs_.follow(check, scheduled) : start(check, scheduled, actions);
}

std::uint64_t Detection::request(int check, std::vector<Action>& actions) {
  return demand(check, false, actions);
}

std::uint64_t Detection::requestByHuman(int check, std::vector<Action>& actions) {
  return demand(check, true, actions);
}

Detection::Finding Detection::finish(const CheckFinished& event, core::Now now,
                                     std::vector<Action>& actions) {
  Finding finding;
  const CheckRuns::Ended ended = runs_.end(event.run);
  finding.check = ended.check;
  if (finding.check < 0) {
    return finding;
  }
  static_cast<Checks::Change&>(finding) = checks_.ended(finding.check, event, now);
  finding.raises = ended.scheduled && isBad(checks_.lastResult(finding.check)) && isBad(finding.is);
  if (ended.next) start(finding.check, *ended.next, actions);
  return finding;
}

}  // namespace heald::engine
