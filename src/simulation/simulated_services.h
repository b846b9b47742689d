#pragma once

#include <string>
#include <vector>

#include "core/check_status.h"
#include "engine/event.h"
#include "engine/setup.h"
#include "simulation/random.h"

namespace heald::simulation {

// How services behave in a random world: they are well for a while and ill for a while, flap, do
// not tell; remedies fail, hang, heal at once, late or for a moment.
class SimulatedServices {
 public:
  SimulatedServices(const engine::Setup& setup, std::uint64_t seed);

  struct Look {
    core::CheckStatus status = core::CheckStatus::kOk;
    core::Duration takes{};
  };
  Look look(int check, core::Duration now);

  struct Work {
    engine::ActionOutcome outcome = engine::ActionOutcome::kFailed;
    core::Duration takes{};
    std::string output;
  };
  Work act(int remedy, core::Duration now);
  // What runs is ended and heals nothing.
  void interrupt(core::Duration now);
  core::Duration taskTakes() { return random_.some(std::chrono::seconds(40)); }

 private:
  struct Service {
    core::CheckStatus status = core::CheckStatus::kOk;
    core::Duration until{};     // then it changes by itself
    core::Duration heals_at{};  // by a remedy
    bool healing = false;
    int illness = 3;         // it is ill once in so many changes
    core::Duration spell{};  // how long it stays as it is, at most
    bool slow = false;
  };
  void change(Service& service, core::Duration now);

  Random random_;
  std::vector<Service> services_;
  std::vector<int> service_of_;  // by remedy; -1: none
  int skill_ = 3;                // remedies heal once in so many attempts
};

}  // namespace heald::simulation
