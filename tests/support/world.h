#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "simulation/driver.h"
#include "store/memory_rows.h"

namespace heald::test {

// The engine in virtual time (simulation/driver.h), with scripted checks and remedies and a store
// that may fail. Actions take the time their script says; a test of a whole day runs in
// milliseconds.
class World : private simulation::SimulatedHost {
 public:
  using Duration = core::Duration;
  using CheckScript = std::function<core::CheckStatus()>;
  struct Act {
    engine::ActionOutcome outcome = engine::ActionOutcome::kFailed;
    std::string output = {};
    Duration takes{};
  };
  using ActScript = std::function<Act(const engine::StartAction&)>;

  explicit World(engine::Setup the_setup) : setup(std::move(the_setup)) {
    driver_.boot(setup, engine::Saved{});
  }

  // Runs everything that is due until `t` since the start.
  void runUntil(Duration t) { driver_.runUntil(t); }
  void runFor(Duration d) { runUntil(time() + d); }
  // Time passes and nobody drives the engine: a suspend, or SIGSTOP.
  void sleepFor(Duration d) { driver_.elapse(d); }
  void stepWall(Duration by) { driver_.stepWall(by); }
  // An event of the test's own, at this moment.
  engine::Output send(const engine::Event& event) { return driver_.send(event); }
  // Another configuration takes the place of `setup`.
  engine::Output reload(engine::Setup next);
  // The process ends, and another starts on what was committed.
  void crash();

  // As if the store could not read them any more.
  void forgetPermits() { rows_.forgetPermits(); }

  void setCheck(const std::string& name, core::CheckStatus status) {
    checks[name] = [status] { return status; };
  }

  engine::Snapshot snapshot() const { return driver_.snapshot(); }
  engine::Snapshot snapshotAnew() const { return driver_.engine().snapshotAnew(driver_.now()); }
  engine::GovernorView governor(const std::string& name) const;
  engine::RemedyView remedy(const std::string& name) const;
  engine::CheckView check(const std::string& name) const;
  std::string governorsOnRecord() const;  // "a b", in their order
  core::Now now() const { return driver_.now(); }
  Duration time() const { return driver_.time(); }
  bool noted(const std::string& message) const;

  engine::Setup setup;
  std::map<std::string, CheckScript> checks;    // by name; without one: ok
  std::map<std::string, ActScript> remedies;    // by name; without one: fails at once
  std::map<std::string, std::string> messages;  // of the checks
  Duration check_takes{};
  Duration cancel_takes{};                     // until a cancelled action has ended
  std::string store_error;                     // not empty: commits fail with it
  std::map<std::string, Duration> task_takes;  // by id

  struct Start {
    std::string remedy;
    Duration at;
    int step;
    std::uint64_t attempt;
    std::string reason;
    engine::Labels labels;
    std::vector<std::pair<std::string, std::string>> variables;
  };
  std::vector<Start> starts;
  std::vector<std::pair<std::string, Duration>> check_runs;
  std::vector<std::pair<std::string, Duration>> task_runs;
  std::vector<engine::AskAlert> asked;
  // What the server of a fleet says; nothing: it is silent, and the test answers.
  std::function<std::optional<engine::FleetAnswered>(const engine::AskFleet&)> fleet;
  Duration fleet_takes{};
  std::vector<engine::AskFleet> asked_fleet;
  std::vector<std::uint64_t> returned;  // runs of questions whose permit had no use
  engine::AlertAnswer alertmanager_says = engine::AlertAnswer::kUnknown;
  std::vector<std::uint64_t> cancelled;  // runs of actions
  std::vector<std::uint64_t> cancelled_checks;
  std::vector<std::pair<std::uint64_t, bool>> ready;  // install, superseded
  std::vector<engine::Note> notes;
  std::vector<engine::HistoryEntry> history;  // committed
  int commits = 0;                            // of more than history
  int writes = 0;                             // of anything

 private:
  std::string commit(const engine::Changes& changes) override;
  std::string probe() override { return store_error; }
  void perform(engine::Output& out) override;
  void run(const engine::StartCheck& check);
  void run(const engine::StartAction& start);
  void run(const engine::RunTask& task);

  simulation::Driver driver_{*this};
  store::MemoryRows rows_;
};

// Seconds since the start at which the remedy's actions started.
std::vector<long> startsInSeconds(const World& world);

// How often a guard has denied an attempt.
std::uint64_t suppressed(const World& world, const std::string& governor, core::Guard guard);

}  // namespace heald::test
