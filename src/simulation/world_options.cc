#include "simulation/random_world.h"

namespace heald::simulation {

std::string_view toString(Trouble trouble) {
  static constexpr std::string_view kWords[kTroubleCount] = {
      "crashes", "disk",   "clocks",  "operators", "flags",    "pauses",
      "permits", "alerts", "reloads", "tasks",     "approvals"};
  return kWords[static_cast<std::size_t>(trouble)];
}

void WorldResult::add(const WorldResult& other) {
  steps += other.steps;
  starts += other.starts;
  dormancies += other.dormancies;
  commits += other.commits;
  failed_commits += other.failed_commits;
  crashes += other.crashes;
  takeovers += other.takeovers;
  refused_replicas += other.refused_replicas;
  virtual_seconds += other.virtual_seconds;
}

WorldOptions shrunk(WorldOptions options) {
  options.trace = nullptr;
  for (std::size_t i = 0; i < kTroubleCount; ++i) {
    WorldOptions fewer = options;
    fewer.without[i] = true;
    if (!options.without[i] && !runWorld(fewer).violation.empty()) options = fewer;
  }
  return options;
}

}  // namespace heald::simulation
