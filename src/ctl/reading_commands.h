#pragma once

#include <memory>

#include "ctl/invocation.h"
#include "ctl/run.h"

namespace heald::ctl {

// The commands that only look: status, explain, history, watch. Registers them; what their
// arguments say is kept here until they are done.
class ReadingCommands {
 public:
  ReadingCommands(CLI::App& app, Invocation& chosen, const Process& at);
  ~ReadingCommands();
  ReadingCommands(const ReadingCommands&) = delete;
  ReadingCommands& operator=(const ReadingCommands&) = delete;

 private:
  struct Options;

  void addStatus(CLI::App& app);
  void addExplain(CLI::App& app);
  void addHistory(CLI::App& app);
  void addWatch(CLI::App& app);
  void addOpen(CLI::App& app);

  Invocation& chosen_;
  const Process& at_;
  std::unique_ptr<Options> options_;
};

}  // namespace heald::ctl
