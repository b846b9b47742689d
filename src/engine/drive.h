#pragma once

#include <string>
#include <utility>

#include "engine/engine.h"

namespace heald::engine {

// One step with its commit: what the daemon, the simulator and the tests all do. `commit` makes the
// Changes durable and returns "" or the reason why not; it is called before any action is handed
// out.
template <class Commit>
void settleAll(Engine& engine, core::Now now, Output& out, Commit&& commit) {
  while (out.commit) {
    engine.settle(commit(engine.changes(now)), now, out);
  }
}

template <class Commit>
Output drive(Engine& engine, const Event& event, core::Now now, Commit&& commit,
             const Claim& claim = {}) {
  Output out = engine.step(event, now, claim);
  settleAll(engine, now, out, std::forward<Commit>(commit));
  return out;
}

}  // namespace heald::engine
