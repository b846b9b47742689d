#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "io/fd.h"

namespace heald::process {

// What a direct run started, as far as it is alive: the command (its leader), what descends from
// it, and what the system handed to this process because its parent died and it shows the run's
// session or mark. The leader stays unreaped until the owner reaps it, so that its number remains
// its own. One thread at a time.
class ProcessTree {
 public:
  struct Member {
    pid_t pid;
    io::UniqueFd pidfd;
  };

  ProcessTree(pid_t leader, std::string mark) : leader_(leader), mark_(std::move(mark)) {}

  // Looks for members, sends each the signal, reaps those of ours that are dead. Returns whether
  // any is alive.
  bool signalAll(int signal);
  // Those of the last look, for poll().
  const std::vector<Member>& members() const { return members_; }

 private:
  void look();
  bool belongs(pid_t root) const;
  void add(pid_t pid, pid_t self);
  bool isMember(pid_t pid) const;

  const pid_t leader_;
  const std::string mark_;
  std::vector<Member> members_;
};

}  // namespace heald::process
