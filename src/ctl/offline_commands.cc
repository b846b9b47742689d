#include "ctl/offline_commands.h"

#include <CLI/CLI.hpp>
#include <iostream>

#include "ctl/backtest.h"
#include "ctl/bound_command.h"
#include "ctl/check_config.h"
#include "ctl/config_commands.h"
#include "ctl/simulate.h"
#include "ctl/store_migrate.h"

namespace heald::ctl {

struct OfflineCommands::Options {
  CheckConfigOptions checked;
  BoundOptions bound;
  SimulateOptions simulate;
  BacktestOptions backtest;
  StoreMigrateOptions migrated;
};

OfflineCommands::OfflineCommands(CLI::App& app, Invocation& chosen, const Process& at)
    : chosen_(chosen), at_(at), options_(std::make_unique<Options>()) {
  addCheckConfig(app);
  addBound(app);
  addSimulate(app);
  addBacktest(app);
  addStoreMigrate(app);
}

OfflineCommands::~OfflineCommands() = default;

void OfflineCommands::addCheckConfig(CLI::App& app) {
  CheckConfigOptions& checked = options_->checked;
  checked.files = {kDefaultConfigFile};
  CLI::App* sub = addOfflineCommand(
      app, chosen_, "check-config", "Read a configuration as heald would: mistakes, and warnings",
      [this, &checked] {
        checked.as_json = chosen_.as_json;
        return checkConfig(checked, at_.environment, std::cin, at_.out, at_.err);
      });
  addJson(*sub, chosen_);
  sub->add_option("file", checked.files, "Files, pipes, folders, or - for stdin")
      ->capture_default_str();
  sub->add_flag("--strict", checked.strict, "Exit 8 when there are warnings");
  sub->add_flag("--host", checked.host,
                "Look at this machine too: are the programs there, and may they be executed");
  sub->add_option("--log.termination", checked.termination_log,
                  "Write the mistakes into this file as well, in the 2,048 bytes that Kubernetes "
                  "shows of it");
}

void OfflineCommands::addBound(CLI::App& app) {
  BoundOptions& bound = options_->bound;
  bound.file = kDefaultConfigFile;
  CLI::App* sub = addOfflineCommand(app, chosen_, "bound",
                                    "For each governor, the most attempts before a human must act",
                                    [this, &bound] {
                                      bound.progress = at_.terminal;
                                      bound.as_json = chosen_.as_json;
                                      return showBounds(bound, at_.environment, at_.out, at_.err);
                                    });
  addJson(*sub, chosen_);
  sub->add_option("file", bound.file, "The configuration")->capture_default_str();
  sub->add_option("--max", bound.max, "Fail when a governor, or one of its targets, may make more")
      ->check(CLI::Range(1, 1'000'000));
}

void OfflineCommands::addSimulate(CLI::App& app) {
  SimulateOptions& simulated = options_->simulate;
  CLI::App* sub = addOfflineCommand(
      app, chosen_, "simulate", "Play scenarios on a configuration in virtual time; a test of it",
      [this, &simulated] {
        simulated.as_json = chosen_.as_json;
        return simulate(simulated, at_.environment, at_.colours(), at_.out, at_.err);
      });
  addJson(*sub, chosen_);
  sub->add_option("config", simulated.config, "The configuration")->required();
  sub->add_option("scenario", simulated.scenarios, "What happens, and what is expected")
      ->required();
  sub->add_flag("--quiet", simulated.quiet, "Print no timeline, only what was expected");
  sub->add_option("--svg", simulated.svg, "Draw the picture of one scenario into this file");
}

void OfflineCommands::addBacktest(CLI::App& app) {
  BacktestOptions& tested = options_->backtest;
  CLI::App* sub = addOfflineCommand(
      app, chosen_, "backtest",
      "What a configuration would have done about the incidents of a history", [this, &tested] {
        tested.as_json = chosen_.as_json;
        return backtest(tested, at_.environment, at_.colours(), at_.out, at_.err);
      });
  addJson(*sub, chosen_);
  sub->add_option("--history", tested.history,
                  "What healdctl history --json --limit 0 has printed, or a store")
      ->required();
  sub->add_option("--config", tested.config, "The configuration")->required();
}

void OfflineCommands::addStoreMigrate(CLI::App& app) {
  StoreMigrateOptions& migrated = options_->migrated;
  migrated.file = kDefaultConfigFile;
  CLI::App* store = app.add_subcommand("store", "Move the durable state to another place");
  store->require_subcommand(1);
  CLI::App* sub =
      addOfflineCommand(*store, chosen_, "migrate",
                        "Move the state of a heald that is stopped to etcd, or back into its file",
                        [this, &migrated] {
                          migrated.as_json = chosen_.as_json;
                          migrated.actor = at_.actor;
                          return migrateStore(migrated, at_.environment, at_.out, at_.err);
                        });
  addJson(*sub, chosen_);
  sub->add_option("file", migrated.file, "The configuration, with store.etcd")
      ->capture_default_str();
  sub->add_option("--to", migrated.to, "Where the state is to be")
      ->required()
      ->check(CLI::IsMember({"etcd", "sqlite"}));
}

}  // namespace heald::ctl
