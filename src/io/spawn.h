#pragma once

#include <spawn.h>
#include <sys/types.h>

#include <string>
#include <vector>

#include "heald/result.h"
#include "io/process.h"

namespace heald::io {

// All that posix_spawn() needs, made beforehand, so that spawn() allocates nothing. Made where
// threads are; used there, or in the supervisor forked from there.
class SpawnPlan {
 public:
  // The command will have `output` (not 0, 1 or 2) as stdout and stderr; in the foreground as
  // stderr alone.
  SpawnPlan(const ProcessSpec& spec, const std::string& run_mark, int output);
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan();

  // errno of what is known to fail before anything is started, or 0.
  int error() const { return error_; }
  // Starts the command in a session of its own. 0 and its pid, or errno. glibc's posix_spawn (a
  // vfork that waits for the exec) is safe after fork, though POSIX does not promise it.
  int spawn(pid_t& pid) const;

 private:
  void buildActions(const ProcessSpec& spec, int output);
  void buildAttributes();
  void buildForeground(int output);

  int error_ = 0;
  std::string path_;
  std::vector<std::string> environment_;
  std::vector<char*> argv_;
  std::vector<char*> envp_;
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

}  // namespace heald::io
