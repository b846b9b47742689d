#pragma once

#include <memory>

#include "ctl/invocation.h"
#include "ctl/run.h"

namespace heald::ctl {

// approve, unapprove: attempts that wait for a human. approve without a name lists them.
class ApprovalCommands {
 public:
  ApprovalCommands(CLI::App& app, Invocation& chosen, const Process& at);
  ~ApprovalCommands();
  ApprovalCommands(const ApprovalCommands&) = delete;
  ApprovalCommands& operator=(const ApprovalCommands&) = delete;

 private:
  struct Options;
  std::unique_ptr<Options> options_;
};

}  // namespace heald::ctl
