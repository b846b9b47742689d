#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/text.h"
#include "simulation/driver.h"
#include "simulation/random.h"
#include "simulation/random_alerts.h"
#include "simulation/random_fleet.h"
#include "simulation/random_setup.h"
#include "simulation/random_world.h"
#include "simulation/referee.h"
#include "simulation/replicated_store.h"
#include "simulation/simulated_services.h"
#include "simulation/unreliable_disk.h"

namespace heald::simulation {

class World;

// A process with its engine. One that was replaced goes on, as a replica does that was paused: what
// it wants to start is not started, as its right to act is over (io/run_deadline.h), and what it
// commits is refused by etcd.
struct Process : SimulatedHost {
  explicit Process(World& its_world) : world(its_world) {}
  std::string commit(const engine::Changes& changes) override;
  std::string probe() override;
  void given(const engine::Event& event) override;
  void perform(engine::Output& out) override;

  World& world;
  Driver driver{*this};
  std::unique_ptr<ReplicatedStore> store;  // of a replica
  bool replaced = false;
};

class World {
 public:
  explicit World(const WorldOptions& options)
      : options_(options),
        random_(options.seed),
        base_(randomSetup(random_)),
        setup_(withApprovals(withPermits(base_, options.seed), options.seed)),
        services_(setup_, random_.next()),
        disk_(random_.next(), options.fault),
        replicas_random_(options.seed ^ 0x7265706c69636173u),
        etcd_(replicas_random_.next(), "/heald"),
        process_(std::make_unique<Process>(*this)) {
    for (std::size_t i = 0; i < kTroubleCount; ++i) {
      // What came later leaves the others as they were.
      const bool late = static_cast<Trouble>(i) == Trouble::kApprovals;
      const std::uint64_t seed = late ? options.seed ^ 0x617070726f76u : random_.next();
      const bool quiet = options.without[i] || Random(seed).oneIn(3);
      actors_[i] = {static_cast<Trouble>(i), Random(seed), Duration::max(),
                    std::chrono::minutes(2)};
      if (quiet) continue;
      actors_[i].pace = std::chrono::seconds(actors_[i].random.between(30, 3600));
      actors_[i].next = actors_[i].random.some(actors_[i].pace);
    }
    const bool faulty = actors_[static_cast<std::size_t>(Trouble::kDisk)].next != Duration::max();
    disk_.setFaulty(faulty);
    etcd_.setFaulty(faulty);
    if (options.fault == InjectedFault::kLosesTheFence) etcd_.loseTheFence();
    if (options.replicas) process_->store = std::make_unique<ReplicatedStore>(etcd_, ++replicas_);
  }
  WorldResult run();

 private:
  friend struct Process;
  void lookAtSnapshot();
  struct Actor {
    Trouble kind = Trouble::kCrashes;
    Random random{0};
    Duration next{};
    Duration pace{};
  };
  enum class Death { kNone, kBeforeCommit, kAfterCommit };

  std::string commit(Process& process, const engine::Changes& changes);
  std::string probe();
  void perform(engine::Output& out);
  Driver& driver() { return process_->driver; }
  const Driver& driver() const { return process_->driver; }
  WorldStore& store() {
    return process_->store ? static_cast<WorldStore&>(*process_->store) : disk_;
  }
  void takeTurn();
  void takeOver();
  void interruptCommit(const engine::Changes& changes);
  void wakeReplaced();
  void start(const engine::StartAction& action);
  void trace(const std::string& line) const {
    if (options_.trace) options_.trace(core::toText(driver().time()) + "  " + line);
  }
  Referee::Moment moment() const {
    return {driver().time(), wall_set_, driver().now(), driver().boots()};
  }
  Actor& earliest();
  void hurry();
  void boot();
  void crash(Random& random);
  void act(Actor& actor);
  void disturbClocks(Random& random);
  void setWall(Duration by);
  void operate(Random& random);
  void permit(Random& random);
  void approve(Random& random);
  void alert(Random& random);
  void reload(Random& random);
  void task(Random& random);
  std::string anyGovernor(Random& random);
  std::string anyRemedy(Random& random);

  const WorldOptions& options_;
  Random random_;
  engine::Setup base_;
  engine::Setup setup_;
  SimulatedServices services_;
  UnreliableDisk disk_;
  Random replicas_random_;
  SimulatedEtcd etcd_;
  int replicas_ = 0;
  std::unique_ptr<Process> process_;                // the one that acts
  std::vector<std::unique_ptr<Process>> replaced_;  // and those before
  bool nested_ = false;                             // in the middle of a commit of one of them
  Referee referee_;
  std::optional<Referee> if_torn_;  // the referee, if the last failed commit is on disk
  std::array<Actor, kTroubleCount> actors_;
  Duration wall_set_{};
  Death death_ = Death::kNone;
  bool dead_ = false;
  std::vector<std::string> permits_;
  RandomAlerts alerts_;
  std::uint64_t looks_ = 0;  // at snapshots
  std::uint64_t looks_at_ = 64;
  WorldResult result_;
};

}  // namespace heald::simulation
