#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "core/time.h"
#include "heald/result.h"

namespace heald::process {

struct PidFile {
  pid_t pid = 0;
  core::WallTime written{};
  // Whoever may change the file chooses the process: one that is not root nor heald's user may only
  // mean her own.
  std::optional<uid_t> only_of;
};

// The number at the beginning of a pid file. kNotFound when there is no such file; kUnavailable
// when it cannot be read, does not begin with the number of a process, or is not one user's word
// (see authorityOf()).
Result<PidFile> readPidFile(const std::string& path);

}  // namespace heald::process
