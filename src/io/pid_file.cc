#include "io/pid_file.h"

#include <sys/stat.h>

#include <charconv>

#include "io/file.h"
#include "io/text.h"

namespace heald::io {

Result<PidFile> readPidFile(const std::string& path) {
  const auto content = readSmallFile(path, 4096);
  if (!content) {
    return Error{content.error().code, oneLine("pid file " + content.error().message)};
  }
  const std::string_view text = firstLine(*content);
  PidFile file;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), file.pid);
  struct stat status {};
  if (read.ec != std::errc{} || file.pid <= 0 || stat(path.c_str(), &status) != 0) {
    return Error{ErrorCode::kUnavailable, oneLine("pid file " + path + " holds no pid")};
  }
  file.written = core::WallTime(std::chrono::seconds(status.st_mtim.tv_sec) +
                                std::chrono::nanoseconds(status.st_mtim.tv_nsec));
  return file;
}

}  // namespace heald::io
