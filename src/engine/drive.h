#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

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

// Several events that mayShareACommit(), with one commit of all; an Output for each.
struct Asked {
  const Event& event;
  const Claim& claim;
};
template <class Commit>
std::vector<Output> driveTogether(Engine& engine, std::span<const Asked> all, core::Now now,
                                  Commit&& commit) {
  std::vector<Output> outs;
  outs.reserve(all.size());
  for (const Asked& one : all) outs.push_back(engine.step(one.event, now, one.claim));
  if (std::any_of(outs.begin(), outs.end(), [](const Output& out) { return out.commit; })) {
    engine.settle(commit(engine.changes(now)), now, outs);
    settleAll(engine, now, outs.front(), std::forward<Commit>(commit));
  }
  return outs;
}

}  // namespace heald::engine
