#include "runtime/performer.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "checks/process.h"
#include "io/text.h"
#include "process/process.h"
#include "process/run_deadline.h"

namespace heald::runtime {
namespace {

thread_local std::string current_task;

engine::ActionOutcome toEngine(remedies::ActionOutcome outcome) {
  switch (outcome) {
    case remedies::ActionOutcome::kOk:
      return engine::ActionOutcome::kOk;
    case remedies::ActionOutcome::kFailed:
      return engine::ActionOutcome::kFailed;
    case remedies::ActionOutcome::kTimeout:
      return engine::ActionOutcome::kTimeout;
    case remedies::ActionOutcome::kCancelled:
      return engine::ActionOutcome::kCancelled;
  }
  return engine::ActionOutcome::kFailed;
}

std::string withoutNul(std::string text) {
  std::erase(text, '\0');
  return text;
}

}  // namespace

const std::string& taskOnThisThread() {
  return current_task;
}

std::vector<process::WatchedProcess> watchedProcesses(const config::Config& config) {
  std::vector<process::WatchedProcess> watched;
  for (const engine::CheckSpec& check : config.setup.checks) {
    if (const auto* selector = checks::selectorOf(*config.checks.of(check).does.part)) {
      watched.push_back({check.name, *selector});
    }
  }
  return watched;
}

Performer::Performer(const config::Config& config, io::Services& services,
                     process::ProcessMonitor& monitor, const Clock& clock)
    : services_(services), monitor_(monitor), clock_(clock) {
  use(config);
}

void Performer::use(const config::Config& config) {
  monitor_.watch(watchedProcesses(config));
  alertmanager_ = config::partAs<checks::Alertmanager>(config.alertmanager);
  checks_.clear();
  remedies_.clear();
  for (const engine::CheckSpec& spec : config.setup.checks) {
    const auto& does = config.checks.of(spec).does;
    checks_.push_back({spec.name, spec.timeout, config::partAs<checks::Check>(does.part)});
  }
  for (const engine::RemedySpec& spec : config.setup.remedies) {
    Remedy remedy{spec.name, {}};
    for (const config::KindPart& step : config.remedies.of(spec).steps) {
      remedy.steps.push_back(config::partAs<remedies::Remedy>(step.part));
    }
    remedies_.push_back(std::move(remedy));
  }
}

void Performer::startCheck(const engine::StartCheck& start, Post post) {
  const Check& check = checks_[static_cast<std::size_t>(start.check)];
  const core::BootTime began = clock_.now().boot;
  // The part is held until its run has ended, which a reload may come before.
  auto done = [this, start, began, post = std::move(post),
               part = check.part](checks::CheckResult result) {
    check_runs_.end(start.run);
    post(engine::CheckFinished{start.check, start.run, result.status, std::move(result.message),
                               clock_.now().boot - began, std::move(result.measurements)});
  };
  check.part->start(services_, {check.name, check.timeout, check_runs_.begin(start.run)},
                    std::move(done));
}

void Performer::startAction(const engine::StartAction& start, Post post) {
  // Stopped for a while after the commit, say: another replica may have taken over.
  if (process::runDeadlinePassed()) {
    post(engine::ActionFinished{start.run, engine::ActionOutcome::kFailed,
                                "not started: this replica's lease is over", "", std::nullopt});
    return;
  }
  const Remedy& remedy = remedies_[static_cast<std::size_t>(start.remedy)];
  remedies::ActionRun run;
  run.environment = {{"HEALD_CHECK", start.check},
                     {"HEALD_REMEDY", remedy.name},
                     {"HEALD_ATTEMPT", std::to_string(start.attempt)},
                     {"HEALD_REASON", withoutNul(start.reason)}};
  if (more_environment_) {
    for (auto& variable : more_environment_(start)) run.environment.push_back(std::move(variable));
  }
  run.labels = start.labels;
  run.attempt = start.attempt;
  run.now = clock_.now().wall;
  run.environment.insert(run.environment.end(), start.variables.begin(), start.variables.end());
  run.cancel = action_runs_.begin(start.run);
  const auto which = std::min(static_cast<std::size_t>(start.step), remedy.steps.size() - 1);
  const auto& part = remedy.steps[which];
  auto done = [this, start, post = std::move(post), part](remedies::ActionResult result) {
    action_runs_.end(start.run);
    post(engine::ActionFinished{start.run, toEngine(result.outcome), std::move(result.text),
                                std::move(result.output), result.exit_code});
  };
  part->start(services_, run, std::move(done));
}

void Performer::askAlert(const engine::AskAlert& ask, Post post) {
  if (!alertmanager_) {
    post(engine::AlertAsked{ask.run, engine::AlertAnswer::kUnknown, "no url of it is configured"});
    return;
  }
  alertmanager_->ask(
      services_, ask, [this] { return clock_.now().wall; }, asking_.begin(ask.run),
      [this, run = ask.run, post = std::move(post)](engine::AlertAsked answer) {
        asking_.end(run);
        post(std::move(answer));
      });
}

void Performer::askFleet(const engine::AskFleet& ask, Post post) {
  if (fleets_.ask) return fleets_.ask(ask, std::move(post));
  post(engine::FleetAnswered{ask.run, engine::FleetAnswer::kUnanswered, "nobody asks it", {}});
}

void Performer::returnPermit(const engine::ReturnPermit& permit) {
  if (fleets_.giveBack) fleets_.giveBack(permit);
}

void Performer::cancelAll() {
  asking_.cancelAll();
  check_runs_.cancelAll();
  action_runs_.cancelAll();
}

void Performer::runTask(const engine::RunTask& run, TaskFunction function, Post post) {
  const auto job = [this, run, post, function = std::move(function)] {
    const core::BootTime began = clock_.now().boot;
    bool ok = true;
    current_task = run.id;
    try {
      if (function) {
        function();
      } else {
        monitorProcesses();
      }
    } catch (...) {  // a job of an embedding program; its failure is counted
      ok = false;
    }
    current_task.clear();
    post(engine::TaskFinished{run.id, run.install, ok, clock_.now().boot - began});
  };
  if (!services_.workers.post(job)) {
    post(engine::TaskFinished{run.id, run.install, false, {}});
  }
}

void Performer::monitorProcesses() {
  process::killStrays();
  if (!monitor_.look()) throw std::runtime_error("some processes could not be looked at");
}

}  // namespace heald::runtime
