#pragma once

#include <optional>

#include "core/governor.h"
#include "engine/output.h"

namespace heald::simulation {

// The store of a process in a random world.
class WorldStore {
 public:
  virtual ~WorldStore() = default;

  struct Ended {
    bool acknowledged = true;
    bool torn = false;  // not acknowledged, and perhaps durable
    core::Duration took{};
  };
  virtual Ended commit(const engine::Changes& changes, const core::ClockStamp& now) = 0;
  // Whether it works again; then nothing is torn any more. `everything`: the engine's whole state,
  // which may have been written anew.
  struct Probed {
    bool works = true;
    bool rewritten = false;  // where it does not work: perhaps
  };
  virtual Probed probe(const engine::Changes& everything, const core::ClockStamp& now) = 0;

  // A process begins on what is durable. `torn_is_in_it`: the last torn commit is, if there was
  // one.
  struct Opened {
    engine::Saved saved;
    bool torn_is_in_it = false;
  };
  virtual Opened open(const core::ClockStamp& now) = 0;
};

}  // namespace heald::simulation
