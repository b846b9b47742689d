#include "ctl/config_commands.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "app/builtin.h"
#include "ctl/config_init.h"

namespace heald::ctl {

struct ConfigCommands::Options {
  ConfigInitOptions init;
};

ConfigCommands::ConfigCommands(CLI::App& app, Invocation& chosen, const Process& at)
    : chosen_(chosen), at_(at), options_(std::make_unique<Options>()) {
  CLI::App* config =
      app.add_subcommand("config", "Write a first configuration, or print its JSON Schema");
  config->require_subcommand(1);
  addInit(*config);
  addSchema(*config);
}

ConfigCommands::~ConfigCommands() = default;

void ConfigCommands::addSchema(CLI::App& config) {
  CLI::App* schema =
      addOfflineCommand(config, chosen_, "schema", "Print its JSON Schema, for editors", [this] {
        at_.out << config::configSchema(app::builtinKinds()) << "\n";
        return ExitCode::kOk;
      });
  addJson(*schema, chosen_);
}

void ConfigCommands::addInit(CLI::App& config) {
  ConfigInitOptions& init = options_->init;
  init.file = kDefaultConfigFile;
  CLI::App* sub = addOfflineCommand(
      config, chosen_, "init", "Write a first one in observe mode, for what this machine has",
      [this, &init] {
        init.as_json = chosen_.as_json;
        init.may_ask = isatty(STDIN_FILENO) == 1;
        return initConfig(init, surveyHost(""), at_.environment, std::cin, at_.out, at_.err);
      });
  addJson(*sub, chosen_);
  sub->add_option("file", init.file, "Where to; - for stdout. A file that is there stays as it is")
      ->capture_default_str();
  sub->add_flag("--all", init.everything, "Watch all that is found and runs; ask nothing");
  // One value each, so that the file behind it is not taken for another; several by repeating it.
  sub->add_option("--service", init.chosen.services, "Watch, and restart, this unit of systemd")
      ->allow_extra_args(false);
  sub->add_option("--port", init.ports, "Watch this TCP port of this machine")
      ->check(CLI::Range(1, 65535))
      ->allow_extra_args(false);
  sub->add_option("--plugin", init.chosen.plugins, "Run this Nagios plugin")
      ->allow_extra_args(false);
  sub->add_option("--prometheus", init.chosen.prometheus, "Watch the targets of this Prometheus");
}

}  // namespace heald::ctl
