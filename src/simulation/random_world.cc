#include "simulation/random_world.h"

#include <algorithm>
#include <utility>

#include "simulation/world.h"

namespace heald::simulation {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

std::string World::commit(Process& process, const engine::Changes& changes) {
  ++result_.commits;
  if (dead_) return "dead";
  if (death_ == Death::kBeforeCommit) {
    dead_ = true;
    return "dead";
  }
  interruptCommit(changes);
  const WorldStore::Ended ended = store().commit(changes, driver().stamp());
  etcd_.interruptNextCommit(nullptr);
  if (process.replaced) return ended.acknowledged ? "" : "another replica acts";
  result_.failed_commits += ended.acknowledged ? 0 : 1;
  if (ended.torn) {
    if_torn_ = referee_;
    if_torn_->committed(changes, false, true);
  } else if (ended.acknowledged) {
    if_torn_.reset();
  }
  referee_.committed(changes, ended.acknowledged, ended.acknowledged);
  trace(ended.acknowledged ? "commit"
        : ended.torn       ? "commit fails, and is on disk"
                           : "commit fails");
  if (!ended.acknowledged || random_.oneIn(8)) hurry();
  dead_ = death_ == Death::kAfterCommit;
  if (ended.took > Duration{}) driver().elapse(ended.took);
  if (!ended.acknowledged && options_.fault == InjectedFault::kStartsBeforeCommit) {
    for (const auto& [name, state] : changes.governors) {
      if (state.in_flight.empty()) continue;
      engine::Output early;
      early.actions.push_back(
          engine::StartAction{0, 0, state.in_flight.back().id, "", "", ~std::uint64_t{0}, {}});
      referee_.put(early);
    }
  }
  return ended.acknowledged ? "" : "the disk is full";
}

std::string World::probe() {
  const bool replica = process_->store != nullptr;
  const auto [ok, rewritten] = store().probe(
      replica ? driver().engine().everything(driver().now()) : engine::Changes{}, driver().stamp());
  if (ok) if_torn_.reset();
  referee_.probed(ok, moment());
  if (rewritten) {
    trace(ok ? "the store is written anew" : "the store is written anew, perhaps");
    referee_.rewritten(ok);
  }
  return ok ? "" : "the disk is full";
}

void World::perform(engine::Output& out) {
  if (dead_) return;  // in the middle of the step: nothing of it leaves the process
  if (options_.trace) {
    for (const engine::Note& note : out.notes) {
      std::string line = note.message;
      for (const auto& [key, value] : note.fields) line += "  " + key + "=" + value;
      trace(line);
    }
  }
  referee_.put(out);
  for (const engine::Action& action : out.actions) {
    if (const auto* check = std::get_if<engine::StartCheck>(&action)) {
      const SimulatedServices::Look look = services_.look(check->check, driver().time());
      driver().schedule(
          driver().time() + look.takes,
          engine::CheckFinished{check->check, check->run, look.status, "", look.takes});
    } else if (const auto* begun = std::get_if<engine::StartAction>(&action)) {
      start(*begun);
    } else if (const auto* gone = std::get_if<engine::CancelAction>(&action)) {
      driver().schedule(driver().time(), engine::ActionFinished{
                                             gone->run, engine::ActionOutcome::kCancelled, "", ""});
    } else if (const auto* ask = std::get_if<engine::AskAlert>(&action)) {
      driver().schedule(driver().time() + random_.some(seconds(3)), alerts_.answer(*ask, random_));
    } else if (const auto* member = std::get_if<engine::AskFleet>(&action)) {
      const RandomAnswer fleet = randomAnswer(*member, random_);
      driver().schedule(driver().time() + fleet.takes, fleet.event);
    } else if (const auto* run = std::get_if<engine::RunTask>(&action)) {
      driver().schedule(driver().time() + services_.taskTakes(),
                        engine::TaskFinished{run->id, run->install, true, {}});
    }
  }
}

void World::start(const engine::StartAction& action) {
  SimulatedServices::Work work = services_.act(action.remedy, driver().time());
  driver().schedule(driver().time() + work.takes,
                    engine::ActionFinished{action.run, work.outcome, "", std::move(work.output)});
  if (random_.oneIn(4)) hurry();
}

// Something else happens at once: just after a commit has failed, while an attempt runs.
void World::hurry() {
  Actor& one = actors_[static_cast<std::size_t>(random_.below(kTroubleCount))];
  if (one.next != Duration::max()) one.next = driver().time();
}

World::Actor& World::earliest() {
  return *std::min_element(actors_.begin(), actors_.end(),
                           [](const Actor& a, const Actor& b) { return a.next < b.next; });
}

void World::boot() {
  dead_ = false;
  death_ = Death::kNone;
  const WorldStore::Opened opened = store().open(driver().stamp());
  if (opened.torn_is_in_it && if_torn_) referee_ = *if_torn_;
  if_torn_.reset();
  driver().boot(setup_, opened.saved);
  referee_.booted(setup_, driver().snapshot(), moment());
}

void World::crash(Random& random) {
  if (options_.replicas && !random.oneIn(3)) {
    takeOver();
    return;
  }
  ++result_.crashes;
  const bool reboot = random.oneIn(3);
  trace(reboot ? "the machine goes down" : "heald is killed");
  driver().elapse(random.oneIn(2) ? Duration{} : random.some(minutes(5)));
  if (reboot && random.oneIn(3)) setWall(random.upTo(hours(2)) - hours(1));
  if (reboot) driver().restartMachine();
  services_.interrupt(driver().time());
  boot();
}

void World::setWall(Duration by) {
  wall_set_ += by;
  driver().stepWall(by);
  if (options_.fault == InjectedFault::kWaitsOnTheWallClock) driver().stepBoot(by);
}

void World::disturbClocks(Random& random) {
  if (random.oneIn(2)) {
    const Duration by = random.some(hours(48)) - random.some(hours(48));
    trace("the wall clock is set by " + core::toText(by < Duration{} ? -by : by));
    setWall(by);
    return;
  }
  trace("nobody drives the engine");
  driver().elapse(random.oneIn(2) ? random.some(seconds(20)) : random.some(hours(8)));
  referee_.slept(driver().time());
}

// Most of a snapshot is shared with the one before: it has to be what it were without.
void World::lookAtSnapshot() {
  const engine::Snapshot snapshot = driver().snapshot();
  if (++looks_ % 4 != 0) return;
  referee_.compare(snapshot);
  const engine::Snapshot anew = driver().engine().snapshotAnew(driver().now());
  const auto differ = [&](bool same, const char* what) {
    if (!same) result_.violation = std::string("a snapshot is not what the engine is: ") + what;
  };
  differ(snapshot.checks == anew.checks, "checks");
  differ(snapshot.governors == anew.governors, "governors");
  differ(snapshot.remedies == anew.remedies, "remedies");
  differ(snapshot.targets == anew.targets, "targets");
  differ(snapshot.failures == anew.failures, "failures");
}

void World::takeTurn() {
  Actor& next = earliest();
  if (!driver().step(next.next)) {
    driver().runUntil(next.next);
    act(next);
  }
  if (dead_) {
    crash(actors_[static_cast<std::size_t>(Trouble::kCrashes)].random);
  }
  if (driver().steps() >= looks_at_) {
    looks_at_ = driver().steps() + 16;
    lookAtSnapshot();
  }
  if (result_.violation.empty()) result_.violation = referee_.violation();
  if (result_.violation.empty()) result_.violation = etcd_.violation();
  if (process_->store && process_->store->deposed() && result_.violation.empty()) {
    result_.violation = "the replica that acts was refused though no other has taken over";
  }
}

WorldResult World::run() {
  boot();
  while (driver().steps() < options_.steps && result_.violation.empty()) {
    takeTurn();
    if (options_.replicas && replicas_random_.oneIn(50)) wakeReplaced();
  }
  result_.steps = driver().steps();
  result_.starts = referee_.starts();
  result_.dormancies = referee_.dormancies();
  result_.virtual_seconds = static_cast<std::uint64_t>(driver().time() / seconds(1));
  return result_;
}

WorldResult runWorld(const WorldOptions& options) {
  return World(options).run();
}

}  // namespace heald::simulation
