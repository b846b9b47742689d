#include "io/pid_file.h"

#include <sys/stat.h>

#include <charconv>

#include "io/file.h"
#include "io/text.h"
#include "io/trusted_file.h"

namespace heald::io {

Result<PidFile> readPidFile(const std::string& path) {
  const auto prefixed = [](const Error& error) {
    return Error{error.code, oneLine("pid file " + error.message)};
  };
  const auto fd = openRegularFile(path);
  if (!fd) return prefixed(fd.error());
  const auto content = readAll(fd->get(), path, 4096);
  if (!content) return prefixed(content.error());
  const auto authority = authorityOf(fd->get(), path);
  if (!authority) return prefixed(authority.error());
  const std::string_view text = firstLine(*content);
  PidFile file;
  file.only_of = authority->user;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), file.pid);
  struct stat status {};
  if (read.ec != std::errc{} || file.pid <= 0 || fstat(fd->get(), &status) != 0) {
    return Error{ErrorCode::kUnavailable, oneLine("pid file " + path + " holds no pid")};
  }
  file.written = core::WallTime(std::chrono::seconds(status.st_mtim.tv_sec) +
                                std::chrono::nanoseconds(status.st_mtim.tv_nsec));
  return file;
}

}  // namespace heald::io
