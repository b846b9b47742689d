#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "support/setups.h"
#include "support/world.h"

namespace heald::test {

// The remedy "restart" for alerts named Down, and nothing else.
inline engine::Setup forAlerts() {
  engine::Setup setup = oneRemedy();
  setup.checks.clear();
  engine::RemedySpec& remedy = setup.remedies[0];
  remedy.check.clear();
  remedy.alert.matchers = {{"alertname", "Down"}};
  remedy.verify = {core::Duration{}, std::chrono::minutes(10)};
  return setup;
}

// As forAlerts, with everything kept apart by the label "instance".
inline engine::Setup forTargets() {
  engine::Setup setup = forAlerts();
  setup.remedies[0].alert.target = "instance";
  return setup;
}

// As forTargets, and a second remedy, "clean", for alerts named Full, under the governor "second".
inline engine::Setup forTargetsOfTwo() {
  engine::Setup setup = forTargets();
  setup.remedies.push_back(setup.remedies[0]);
  setup.remedies[1].name = "clean";
  setup.remedies[1].governor = "second";
  setup.remedies[1].alert.matchers = {{"alertname", "Full"}};
  setup.governors.push_back({"second", {}});
  return setup;
}

inline engine::Alert alert(const std::string& instance, int start = 1, bool firing = true) {
  return {instance + "-print",
          core::WallTime(std::chrono::seconds(start)),
          firing,
          {{"alertname", "Down"}, {"instance", instance}}};
}

inline engine::Alert resolved(const std::string& instance, int start = 1) {
  return alert(instance, start, false);
}

inline engine::Alert full(const std::string& instance, bool firing = true) {
  engine::Alert one = alert(instance, 1, firing);
  one.labels[0].second = "Full";
  return one;
}

inline World::ActScript endsWell(core::Duration takes = {}) {
  return [takes](const engine::StartAction&) {
    return World::Act{engine::ActionOutcome::kOk, "", takes};
  };
}

inline engine::Output send(World& world, std::vector<engine::Alert> alerts) {
  return world.send(engine::AlertsReceived{std::move(alerts), "alertmanager"});
}

inline std::uint64_t dropped(const World& world, engine::DropReason reason) {
  return world.snapshot().dropped[static_cast<std::size_t>(reason)];
}

inline std::uint64_t rejected(const World& world, engine::AlertRejection rejection) {
  return world.snapshot().alerts_rejected[static_cast<std::size_t>(rejection)];
}

// The instances that have had an attempt, in their order: "a b".
inline std::string startsFor(const World& world) {
  std::string names;
  for (const World::Start& start : world.starts) {
    for (const auto& [label, value] : start.labels) {
      names += label != "instance" ? "" : (names.empty() ? "" : " ") + value;
    }
  }
  return names;
}

// "main@a main@b": the governors of the targets that are there.
inline std::string targetsOf(const World& world) {
  std::string names;
  for (const engine::TargetView& target : world.snapshot().targets) {
    names += (names.empty() ? "" : " ") + target.governor;
  }
  return names;
}

}  // namespace heald::test
