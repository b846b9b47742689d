#include "support/world.h"

#include <algorithm>
#include <stdexcept>

namespace heald::test {

using engine::Output;
using std::chrono::seconds;

namespace {

template <class View>
View named(const engine::SharedList<View>& views, const std::string& name) {
  for (const View& view : views) {
    if (view.name == name) {
      return view;
    }
  }
  throw std::runtime_error("no view named " + name);
}

}  // namespace

void World::crash() {
  driver_.boot(setup, rows_.load(driver_.stamp()));
}

std::string World::governorsOnRecord() const {
  std::string names;
  for (const auto& [name, state] : rows_.load(driver_.stamp()).governors) {
    names += (names.empty() ? "" : " ") + name;
  }
  return names;
}

std::string World::commit(const engine::Changes& changes) {
  if (store_error.empty()) {
    engine::Changes lasting = changes;
    lasting.history.clear();
    commits += lasting.empty() ? 0 : 1;
    ++writes;
    history.insert(history.end(), changes.history.begin(), changes.history.end());
    rows_.put(changes, driver_.stamp());
  }
  return store_error;
}

Output World::reload(engine::Setup next) {
  setup = std::move(next);
  return send(engine::Reload{std::make_shared<const engine::Setup>(setup), "a test"});
}

void World::run(const engine::StartCheck& check) {
  const std::string& name = setup.checks[static_cast<std::size_t>(check.check)].name;
  check_runs.emplace_back(name, time());
  const auto script = checks.find(name);
  const auto status = script == checks.end() ? core::CheckStatus::kOk : script->second();
  driver_.schedule(time() + check_takes, engine::CheckFinished{check.check, check.run, status,
                                                               messages[name], check_takes});
}

void World::run(const engine::StartAction& start) {
  const std::string& name = setup.remedies[static_cast<std::size_t>(start.remedy)].name;
  starts.push_back(
      {name, time(), start.step, start.attempt, start.reason, start.labels, start.variables});
  const auto script = remedies.find(name);
  const Act act = script == remedies.end() ? Act{} : script->second(start);
  const bool ok = act.outcome == engine::ActionOutcome::kOk;
  driver_.schedule(time() + act.takes, engine::ActionFinished{start.run, act.outcome,
                                                              ok ? "" : "exit code 1", act.output});
}

void World::run(const engine::RunTask& task) {
  task_runs.emplace_back(task.id, time());
  const Duration takes = task_takes[task.id];
  driver_.schedule(time() + takes, engine::TaskFinished{task.id, task.install, true, takes});
}

void World::perform(Output& out) {
  notes.insert(notes.end(), out.notes.begin(), out.notes.end());
  for (const engine::Action& action : out.actions) {
    if (const auto* check = std::get_if<engine::StartCheck>(&action)) {
      run(*check);
    } else if (const auto* start = std::get_if<engine::StartAction>(&action)) {
      run(*start);
    } else if (const auto* cancel = std::get_if<engine::CancelAction>(&action)) {
      cancelled.push_back(cancel->run);
      driver_.schedule(
          time() + cancel_takes,
          engine::ActionFinished{cancel->run, engine::ActionOutcome::kCancelled, "", ""});
    } else if (const auto* gone = std::get_if<engine::CancelCheck>(&action)) {
      cancelled_checks.push_back(gone->run);
    } else if (const auto* ask = std::get_if<engine::AskAlert>(&action)) {
      asked.push_back(*ask);
      driver_.schedule(time() + seconds(1),
                       engine::AlertAsked{ask->run, alertmanager_says, "connection refused"});
    } else if (const auto* member = std::get_if<engine::AskFleet>(&action)) {
      asked_fleet.push_back(*member);
      auto says = fleet ? fleet(*member) : std::nullopt;
      if (!says) continue;
      says->run = member->run;
      driver_.schedule(time() + fleet_takes, *says);
    } else if (const auto* permit = std::get_if<engine::ReturnPermit>(&action)) {
      returned.push_back(permit->run);
    } else if (const auto* task = std::get_if<engine::RunTask>(&action)) {
      run(*task);
    } else if (const auto* installed = std::get_if<engine::TaskReady>(&action)) {
      ready.emplace_back(installed->install, installed->superseded);
    }
  }
}

engine::GovernorView World::governor(const std::string& name) const {
  return named(snapshot().governors, name);
}
engine::RemedyView World::remedy(const std::string& name) const {
  return named(snapshot().remedies, name);
}
engine::CheckView World::check(const std::string& name) const {
  return named(snapshot().checks, name);
}

bool World::noted(const std::string& message) const {
  return std::any_of(notes.begin(), notes.end(),
                     [&](const engine::Note& n) { return n.message.find(message) == 0; });
}

std::vector<long> startsInSeconds(const World& world) {
  std::vector<long> seconds_of;
  for (const World::Start& start : world.starts) {
    seconds_of.push_back(std::chrono::duration_cast<seconds>(start.at).count());
  }
  return seconds_of;
}

std::uint64_t suppressed(const World& world, const std::string& governor, core::Guard guard) {
  return world.governor(governor).counters.suppressed[static_cast<std::size_t>(guard)];
}

}  // namespace heald::test
