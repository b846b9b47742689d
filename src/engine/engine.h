#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/time.h"
#include "engine/answers.h"
#include "engine/event.h"
#include "engine/output.h"
#include "engine/setup.h"
#include "engine/snapshot.h"

namespace heald::engine {

// The whole decision machine: detection, incidents, attempts, verification, background tasks. Pure:
// every call is a function of (state, event, now); no clock, thread, lock, log or I/O. The daemon
// drives it with real time and real work, simulator and tests with virtual time and scripted
// outcomes. Not thread-safe: one owner.
//
// The driver's loop (runtime and simulator share it, see drive.h):
//
//   Output out = engine.step(event, now);
//   if (out.commit) engine.settle(store.commit(engine.changes(now)), now, out);
//   log out.notes; start out.actions; answer out.reply;
//
// Events that mayShareACommit() can be stepped one after the other before one settle() of all their
// outputs: what they propose is then in force, or undone, together.
//
// Durability: whatever changes a governor, a total or a flag is only *proposed* by step(). It is in
// force, visible and acted upon when settle(ok) says that it is on disk; after settle(error) it has
// not happened: the state is as before, the store counts as down, nothing starts, and it is asked
// for again (results) or refused (attempts, human actions).
class Engine {
 public:
  // `saved` is what the store held; nothing when it could not be read, and then every governor is
  // dormant with "state unreadable" and the store counts as down.
  Engine(Setup setup, const std::optional<Saved>& saved, core::Now now);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // A human action with a claim is done once: asked again, it is answered as it was.
  Output step(const Event& event, core::Now now, const Claim& claim = {});

  // What was proposed since the last settle(), as the store has to hold it.
  Changes changes(core::Now now) const;
  // The whole durable state, for a store that has to be written anew.
  Changes everything(core::Now now) const;
  // `out` is the step's output; what the commit makes possible is added to it. `error` is the
  // reason in one line, empty when the commit succeeded.
  void settle(const std::string& error, core::Now now, Output& out);
  // The same for steps that share a commit. What follows from it is added to the first.
  void settle(const std::string& error, core::Now now, std::span<Output> outs);

  // The store answers again after it could not be read at start-up: the real state takes the place
  // of the "state unreadable" one.
  void restore(const Saved& saved, core::Now now);
  // The store answered a probe (or did not): `error` as in settle.
  void storeProbed(const std::string& error, core::Now now, Output& out);
  // What the store says of its room, whenever that has changed. Before storeProbed().
  void storeRoom(const StoreRoom& room, core::Now now, Output& out);

  // When the next Tick is due. Nothing is due after Stop.
  std::optional<core::BootTime> nextWakeup() const;
  // No action runs: a stop may complete. The next start looks at an attempt whose result waits.
  bool idle() const;

  // Costs what has changed since the last one, which it shares the rest with.
  Snapshot snapshot(core::Now now) const;
  // The same, made from nothing: what a snapshot that shares has to be equal to.
  Snapshot snapshotAnew(core::Now now) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heald::engine
