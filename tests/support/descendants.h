#pragma once

#include <sys/types.h>

#include <set>
#include <string>
#include <vector>

namespace heald::test {

// Makes this process the one that inherits whatever its descendants leave behind, so that nothing
// can hide: not by a second fork, not by setsid, not by the death of its parent.
void adoptOrphans();

struct Process {
  pid_t pid = 0;
  pid_t parent = 0;
  char state = '?';  // as in /proc/PID/stat
  std::string command;
};

// Everything alive below `root` (which is not in it); zombies are not alive.
std::vector<Process> descendantsOf(pid_t root);
// "1234 sleep 1000, 1235 /bin/sh -c …"
std::string toString(const std::vector<Process>& processes);
bool isAlive(pid_t pid);

// Buries the dead that this process has inherited, except those that somebody waits for.
void reapOrphans(const std::set<pid_t>& awaited);

}  // namespace heald::test
