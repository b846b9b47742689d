#pragma once

#include <memory>

#include "ctl/invocation.h"
#include "ctl/run.h"

namespace heald::ctl {

// replicas, step-down: which of several healds acts.
class ReplicaCommands {
 public:
  ReplicaCommands(CLI::App& app, Invocation& chosen, const Process& at);
  ~ReplicaCommands();
  ReplicaCommands(const ReplicaCommands&) = delete;
  ReplicaCommands& operator=(const ReplicaCommands&) = delete;

 private:
  struct Options;
  std::unique_ptr<Options> options_;
};

}  // namespace heald::ctl
