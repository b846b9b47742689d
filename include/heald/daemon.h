#pragma once

#include <memory>
#include <optional>
#include <string>

#include "heald/background_task_manager.h"
#include "heald/circuit_breaker_registry.h"
#include "heald/result.h"
#include "heald/self_healing_engine.h"

namespace heald {

// What overrides the configuration file, as the daemon's flags do.
struct DaemonOptions {
  std::string config_file = "/etc/heald/heald.yml";
  std::optional<std::string>
      control_address;  // host:port, or several with commas; port 0 is any free port
  std::optional<std::string> metrics_address;
  std::optional<std::string> token_file;
  std::optional<std::string>
      metrics_web_config;  // --web.config.file; Prometheus' web configuration
  // --config.watch: reload() by itself when the file, or one that it includes, has changed.
  bool watch_config = false;
  // --log.termination: why heald does not start goes there as well; for the executable. "":
  // nowhere.
  std::string termination_log = {};
  std::string log_level = "info";     // debug, info, warn, error
  std::string log_format = "logfmt";  // or json
};

// The whole daemon inside a program: what the heald executable starts and stops. One at a time in a
// process, because children belong to the process.
//
// Block SIGTERM, SIGINT and SIGHUP in the first thread before start(), so that no thread of heald
// takes them. Starting sets SIGPIPE to ignored and makes the process a child subreaper.
class Daemon {
 public:
  // Reads the configuration, opens the store, starts to detect and heal, and listens. An Error has
  // one line for each mistake of the configuration. A store that does not answer is not an error:
  // heald then runs, says so everywhere, and starts nothing.
  static Result<std::unique_ptr<Daemon>> start(const DaemonOptions& options);

  // Stops as stop() does.
  virtual ~Daemon() = default;
  // Stops listening to commands, ends what runs (TERM, then KILL after its grace), counts it, and
  // closes the store. Nothing that heald started is left. May be called again.
  virtual void stop() = 0;
  // The exit code of the process after stop(): 0; or 75 (EX_TEMPFAIL of sysexits.h) when a person
  // had this replica step down, so that the service manager restarts it. Stepping down sends
  // SIGTERM to this process: its actions have to end before another replica may act.
  virtual int exitCode() const = 0;

  virtual std::string controlAddress() const = 0;  // with the ports that are really bound
  virtual std::string metricsAddress() const = 0;
  // Whether the engine's thread is at most ten seconds late for its next round: for a watchdog.
  virtual bool beats() const = 0;
  // Reads the configuration file again and goes on by it: checks, remedies and governors that are
  // in both keep their state by name, attempts that run go on, what is gone stops. An Error (a line
  // for each mistake, or for each change that needs a restart) means that nothing has changed. `by`
  // says in log and history who asked. Any thread.
  virtual Result<void> reload(const std::string& by) = 0;

  virtual BackgroundTaskManager& backgroundTaskManager() = 0;
  virtual SelfHealingEngine& selfHealingEngine() = 0;
  virtual CircuitBreakerRegistry& circuitBreakerRegistry() = 0;
};

// "0.2.0"
std::string version();

}  // namespace heald
