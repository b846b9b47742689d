#include "app/options.h"

#include <CLI/CLI.hpp>
#include <iostream>

#include "app/version.h"

namespace heald::app {
namespace {

constexpr const char* kFooter = R"(
Signals: TERM and INT stop it: running actions get TERM, and KILL after their grace. HUP reloads the configuration.
Exit codes: 0 stopped, 1 cannot start, 2 wrong arguments, 75 another replica has taken over (start it again).
Environment: STATE_DIRECTORY is where the store and the control token are, as systemd sets it. FEATURE_AUTO_HEALING_ENABLED,
FEATURE_AUTO_DETECTION_MONITORING, FEATURE_PREVENTIVE_HEALING_ENABLED and FEATURE_PROCESS_MONITORING_ENABLED are kill switches:
with false, nothing can switch it on.

Examples:
  heald --config.file=/etc/heald/heald.yml
  heald --config.file=heald.yml --web.control-address=127.0.0.1:0 --log.format=json
  healdctl status)";

}  // namespace

void describeOptions(CLI::App& app, DaemonOptions& options) {
  app.name("heald");
  app.description(
      "heald, the self-healing daemon that knows when to stop: runs checks, starts remedies, "
      "verifies them, backs off, breaks the circuit, goes dormant.");
  app.footer(kFooter);
  app.set_version_flag(
      "--version", std::string("heald ") + kVersion + " (" + kRevision + ", " + kCompiler + ")");
  app.add_option("--config.file", options.config_file, "The configuration")->capture_default_str();
  app.add_flag("--config.watch", options.watch_config,
               "Reload when the configuration, or a file that it includes, has changed: a second "
               "after the last change, as SIGHUP does");
  app.add_option(
      "--web.control-address", options.control_address,
      "host:port of API and admin page, or several with commas, instead of the configuration's");
  app.add_option(
      "--web.metrics-address", options.metrics_address,
      "host:port of /metrics and health, or several with commas, instead of the configuration's");
  app.add_option("--web.config.file", options.metrics_web_config,
                 "Web configuration of the metrics listener, instead of the configuration's: TLS, "
                 "users, headers, a rate limit, as Prometheus has them");
  app.add_option("--web.token-file", options.token_file,
                 "File with the control token, instead of the configuration's");
  app.add_option("--log.level", options.log_level, "debug, info, warn or error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->capture_default_str();
  app.add_option("--log.termination", options.termination_log,
                 "Why heald does not start goes into this file as well, in the 2,048 bytes that "
                 "Kubernetes shows of it: /dev/termination-log");
  app.add_option("--log.format", options.log_format, "logfmt or json")
      ->check(CLI::IsMember({"logfmt", "json"}))
      ->capture_default_str();
}

std::optional<DaemonOptions> parseOptions(int argc, char** argv, int& exit_code) {
  DaemonOptions options;
  CLI::App app;
  describeOptions(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error) == 0 ? 0 : 2;
    return std::nullopt;
  }
  return options;
}

}  // namespace heald::app
