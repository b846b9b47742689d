#pragma once

#include <memory>

#include "ctl/invocation.h"
#include "ctl/run.h"

namespace heald::ctl {

inline constexpr const char* kDefaultConfigFile = "/etc/heald/heald.yml";

// `config schema` and `config init`. Lives as long as `app`.
class ConfigCommands {
 public:
  ConfigCommands(CLI::App& app, Invocation& chosen, const Process& at);
  ~ConfigCommands();

 private:
  struct Options;

  void addSchema(CLI::App& config);
  void addInit(CLI::App& config);

  Invocation& chosen_;
  const Process& at_;
  std::unique_ptr<Options> options_;
};

}  // namespace heald::ctl
