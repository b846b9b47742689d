#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/time.h"
#include "engine/drive.h"
#include "engine/engine.h"

namespace heald::simulation {

using core::Duration;

// What surrounds an engine in virtual time: a store, and somebody who does the work.
class SimulatedHost {
 public:
  virtual ~SimulatedHost() = default;
  // Both: "" or the reason why not, as of a Store.
  virtual std::string commit(const engine::Changes& changes) = 0;
  virtual std::string probe() = 0;
  // An event is about to be given to the engine. Not of what the store is asked about.
  virtual void given(const engine::Event&) {}
  // What a step wants done, after its commit. Results are scheduled with Driver::schedule.
  virtual void perform(engine::Output& out) = 0;
};

// Events in the order of their time, and of their coming where that is the same.
class EventQueue {
 public:
  void add(Duration at, engine::Event event);
  std::optional<Duration> next() const;
  engine::Event take();
  void clear();

 private:
  struct Entry {
    Duration at;
    std::uint64_t order;
    std::uint32_t slot;
  };
  static bool later(const Entry& a, const Entry& b) {
    return a.at != b.at ? a.at > b.at : a.order > b.order;
  }

  std::vector<Entry> heap_;
  std::vector<engine::Event> slots_;  // events are large and stay where they are
  std::vector<std::uint32_t> free_;
  std::uint64_t order_ = 0;
};

// The production engine in virtual time: what the runtime does with clocks and threads is done here
// by going from one moment to the next. A year in which nothing happens costs nothing. The tests,
// the random worlds and healdctl's simulator all drive by it. Deterministic; one thread.
class Driver {
 public:
  explicit Driver(SimulatedHost& host) : at_(host) {}

  // A process on another machine: from the same moment on, with a boot clock of its own. To be
  // followed by boot().
  void follow(const Driver& before);
  // A process begins on what the store held; what was scheduled for the one before is forgotten.
  // `saved` as for Engine.
  void boot(const engine::Setup& setup, const std::optional<engine::Saved>& saved);

  // Runs everything that is due until `t` since the start.
  void runUntil(Duration t);
  // The next thing that is due by `t`, and whether there was one. One event of the engine.
  bool step(Duration t);
  // An event of the caller's own, at this moment.
  engine::Output send(const engine::Event& event);
  void schedule(Duration at, engine::Event event) { queue_.add(at, std::move(event)); }

  // Time passes and nobody drives the engine: a suspend, or SIGSTOP.
  void elapse(Duration d) { time_ += d; }
  // The wall clock shows this at the start; 2025-11-24T16:00:00Z unless it is called.
  void startAt(core::WallTime wall) { wall_at_ = wall.time_since_epoch() - time_; }
  // Both clocks show this at the start.
  void startAt(core::Now now) {
    startAt(now.wall);
    boot_at_ = now.boot.time_since_epoch() - time_;
  }
  // The wall clock is set; no wait may notice.
  void stepWall(Duration by) { wall_at_ += by; }
  // The boot clock is wrong by so much more: a fault to be found, nothing that a machine does.
  void stepBoot(Duration by) { boot_at_ += by; }
  // The boot clock begins again, under another boot id. To be followed by boot().
  void restartMachine();

  Duration time() const { return time_; }
  core::Now now() const {
    return {core::BootTime(boot_at_ + time_), core::WallTime(wall_at_ + time_)};
  }
  core::ClockStamp stamp() const { return {"boot-" + std::to_string(boots_), now()}; }
  int boots() const { return boots_; }  // of the machine, the first one included
  // The time since the start of a moment of the boot clock.
  Duration timeOf(core::BootTime at) const { return at.time_since_epoch() - boot_at_; }

  const engine::Engine& engine() const { return *engine_; }
  engine::Snapshot snapshot() const { return engine_->snapshot(now()); }
  std::uint64_t steps() const { return steps_; }  // events that an engine was given

 private:
  std::string commit(const engine::Changes& changes);
  void probe();

  SimulatedHost& at_;
  std::unique_ptr<engine::Engine> engine_;
  EventQueue queue_;
  Duration time_{};
  Duration boot_at_ = std::chrono::seconds(10'000);
  Duration wall_at_ = std::chrono::hours(490'000);
  int boots_ = 1;
  bool store_down_ = false;
  Duration next_probe_{};
  std::uint64_t steps_ = 0;
};

}  // namespace heald::simulation
