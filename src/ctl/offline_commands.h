#pragma once

#include <memory>

#include "ctl/invocation.h"
#include "ctl/run.h"

namespace heald::ctl {

// The commands that need no heald: check-config, bound, simulate and backtest, which judge a
// configuration, and store migrate.
// Registers them; what their arguments say is kept here until they are done.
class OfflineCommands {
 public:
  OfflineCommands(CLI::App& app, Invocation& chosen, const Process& at);
  ~OfflineCommands();
  OfflineCommands(const OfflineCommands&) = delete;
  OfflineCommands& operator=(const OfflineCommands&) = delete;

 private:
  struct Options;

  void addCheckConfig(CLI::App& app);
  void addBound(CLI::App& app);
  void addSimulate(CLI::App& app);
  void addBacktest(CLI::App& app);
  void addStoreMigrate(CLI::App& app);

  Invocation& chosen_;
  const Process& at_;
  std::unique_ptr<Options> options_;
};

}  // namespace heald::ctl
