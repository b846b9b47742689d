#include "engine/checks.h"

#include <utility>

namespace heald::engine {

std::vector<int> Checks::take(std::vector<CheckSpec> checks) {
  std::vector<Check> old = std::exchange(checks_, {});
  const std::map<std::string, int> old_places = std::exchange(by_name_, {});
  auto old_durations = std::exchange(durations_, {});
  std::vector<int> places;
  unhealthy_ = 0;
  for (CheckSpec& spec : checks) {
    const auto known = old_places.find(spec.name);
    const int place = known == old_places.end() ? -1 : known->second;
    Check* before = place < 0 ? nullptr : &old[static_cast<std::size_t>(place)];
    const bool kept = before != nullptr && before->spec.kind == spec.kind;
    Check check = kept ? std::move(*before) : Check{};
    places.push_back(kept ? place : -1);
    if (!kept) {
      check.view.name = spec.name;
      check.view.kind = spec.kind;
      check.view.metric_labels = spec.metric_labels;
    }
    check.view.interval = spec.interval;
    check.spec = std::move(spec);
    unhealthy_ += check.view.health == Health::kUnhealthy ? 1 : 0;
    by_name_.emplace(check.spec.name, static_cast<int>(checks_.size()));
    durations_.try_emplace(check.spec.kind, checkBuckets());
    checks_.push_back(std::move(check));
  }
  for (auto& [kind, histogram] : old_durations) {
    if (const auto kept = durations_.find(kind); kept != durations_.end()) {
      kept->second = std::move(histogram);
    }
  }
  std::vector<std::vector<int>> direct;
  for (const Check& check : checks_) {
    direct.emplace_back();
    for (const std::string& name : check.spec.depends_on) {
      if (const int parent = indexOf(name); parent >= 0) direct.back().push_back(parent);
    }
  }
  dependencies_ = CheckDependencies(direct);
  stale_.markAll();
  return places;
}

int Checks::indexOf(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? -1 : found->second;
}

int Checks::unhealthyParent(int check) const {
  for (const int parent : dependencies_.parents(check)) {
    if (health(parent) == Health::kUnhealthy) {
      return parent;
    }
  }
  return -1;
}

Checks::Change Checks::ended(int check, const CheckFinished& event, core::Now now) {
  Check& c = at(check);
  Change change;
  change.was = c.view.health;
  c.view.running = false;
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
  change.is = c.view.health;
  // Before its first streak is complete, a check that answers is not unknown.
  if (c.last == Health::kUnknown || c.view.health != Health::kUnknown) {
    change.told =
        c.record.observe(c.last == Health::kUnknown ? Health::kUnknown : c.view.health, now.boot);
  }
  return change;
}

void Checks::count(Check& c, core::BootTime now) {
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

const SharedList<CheckView>& Checks::views() const {
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
