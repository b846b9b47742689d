#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "checks/alertmanager.h"
#include "checks/check.h"
#include "config/model.h"
#include "io/services.h"
#include "process/process_monitor.h"
#include "remedies/remedy.h"
#include "runtime/clock.h"
#include "runtime/runs.h"
#include "runtime/work.h"

namespace heald::runtime {

// Runs the configured checks and remedies with the services of io. Outlives its work. For the
// engine's thread; cancelAll() for any.
class Performer : public Work {
 public:
  // `monitor` is what the task process-monitoring looks with; it outlives this.
  Performer(const config::Config& config, io::Services& services, process::ProcessMonitor& monitor,
            const Clock& clock);

  // What starts from here on is of this configuration; what runs goes on.
  void use(const config::Config& config);

  // Variables that an action has besides those of heald and of its alert: what `more` says when it
  // starts, on the engine's thread. Before the first one.
  using Variables = std::vector<std::pair<std::string, std::string>>;
  void addToEnvironment(std::function<Variables(const engine::StartAction&)> more) {
    more_environment_ = std::move(more);
  }

  // Who asks the servers of fleets. Before the first question; both return at once.
  struct Fleets {
    std::function<void(const engine::AskFleet&, Post)> ask;
    std::function<void(const engine::ReturnPermit&)> giveBack;
  };
  void askFleetsBy(Fleets fleets) { fleets_ = std::move(fleets); }

  void startCheck(const engine::StartCheck& start, Post post) override;
  void startAction(const engine::StartAction& start, Post post) override;
  void askAlert(const engine::AskAlert& ask, Post post) override;
  void askFleet(const engine::AskFleet& ask, Post post) override;
  void returnPermit(const engine::ReturnPermit& permit) override;
  void cancelCheck(std::uint64_t run) override { check_runs_.cancel(run); }
  void cancelAction(std::uint64_t run) override { action_runs_.cancel(run); }
  void runTask(const engine::RunTask& run, TaskFunction function, Post post) override;

  // Ends everything that runs: checks at once, actions with TERM and, after their grace, KILL.
  void cancelAll();

 private:
  struct Check {
    std::string name;
    core::Duration timeout;
    std::shared_ptr<const checks::Check> part;
  };
  struct Remedy {
    std::string name;
    std::vector<std::shared_ptr<const remedies::Remedy>> steps;
  };

  void monitorProcesses();

  io::Services& services_;
  process::ProcessMonitor& monitor_;
  const Clock& clock_;
  Runs check_runs_;
  Runs action_runs_;
  Runs asking_;
  // As engine::Setup lists them: the engine says which by its index there.
  std::vector<Check> checks_;
  std::vector<Remedy> remedies_;
  std::shared_ptr<const checks::Alertmanager> alertmanager_;
  std::function<Variables(const engine::StartAction&)> more_environment_;
  Fleets fleets_;
};

// What the task process-monitoring watches: every process check, under the check's name.
std::vector<process::WatchedProcess> watchedProcesses(const config::Config& config);

// The id of the background task that runs on this thread, or "".
const std::string& taskOnThisThread();

}  // namespace heald::runtime
