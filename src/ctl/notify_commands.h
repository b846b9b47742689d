#pragma once

#include <memory>

#include "ctl/invocation.h"
#include "ctl/run.h"

namespace heald::ctl {

// notify list, test: who is told what has happened, and whether they can be reached.
class NotifyCommands {
 public:
  NotifyCommands(CLI::App& app, Invocation& chosen, const Process& at);
  ~NotifyCommands();
  NotifyCommands(const NotifyCommands&) = delete;
  NotifyCommands& operator=(const NotifyCommands&) = delete;

 private:
  struct Options;
  std::unique_ptr<Options> options_;
};

}  // namespace heald::ctl
