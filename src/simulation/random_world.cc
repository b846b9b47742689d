#include "simulation/random_world.h"

#include <algorithm>
#include <map>
#include <optional>

#include "core/text.h"
#include "simulation/driver.h"
#include "simulation/nature.h"
#include "simulation/random.h"
#include "simulation/random_alerts.h"
#include "simulation/random_fleet.h"
#include "simulation/random_setup.h"
#include "simulation/referee.h"
#include "simulation/unreliable_disk.h"

namespace heald::simulation {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class World : private Surroundings {
 public:
  explicit World(const WorldOptions& options)
      : options_(options),
        random_(options.seed),
        base_(randomSetup(random_)),
        setup_(withPermits(base_, options.seed)),
        nature_(setup_, random_.next()),
        disk_(random_.next(), options.plant) {
    for (std::size_t i = 0; i < kTroubleCount; ++i) {
      const std::uint64_t seed = random_.next();
      const bool quiet = options.without[i] || Random(seed).oneIn(3);
      actors_[i] = {static_cast<Trouble>(i), Random(seed), Duration::max(), minutes(2)};
      if (quiet) continue;
      actors_[i].pace = seconds(actors_[i].random.between(30, 3600));
      actors_[i].next = actors_[i].random.some(actors_[i].pace);
    }
    disk_.setFaulty(actors_[static_cast<std::size_t>(Trouble::kDisk)].next != Duration::max());
  }
  WorldResult run();

 private:
  void lookAtSnapshot();
  struct Actor {
    Trouble kind = Trouble::kCrashes;
    Random random{0};
    Duration next{};
    Duration pace{};
  };
  enum class Death { kNone, kBeforeCommit, kAfterCommit };

  std::string commit(const engine::Changes& changes) override;
  std::string probe() override;
  void perform(engine::Output& out) override;
  void given(const engine::Event& event) override;
  void start(const engine::StartAction& action);
  void trace(const std::string& line) const {
    if (options_.trace) options_.trace(core::toText(driver_.time()) + "  " + line);
  }
  Referee::Moment moment() const {
    return {driver_.time(), wall_set_, driver_.now(), driver_.boots()};
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
  void alert(Random& random);
  void reload(Random& random);
  void task(Random& random);
  std::string anyGovernor(Random& random);
  std::string anyRemedy(Random& random);

  const WorldOptions& options_;
  Random random_;
  engine::Setup base_;
  engine::Setup setup_;
  Nature nature_;
  UnreliableDisk disk_;
  Driver driver_{*this};
  Referee referee_;
  std::optional<Referee> if_torn_;  // the referee, if the last failed commit is on disk
  std::array<Actor, kTroubleCount> actors_;
  Duration wall_set_{};
  Death death_ = Death::kNone;
  bool dead_ = false;
  std::vector<std::string> permits_;
  RandomAlerts alerts_;
  std::uint64_t looks_ = 0;  // at snapshots
  WorldResult result_;
};

void World::given(const engine::Event& event) {
  referee_.given(event, moment());
}

std::string World::commit(const engine::Changes& changes) {
  ++result_.commits;
  if (dead_) return "dead";
  if (death_ == Death::kBeforeCommit) {
    dead_ = true;
    return "dead";
  }
  const UnreliableDisk::Ended ended = disk_.commit(changes, driver_.stamp());
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
  if (ended.took > Duration{}) driver_.elapse(ended.took);
  if (!ended.acknowledged && options_.plant == Plant::kStartsBeforeCommit) {
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
  const bool ok = disk_.probe();
  if (ok) if_torn_.reset();
  referee_.probed(ok, moment());
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
      const Nature::Look look = nature_.look(check->check, driver_.time());
      driver_.schedule(
          driver_.time() + look.takes,
          engine::CheckFinished{check->check, check->run, look.status, "", look.takes});
    } else if (const auto* begun = std::get_if<engine::StartAction>(&action)) {
      start(*begun);
    } else if (const auto* gone = std::get_if<engine::CancelAction>(&action)) {
      driver_.schedule(driver_.time(), engine::ActionFinished{
                                           gone->run, engine::ActionOutcome::kCancelled, "", ""});
    } else if (const auto* ask = std::get_if<engine::AskAlert>(&action)) {
      driver_.schedule(driver_.time() + random_.some(seconds(3)), alerts_.answer(*ask, random_));
    } else if (const auto* member = std::get_if<engine::AskFleet>(&action)) {
      const RandomAnswer fleet = randomAnswer(*member, random_);
      driver_.schedule(driver_.time() + fleet.takes, fleet.event);
    } else if (const auto* run = std::get_if<engine::RunTask>(&action)) {
      driver_.schedule(driver_.time() + nature_.taskTakes(),
                       engine::TaskFinished{run->id, run->install, true, {}});
    }
  }
}

void World::start(const engine::StartAction& action) {
  Nature::Work work = nature_.act(action.remedy, driver_.time());
  driver_.schedule(driver_.time() + work.takes,
                   engine::ActionFinished{action.run, work.outcome, "", std::move(work.output)});
  if (random_.oneIn(4)) hurry();
}

// Something else happens at once: just after a commit has failed, while an attempt runs.
void World::hurry() {
  Actor& one = actors_[static_cast<std::size_t>(random_.below(kTroubleCount))];
  if (one.next != Duration::max()) one.next = driver_.time();
}

World::Actor& World::earliest() {
  return *std::min_element(actors_.begin(), actors_.end(),
                           [](const Actor& a, const Actor& b) { return a.next < b.next; });
}

void World::boot() {
  dead_ = false;
  death_ = Death::kNone;
  if (disk_.settleTorn() && if_torn_) referee_ = *if_torn_;
  if_torn_.reset();
  driver_.boot(setup_, disk_.load(driver_.stamp()));
  referee_.booted(setup_, driver_.snapshot(), moment());
}

void World::crash(Random& random) {
  ++result_.crashes;
  const bool reboot = random.oneIn(3);
  trace(reboot ? "the machine goes down" : "heald is killed");
  driver_.elapse(random.oneIn(2) ? Duration{} : random.some(minutes(5)));
  if (reboot && random.oneIn(3)) setWall(random.upTo(hours(2)) - hours(1));
  if (reboot) driver_.restartMachine();
  nature_.interrupt(driver_.time());
  boot();
}

void World::setWall(Duration by) {
  wall_set_ += by;
  driver_.stepWall(by);
  if (options_.plant == Plant::kWaitsOnTheWallClock) driver_.stepBoot(by);
}

void World::disturbClocks(Random& random) {
  if (random.oneIn(2)) {
    const Duration by = random.some(hours(48)) - random.some(hours(48));
    trace("the wall clock is set by " + core::toText(by < Duration{} ? -by : by));
    setWall(by);
    return;
  }
  trace("nobody drives the engine");
  driver_.elapse(random.oneIn(2) ? random.some(seconds(20)) : random.some(hours(8)));
  referee_.slept(driver_.time());
}

std::string World::anyGovernor(Random& random) {
  return random.oneIn(4) ? "" : random.of(setup_.governors).name;
}

std::string World::anyRemedy(Random& random) {
  return random.oneIn(4) ? "" : random.of(setup_.remedies).name;
}

void World::operate(Random& random) {
  switch (random.below(7)) {
    case 6:
      driver_.send(engine::Retry{anyGovernor(random), "fixed", "o"});
      break;
    case 0:
    case 1:
      driver_.send(engine::Resume{anyGovernor(random), "fixed", "o"});
      break;
    case 2:
      driver_.send(engine::Reset{anyGovernor(random), random.oneIn(2), "o"});
      break;
    case 3:
      if (random.oneIn(3)) driver_.send(engine::EnterDormant{anyGovernor(random), "stop", "o"});
      break;
    case 4:
      driver_.send(engine::RunCheckNow{random.of(setup_.checks).name, "o"});
      break;
    case 5:
      const engine::RemedySpec& remedy = random.of(setup_.remedies);
      if (!remedy.byAlert()) driver_.send(engine::RunRemedyNow{remedy.name, "o"});
      break;
  }
}

void World::permit(Random& random) {
  if (!permits_.empty() && random.oneIn(2)) {
    const std::string id = random.of(permits_);
    driver_.send(engine::ReportPermit{id, random.oneIn(3), "",
                                      random.oneIn(10) ? "401 Unauthorized" : "", "o"});
    return;
  }
  const std::string governor = random.of(setup_.governors).name;
  const engine::Output out =
      driver_.send(engine::RequestPermit{governor, seconds(1) + random.some(minutes(20)), "", "o"});
  if (dead_ || !out.reply || !out.reply->ok() || !(*out.reply)->permit) return;
  permits_.push_back((*out.reply)->permit->id);
  if (permits_.size() > 5) permits_.erase(permits_.begin());
}

void World::alert(Random& random) {
  driver_.send(alerts_.tell(driver_.now().wall, random));
}

void World::reload(Random& random) {
  setup_ = changedSetup(base_, random);
  driver_.send(engine::Reload{std::make_shared<const engine::Setup>(setup_), "o"});
}

void World::task(Random& random) {
  const std::string id = "t" + std::to_string(random.below(12));
  if (random.oneIn(3)) {
    driver_.send(engine::RemoveTask{id});
    return;
  }
  const auto kind = random.oneIn(3) ? engine::TaskKind::kTimeout : engine::TaskKind::kInterval;
  driver_.send(
      engine::RegisterTask{id, kind, seconds(random.between(5, 90)), true, random.oneIn(2)});
}

void World::act(Actor& actor) {
  Random& random = actor.random;
  actor.next = driver_.time() + random.some(actor.pace);
  trace("-- " + std::string(toString(actor.kind)));
  switch (actor.kind) {
    case Trouble::kCrashes:
      if (random.oneIn(2)) {
        crash(random);
      } else {
        death_ = random.oneIn(2) ? Death::kBeforeCommit : Death::kAfterCommit;
      }
      break;
    case Trouble::kDisk:
      disk_.change();
      break;
    case Trouble::kClocks:
      disturbClocks(random);
      break;
    case Trouble::kOperators:
      operate(random);
      break;
    case Trouble::kFlags:
      driver_.send(engine::SetFlag{random.of(core::kFeatures), !random.oneIn(3), "", "o"});
      break;
    case Trouble::kPauses:
      if (random.oneIn(2)) {
        driver_.send(engine::PauseRemedy{anyRemedy(random), seconds(1) + random.some(minutes(30)),
                                         "work", "o"});
      } else {
        driver_.send(engine::UnpauseRemedy{anyRemedy(random), "o"});
      }
      break;
    case Trouble::kPermits:
      permit(random);
      break;
    case Trouble::kAlerts:
      alert(random);
      break;
    case Trouble::kReloads:
      if (random.oneIn(4)) reload(random);
      break;
    case Trouble::kTasks:
      task(random);
      break;
  }
}

// Most of a snapshot is shared with the one before: it has to be what it were without.
void World::lookAtSnapshot() {
  const engine::Snapshot snapshot = driver_.snapshot();
  if (++looks_ % 4 != 0) return;
  referee_.compare(snapshot);
  const engine::Snapshot anew = driver_.engine().snapshotAnew(driver_.now());
  const auto differ = [&](bool same, const char* what) {
    if (!same) result_.violation = std::string("a snapshot is not what the engine is: ") + what;
  };
  differ(snapshot.checks == anew.checks, "checks");
  differ(snapshot.governors == anew.governors, "governors");
  differ(snapshot.remedies == anew.remedies, "remedies");
  differ(snapshot.targets == anew.targets, "targets");
  differ(snapshot.failures == anew.failures, "failures");
}

WorldResult World::run() {
  boot();
  std::uint64_t looks_at = 64;
  while (driver_.steps() < options_.steps && result_.violation.empty()) {
    Actor& next = earliest();
    if (!driver_.step(next.next)) {
      driver_.runUntil(next.next);
      act(next);
    }
    if (dead_) {
      crash(actors_[static_cast<std::size_t>(Trouble::kCrashes)].random);
    }
    if (driver_.steps() >= looks_at) {
      looks_at = driver_.steps() + 16;
      lookAtSnapshot();
    }
    if (result_.violation.empty()) result_.violation = referee_.violation();
  }
  result_.steps = driver_.steps();
  result_.starts = referee_.starts();
  result_.dormancies = referee_.dormancies();
  result_.virtual_seconds = static_cast<std::uint64_t>(driver_.time() / seconds(1));
  return result_;
}

}  // namespace

WorldResult runWorld(const WorldOptions& options) {
  return World(options).run();
}

}  // namespace heald::simulation
