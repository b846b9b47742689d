#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "simulation/scenario.h"

namespace heald::simulation {

// What a scenario's checks find and what its remedies do, at any moment.
class Actors {
 public:
  // `scenario` lives longer.
  Actors(const Scenario& scenario, const engine::Setup& setup);

  struct Found {
    core::CheckStatus status = core::CheckStatus::kOk;
    std::string message = "ok";
    core::Duration takes{};
  };
  Found look(int check, core::Duration now) const;

  // The next attempt of a remedy begins, with this step (counted from 0): what it does. What it
  // heals is healed when it is over.
  Outcome act(int remedy, int step, core::Duration now);
  // heald has ended: actions that run are ended too, and heal nothing.
  void interrupt(core::Duration now);

 private:
  struct Remedy;
  const Outcome* next(Remedy& remedy, int step, core::Duration now);

  struct Healed {
    core::Duration action_ends{};
    core::Duration from{};
    std::optional<core::Duration> until;
  };
  struct Check {
    const std::vector<CheckChange>* changes = nullptr;
    std::optional<Healed> healed;  // by the last attempt
  };
  struct Remedy {
    const std::vector<Outcome>* outcomes = nullptr;
    std::vector<int> used;  // of each outcome, how often
    std::size_t first = 0;  // those before it are over
    int check = -1;
  };

  std::vector<Check> checks_;
  std::vector<Remedy> remedies_;
};

}  // namespace heald::simulation
