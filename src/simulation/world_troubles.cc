// What humans, alerts and the machine do in a random world.
#include "simulation/world.h"

namespace heald::simulation {

using std::chrono::minutes;
using std::chrono::seconds;

std::string World::anyGovernor(Random& random) {
  return random.oneIn(4) ? "" : random.of(setup_.governors).name;
}

std::string World::anyRemedy(Random& random) {
  return random.oneIn(4) ? "" : random.of(setup_.remedies).name;
}

void World::operate(Random& random) {
  switch (random.below(7)) {
    case 6:
      driver().send(engine::Retry{anyGovernor(random), "fixed", "o"});
      break;
    case 0:
    case 1:
      driver().send(engine::Resume{anyGovernor(random), "fixed", "o"});
      break;
    case 2:
      driver().send(engine::Reset{anyGovernor(random), random.oneIn(2), "o"});
      break;
    case 3:
      if (random.oneIn(3)) driver().send(engine::EnterDormant{anyGovernor(random), "stop", "o"});
      break;
    case 4:
      driver().send(engine::RunCheckNow{random.of(setup_.checks).name, "o"});
      break;
    case 5:
      const engine::RemedySpec& remedy = random.of(setup_.remedies);
      if (!remedy.byAlert()) driver().send(engine::RunRemedyNow{remedy.name, "o"});
      break;
  }
}

void World::permit(Random& random) {
  if (!permits_.empty() && random.oneIn(2)) {
    const std::string id = random.of(permits_);
    driver().send(engine::ReportPermit{id, random.oneIn(3), "",
                                       random.oneIn(10) ? "401 Unauthorized" : "", "o"});
    return;
  }
  const std::string governor = random.of(setup_.governors).name;
  const engine::Output out = driver().send(
      engine::RequestPermit{governor, seconds(1) + random.some(minutes(20)), "", "o"});
  if (dead_ || !out.reply || !out.reply->ok() || !(*out.reply)->permit) return;
  permits_.push_back((*out.reply)->permit->id);
  if (permits_.size() > 5) permits_.erase(permits_.begin());
}

// Mostly of what waits; also of what needs none, or does not exist.
void World::approve(Random& random) {
  const auto wanted = driver().snapshot().approvals_wanted;
  engine::ApprovalKey key{anyRemedy(random), "", random.between(0, 2)};
  if (!wanted.empty() && !random.oneIn(4)) key = random.of(wanted).key;
  if (key.ofPermit() && random.oneIn(2)) key.name = random.of(setup_.governors).name;
  std::optional<int> step;
  if (!key.ofPermit() && random.oneIn(2)) step = key.step;
  if (random.oneIn(5)) {
    driver().send(engine::Unapprove{key.name, key.ofPermit(), key.target, step, "o"});
    return;
  }
  driver().send(engine::Approve{key.name, key.ofPermit(), key.target, step,
                                seconds(1) + random.some(minutes(60)), "looked at it", "o"});
}

void World::alert(Random& random) {
  driver().send(alerts_.tell(driver().now().wall, random));
}

void World::reload(Random& random) {
  setup_ = changedSetup(base_, random);
  sometimesUnverified(setup_);
  driver().send(engine::Reload{std::make_shared<const engine::Setup>(setup_), "o"});
}

void World::task(Random& random) {
  const std::string id = "t" + std::to_string(random.below(12));
  if (random.oneIn(3)) {
    driver().send(engine::RemoveTask{id});
    return;
  }
  const auto kind = random.oneIn(3) ? engine::TaskKind::kTimeout : engine::TaskKind::kInterval;
  driver().send(
      engine::RegisterTask{id, kind, seconds(random.between(5, 90)), true, random.oneIn(2)});
}

void World::act(Actor& actor) {
  Random& random = actor.random;
  actor.next = driver().time() + random.some(actor.pace);
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
      etcd_.change();
      break;
    case Trouble::kClocks:
      disturbClocks(random);
      break;
    case Trouble::kOperators:
      operate(random);
      break;
    case Trouble::kFlags:
      driver().send(engine::SetFlag{random.of(core::kFeatures), !random.oneIn(3), "", "o"});
      break;
    case Trouble::kPauses:
      if (random.oneIn(2)) {
        driver().send(engine::PauseRemedy{anyRemedy(random), seconds(1) + random.some(minutes(30)),
                                          "work", "o"});
      } else {
        driver().send(engine::UnpauseRemedy{anyRemedy(random), "o"});
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
    case Trouble::kApprovals:
      approve(random);
      break;
  }
}

}  // namespace heald::simulation
