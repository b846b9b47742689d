// Several replicas of one heald, in a random world.
#include <utility>

#include "simulation/world.h"

namespace heald::simulation {

using std::chrono::minutes;
using std::chrono::seconds;

// Another replica takes over, on another machine. The one before may be alive.
void World::takeOver() {
  ++result_.takeovers;
  trace("another replica takes over");
  auto next = std::make_unique<Process>(*this);
  next->driver.follow(process_->driver);
  next->store = std::make_unique<ReplicatedStore>(etcd_, ++replicas_);
  process_->replaced = true;
  process_->store->retire();
  replaced_.push_back(std::exchange(process_, std::move(next)));
  setWall(replicas_random_.upTo(seconds(4)) - seconds(2));  // no two wall clocks show the same
  services_.interrupt(driver().time());  // its right to run has ended with the lease
  boot();
}

// Now and then a replica is paused in the middle of a commit, and others act before it goes on.
void World::interruptCommit(const engine::Changes& changes) {
  if (!options_.replicas || nested_ || !replicas_random_.oneIn(40)) return;
  etcd_.interruptNextCommit([this, changes](bool done) {
    nested_ = true;
    referee_.committed(changes, done, done);
    takeOver();
    for (int i = replicas_random_.below(60); i > 0 && result_.violation.empty(); --i) takeTurn();
    nested_ = false;
  });
}

// A replica that was replaced, before it has found that out, does all that it would have done.
void World::wakeReplaced() {
  if (replaced_.empty()) return;
  const auto one = replaced_.begin() + replicas_random_.below(static_cast<int>(replaced_.size()));
  Process& process = **one;
  if (driver().time() > process.driver.time()) {
    process.driver.elapse(driver().time() - process.driver.time());
  }
  trace("a replica that was replaced goes on");
  const auto asked = process.driver.send(
      engine::RequestPermit{replicas_random_.of(setup_.governors).name, minutes(1), "", "o"});
  if (asked.reply && asked.reply->ok() && (*asked.reply)->permit && result_.violation.empty()) {
    result_.violation = "a replica that was replaced has given a permit";
  }
  for (int i = replicas_random_.below(40); i > 0 && !process.store->deposed(); --i) {
    process.driver.step(process.driver.time() + minutes(5));
  }
  if (process.store->deposed()) ++result_.refused_replicas;
  if (process.store->deposed() || replicas_random_.oneIn(4)) replaced_.erase(one);
}

std::string Process::commit(const engine::Changes& changes) {
  if (!replaced) return world.commit(*this, changes);
  return store->commit(changes, driver.stamp()).acknowledged ? "" : "another replica acts";
}

std::string Process::probe() {
  if (!replaced) return world.probe();
  return store->probe(driver.engine().everything(driver.now()), driver.stamp()).works
             ? ""
             : "another replica acts";
}

void Process::given(const engine::Event& event) {
  if (!replaced) world.referee_.given(event, world.moment());
}

void Process::perform(engine::Output& out) {
  if (!replaced) return world.perform(out);
  // Everything seems to be ill there, so that it wants to heal.
  for (const engine::Action& action : out.actions) {
    if (const auto* check = std::get_if<engine::StartCheck>(&action)) {
      driver.schedule(driver.time() + seconds(1),
                      engine::CheckFinished{check->check, check->run, core::CheckStatus::kCritical,
                                            "", seconds(1)});
    }
  }
}

}  // namespace heald::simulation
