#pragma once

#include <memory>

#include "ctl/invocation.h"
#include "ctl/run.h"

namespace heald::ctl {

// token create, list, revoke, rotate. A secret is made here and heald is told its SHA-256 alone; it
// is printed once, or written to a file that its user alone can read and that is there as a whole
// or not at all.
class TokenCommands {
 public:
  TokenCommands(CLI::App& app, Invocation& chosen, const Process& at);
  ~TokenCommands();
  TokenCommands(const TokenCommands&) = delete;
  TokenCommands& operator=(const TokenCommands&) = delete;

 private:
  struct Options;

  void addCreate(CLI::App& tokens);
  void addRotate(CLI::App& tokens);
  void addList(CLI::App& tokens);
  void addRevoke(CLI::App& tokens);

  Invocation& chosen_;
  const Process& at_;
  std::unique_ptr<Options> options_;
};

}  // namespace heald::ctl
