#pragma once

#include <sys/types.h>

#include <string>

#include "core/time.h"
#include "heald/result.h"

namespace heald::io {

struct PidFile {
  pid_t pid = 0;
  core::WallTime written{};
};

// The number at the beginning of a pid file. kNotFound when there is no such file; kUnavailable
// when it cannot be read or does not begin with the number of a process.
Result<PidFile> readPidFile(const std::string& path);

}  // namespace heald::io
