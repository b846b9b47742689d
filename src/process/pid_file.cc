#include "process/pid_file.h"

#include <sys/stat.h>

#include <charconv>

#include "io/file.h"
#include "io/text.h"
#include "io/trusted_file.h"

namespace heald::process {

Result<PidFile> readPidFile(const std::string& path) {
  const auto prefixed = [](const Error& error) {
    return Error{error.code, core::oneLine("pid file " + error.message)};
  };
  const auto fd = io::openRegularFile(path);
  if (!fd) return prefixed(fd.error());
  const auto content = io::readAll(fd->get(), path, 4096);
  if (!content) return prefixed(content.error());
  const auto authority = io::authorityOf(fd->get(), path);
  if (!authority) return prefixed(authority.error());
  const std::string_view text = core::firstLine(*content);
  PidFile file;
  file.only_of = authority->user;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), file.pid);
  struct stat status {};
  if (read.ec != std::errc{} || file.pid <= 0 || fstat(fd->get(), &status) != 0) {
    return Error{ErrorCode::kUnavailable, core::oneLine("pid file " + path + " holds no pid")};
  }
  file.written = core::WallTime(std::chrono::seconds(status.st_mtim.tv_sec) +
                                std::chrono::nanoseconds(status.st_mtim.tv_nsec));
  return file;
}

}  // namespace heald::process
