#include "simulation/random_setup.h"

#include <algorithm>

namespace heald::simulation {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

core::GovernorPolicy randomPolicy(Random& random) {
  core::GovernorPolicy policy;
  if (random.oneIn(4)) return policy;  // the design's numbers
  policy.backoff.base = seconds(random.between(1, 10));
  policy.backoff.max = policy.backoff.base * random.between(1, 40);
  policy.max_consecutive_failures = random.between(1, 10);
  policy.max_in_flight = random.between(1, 2);
  policy.breaker.failure_threshold = random.between(1, 4);
  policy.breaker.open_for = seconds(random.between(1, 90));
  policy.breaker.half_open_max_attempts = random.between(1, 3);
  policy.breaker.permanent_open_threshold = random.between(1, 12);
  policy.reset_after = seconds(random.between(5, 300));
  if (random.oneIn(3)) policy.budgets.clear();
  if (random.oneIn(3)) policy.budgets = {{random.between(1, 6), minutes(random.between(1, 90))}};
  return policy;
}

engine::CheckSpec randomCheck(int number, Random& random) {
  engine::CheckSpec check;
  check.name = "c" + std::to_string(number);
  check.kind = "exec";
  check.follows_cycle = random.oneIn(8);
  check.interval = seconds(random.between(1, 30));
  check.timeout = seconds(random.between(1, 10));
  check.unhealthy_after = random.oneIn(3) ? random.between(1, 3) : 1;
  check.healthy_after = random.oneIn(3) ? random.between(1, 3) : 1;
  check.warning_is_healthy = random.oneIn(8);
  if (number > 0 && random.oneIn(4)) {
    check.depends_on = {"c" + std::to_string(random.below(number))};
  }
  return check;
}

void hearAlerts(engine::RemedySpec& remedy, Random& random) {
  remedy.check.clear();
  remedy.preventive = false;
  remedy.alert.matchers = {{"alertname", "A" + std::to_string(random.below(2))}};
  remedy.alert.retry = random.oneIn(3);
  if (random.oneIn(2)) {
    remedy.alert.target = "instance";
    remedy.alert.max_targets = random.between(1, 3);
  }
  remedy.verify.after = {};
}

engine::RemedySpec randomRemedy(int number, const engine::Setup& setup, Random& random) {
  engine::RemedySpec remedy;
  remedy.name = "r" + std::to_string(number);
  remedy.check = random.of(setup.checks).name;
  remedy.governor = random.of(setup.governors).name;
  remedy.observe = random.oneIn(12);
  remedy.preventive = random.oneIn(8);
  remedy.verify.after = random.oneIn(2) ? core::Duration{} : seconds(random.between(0, 5));
  remedy.verify.within = remedy.verify.after + seconds(random.oneIn(2) ? 0 : random.below(20));
  if (random.oneIn(3)) remedy.steps = {0, random.between(1, 3)};
  if (random.oneIn(3)) remedy.on = {true, random.oneIn(2)};
  if (remedy.preventive && random.oneIn(2)) remedy.check.clear();
  if (random.oneIn(4)) hearAlerts(remedy, random);
  return remedy;
}

void shapeHealing(engine::Setup& setup, Random& random) {
  setup.alertmanager.asked = random.oneIn(3);
  setup.detection.interval = seconds(random.between(10, 120));
  setup.detection.max_concurrent = random.between(1, 4);
  setup.healing.max_concurrent = random.between(1, 3);
  if (random.oneIn(3)) setup.healing.max_unverified = random.between(1, 4);
  setup.healing.preventive_interval = minutes(random.between(1, 10));
  setup.healing.storm_brake = {random.between(1, 5), random.between(20, 100)};
  setup.healing.observe = random.oneIn(40);
}

}  // namespace

engine::Setup randomSetup(Random& random) {
  engine::Setup setup;
  shapeHealing(setup, random);
  const int checks = random.between(1, 4);
  const int governors = random.between(1, 3);
  const int remedies = random.between(1, 4);
  for (int i = 0; i < checks; ++i) setup.checks.push_back(randomCheck(i, random));
  for (int i = 0; i < governors; ++i) {
    setup.governors.push_back({"g" + std::to_string(i), randomPolicy(random)});
  }
  for (int i = 0; i < remedies; ++i) setup.remedies.push_back(randomRemedy(i, setup, random));
  return setup;
}

engine::Setup& withApprovals(engine::Setup& setup, std::uint64_t seed) {
  if (seed % 5 != 2) return setup;
  for (std::size_t i = 0; i < setup.remedies.size(); ++i) {
    engine::RemedySpec& remedy = setup.remedies[i];
    for (std::size_t step = 0; step < remedy.steps.size(); ++step) {
      remedy.approval.push_back((seed >> (i * 2 + step + 3)) % 3 != 0);
    }
  }
  for (std::size_t i = 0; i < setup.governors.size(); ++i) {
    setup.governors[i].approval = (seed >> (i + 7)) % 2 == 0;
  }
  return setup;
}

// Remedies for alerts stay, and so do the policies of their governors: what a target keeps until it
// is served again is no matter of docs/governor.md, and the referee has no model of it.
engine::Setup changedSetup(const engine::Setup& setup, Random& random) {
  engine::Setup changed = setup;
  shapeHealing(changed, random);
  const auto has_targets = [&](const engine::GovernorSpec& governor) {
    return std::any_of(setup.remedies.begin(), setup.remedies.end(), [&](const auto& remedy) {
      return remedy.governor == governor.name && !remedy.alert.target.empty();
    });
  };
  for (engine::GovernorSpec& governor : changed.governors) {
    if (random.oneIn(3) && !has_targets(governor)) governor.policy = randomPolicy(random);
  }
  for (engine::CheckSpec& check : changed.checks) {
    if (random.oneIn(3)) check.interval = seconds(random.between(1, 30));
  }
  const bool fewer = changed.remedies.size() > 1 && !changed.remedies.back().byAlert();
  if (random.oneIn(2) && fewer) changed.remedies.pop_back();
  return changed;
}

}  // namespace heald::simulation
