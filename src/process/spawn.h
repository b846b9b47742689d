#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "process/process.h"

namespace heald::process {

// All that starts a command, as plain memory: for a process forked from a program with threads,
// which may allocate nothing.
struct Launch {
  const char* path;
  char* const* argv;
  char* const* envp;
  const char* directory;  // nullptr: where heald is
  bool foreground;        // in the session, and with the stdin, stdout and signals, that are there
  bool becomes_user;      // then these:
  uid_t uid;
  gid_t gid;
  const gid_t* groups;
  std::size_t group_count;
};

// Why a command did not start.
struct LaunchFailure {
  enum Step { kNone, kFork, kUser, kDirectory, kProgram };
  Step step;
  int error;  // errno
};

// Starts the command in a session of its own, with `output` (not 0, 1 or 2) as stdout and stderr;
// in the foreground as stderr alone. The pid, or 0. `failure` is memory that a child of this
// process writes to when it fails after this call has returned: it has to be shared with it (mmap)
// where the command becomes another user. Async-signal-safe, for a process with one thread that has
// blocked its signals.
pid_t startCommand(const Launch& launch, int output, volatile LaunchFailure& failure);

// The path of a program: its name where that has a '/', else where it is in `folders` (as a PATH).
// In `error` ENOENT or EACCES when there is none; 0 otherwise.
std::string findProgram(const std::string& name, std::string_view folders, int& error);

// Makes a Launch of a command, where allocating is allowed.
class SpawnPlan {
 public:
  SpawnPlan(const ProcessSpec& spec, const std::string& run_mark);
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  // errno of what is known to fail before anything is started, or 0.
  int error() const { return error_; }
  // Points into this plan.
  const Launch& launch() const { return launch_; }
  // A copy that points into `memory`, or false when that is too small.
  bool copyTo(Launch& copy, char* memory, std::size_t size) const;

 private:
  int error_ = 0;
  std::string path_;
  std::string directory_;
  std::vector<std::string> environment_;
  std::vector<char*> argv_;
  std::vector<char*> envp_;
  std::vector<gid_t> groups_;
  Launch launch_{};
};

}  // namespace heald::process
