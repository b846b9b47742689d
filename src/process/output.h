#pragma once

#include <string>

#include "io/fd.h"

namespace heald::process {

// The reading end of a command's output: keeps the beginning and drops the rest, so that a flood
// neither blocks the command nor grows heald. One thread at a time.
class Output {
 public:
  explicit Output(std::size_t limit) : limit_(limit) {}

  // Opens the pipe; 0, or errno. The command gets writer(); close it here once it has it.
  int open();
  int writer() const { return writer_.get(); }
  void closeWriter() { writer_.reset(); }

  // For poll(); -1 once the end was seen.
  int fd() const { return reader_.get(); }
  // Takes what is there without waiting for more.
  void take();

  std::string text;
  bool truncated = false;

 private:
  const std::size_t limit_;
  io::UniqueFd reader_;
  io::UniqueFd writer_;
};

// A pipe whose ends are close-on-exec and not 0, 1 or 2, which a child is about to replace.
// 0, or errno.
int openPipe(io::UniqueFd& reader, io::UniqueFd& writer);

}  // namespace heald::process
