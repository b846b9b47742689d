#include "engine/detection.h"

#include <algorithm>
#include <utility>

namespace heald::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Checks that are due within this much of each other start together: an isolated wake-up costs as
// much as a probe.
core::Duration slack(const CheckSpec& spec) {
  return std::min<core::Duration>(spec.interval / 20, milliseconds(50));
}

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
  std::vector<Check> old_checks = std::exchange(checks_, {});
  by_name_.clear();
  due_ = {};
  auto old_durations = std::exchange(durations_, {});
  for (CheckSpec& spec : checks) {
    add(std::move(spec));
  }
  for (auto& [kind, histogram] : old_durations) {
    if (const auto kept = durations_.find(kind); kept != durations_.end()) {
      kept->second = std::move(histogram);
    }
  }
  for (Check& old : old_checks) {
    keep(old, actions);
  }
  running_scheduled_ = 0;
  unhealthy_ = 0;
  stale_.markAll();
  running_.clear();
  for (std::size_t i = 0; i < checks_.size(); ++i) {
    Check& check = checks_[i];
    if (check.view.running) running_[check.run] = static_cast<int>(i);
    running_scheduled_ += check.view.running && check.scheduled ? 1 : 0;
    unhealthy_ += check.view.health == Health::kUnhealthy ? 1 : 0;
    findParents(check, check);
    for (const int parent : check.parents) {
      checks_[place(parent)].dependents.push_back(static_cast<int>(i));
    }
  }
}

void Detection::add(CheckSpec spec) {
  if (spec.follows_cycle) {
    spec.interval = policy_.interval;
  }
  by_name_.emplace(spec.name, static_cast<int>(checks_.size()));
  durations_.try_emplace(spec.kind, checkBuckets());
  Check check;
  check.view.name = spec.name;
  check.view.kind = spec.kind;
  check.view.metric_labels = spec.metric_labels;
  check.view.interval = spec.interval;
  check.spec = std::move(spec);
  checks_.push_back(std::move(check));
}

void Detection::keep(Check& old, std::vector<Action>& actions) {
  const int index = indexOf(old.spec.name);
  if (index < 0 || at(index).spec.kind != old.spec.kind) {
    if (old.view.running) {
      actions.push_back(CancelCheck{old.run});
    }
    return;
  }
  Check& check = at(index);
  CheckSpec spec = std::move(check.spec);
  check = std::move(old);
  check.spec = std::move(spec);
  check.view.interval = check.spec.interval;
  check.planned.reset();
  check.parents.clear();
  check.dependents.clear();
}

void Detection::findParents(Check& check, const Check& from) {
  for (const std::string& name : from.spec.depends_on) {
    const int parent = indexOf(name);
    const bool known =
        std::find(check.parents.begin(), check.parents.end(), parent) != check.parents.end();
    if (parent >= 0 && !known) {
      check.parents.push_back(parent);
      findParents(check, checks_[place(parent)]);
    }
  }
}

int Detection::unhealthyParent(int check) const {
  for (const int parent : at(check).parents) {
    if (health(parent) == Health::kUnhealthy) {
      return parent;
    }
  }
  return -1;
}

core::Duration Detection::spread(std::size_t index) const {
  const core::Duration over = std::min<core::Duration>(checks_[index].spec.interval, seconds(5));
  return over * static_cast<long>(index) / static_cast<long>(checks_.size());
}

void Detection::begin(core::BootTime now) {
  for (std::size_t i = 0; i < checks_.size(); ++i) {
    if (!checks_[i].spec.follows_cycle) {
      plan(static_cast<int>(i), now + spread(i));
    }
  }
}

void Detection::beginCycle(core::BootTime now) {
  for (std::size_t i = 0; i < checks_.size(); ++i) {
    if (checks_[i].spec.follows_cycle) {
      const int check = static_cast<int>(i);
      at(check).view.missed += checks_[i].planned ? 1 : 0;  // still not started
      plan(check, now + spread(i));
    }
  }
}

void Detection::plan(int check, core::BootTime due) {
  at(check).planned = due;
  due_.set(check, due);
}

void Detection::planNext(int check, core::BootTime now) {
  Check& c = at(check);
  if (c.spec.follows_cycle) {
    c.planned.reset();
    return;
  }
  core::BootTime next = *c.planned + c.spec.interval;
  if (next <= now) {
    const auto behind = (now - next) / c.spec.interval + 1;
    c.view.missed += static_cast<std::uint64_t>(behind);
    next += behind * c.spec.interval;
  }
  plan(check, next);
}

void Detection::startDue(core::BootTime now, std::vector<Action>& actions) {
  while (running_scheduled_ < policy_.max_concurrent) {
    const auto first = due_.next();
    if (!first || *first > now + milliseconds(50)) {
      return;
    }
    const int check = *due_.take(*first);
    Check& c = at(check);
    if (*first > now + slack(c.spec)) {
      due_.set(check, *first);
      return;
    }
    const core::BootTime reference = std::max(now, *first);
    if (c.view.running) {
      ++c.view.missed;
    } else {
      start(check, true, actions);
    }
    planNext(check, reference);
  }
}

std::optional<core::BootTime> Detection::nextDue() {
  return running_scheduled_ < policy_.max_concurrent ? due_.next() : std::nullopt;
}

void Detection::start(int check, bool scheduled, std::vector<Action>& actions) {
  Check& c = at(check);
  CHECK(!c.view.running, "a check runs once at a time");
  c.run = ++runs_;
  c.scheduled = scheduled;
  c.view.running = true;
  running_[c.run] = check;
  running_scheduled_ += scheduled ? 1 : 0;
  actions.push_back(StartCheck{check, c.run});
}

std::uint64_t Detection::demand(int check, bool scheduled, std::vector<Action>& actions) {
  Check& c = at(check);
  if (!c.view.running) {
    start(check, scheduled, actions);
    return c.run;
  }
  // What runs now began before the question was asked; every later run has a higher number.
  c.again = true;
  c.again_scheduled = c.again_scheduled || scheduled;
  return c.run + 1;
}

std::uint64_t Detection::request(int check, std::vector<Action>& actions) {
  return demand(check, false, actions);
}

std::uint64_t Detection::requestByHuman(int check, std::vector<Action>& actions) {
  return demand(check, true, actions);
}

void Detection::stop() {
  for (Check& check : checks_) {
    check.again = false;
  }
}

// The check whose present run this is; after a Reload its index may be another than the event's.
int Detection::checkOf(const CheckFinished& event) const {
  const auto found = running_.find(event.run);
  return found == running_.end() ? -1 : found->second;
}

Detection::Finding Detection::finish(const CheckFinished& event, core::Now now,
                                     std::vector<Action>& actions) {
  Finding finding;
  finding.check = checkOf(event);
  if (finding.check < 0) {
    return finding;
  }
  Check& c = at(finding.check);
  c.view.running = false;
  running_.erase(event.run);
  running_scheduled_ -= c.scheduled ? 1 : 0;
  CHECK(running_scheduled_ >= 0, "a run ends once");

  finding.was = c.view.health;
  if (c.view.status != event.status || !c.view.since) {
    c.view.since = now.wall;
  }
  c.view.status = event.status;
  c.view.message = event.message;
  c.view.measurements = event.measurements;
  c.view.last_run = now.wall;
  c.view.last_duration = event.took;
  ++c.view.executions;
  c.last = core::healthOf(event.status, c.spec.warning_is_healthy);
  c.view.failures += c.last == Health::kUnhealthy ? 1 : 0;
  c.view.warnings += c.last == Health::kWarning ? 1 : 0;
  durations_.at(c.spec.kind).observe(event.took);
  count(c, now.boot);

  finding.is = c.view.health;
  finding.raises = c.scheduled && isBad(c.last) && isBad(c.view.health);
  // Before its first streak is complete, a check that answers is not unknown.
  if (c.last == Health::kUnknown || c.view.health != Health::kUnknown) {
    finding.told =
        c.record.observe(c.last == Health::kUnknown ? Health::kUnknown : c.view.health, now.boot);
  }
  if (c.again) {
    c.again = false;
    start(finding.check, std::exchange(c.again_scheduled, false), actions);
  }
  return finding;
}

void Detection::count(Check& c, core::BootTime now) {
  const bool gap = now - c.last_result > 2 * c.spec.interval + c.spec.timeout;
  c.last_result = now;
  const Health before = c.view.health;
  // Time without a result is time in which nothing is known.
  c.debounce.observe(c.last, c.spec.unhealthy_after, c.spec.healthy_after, gap, now);
  c.view.health = c.debounce.health();
  unhealthy_ += (c.view.health == Health::kUnhealthy) - (before == Health::kUnhealthy);
  CHECK(unhealthy_ >= 0 && unhealthy_ <= static_cast<int>(checks_.size()),
        "as many checks are unhealthy as there are");
}

int Detection::indexOf(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? -1 : found->second;
}

const SharedList<CheckView>& Detection::views() const {
  const bool all = stale_.all();
  const std::vector<int> stale = stale_.take();
  if (all) {
    views_.clear();
    for (const Check& check : checks_) views_.push_back(check.view);
  } else {
    for (const int check : stale) views_.replace(place(check), at(check).view);
  }
  return views_;
}

}  // namespace heald::engine
