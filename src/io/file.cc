#include "io/file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "io/trusted_file.h"

namespace heald::io {
namespace {

Error fileError(const std::string& path, int error) {
  const bool absent = error == ENOENT || error == ENOTDIR;
  return {absent ? ErrorCode::kNotFound : ErrorCode::kUnavailable,
          path + ": " + std::strerror(error)};
}

}  // namespace

Result<UniqueFd> openRegularFile(const std::string& path) {
  // O_NONBLOCK: opening a FIFO would wait for a writer.
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd.valid()) return fileError(path, errno);
  struct stat status {};
  if (fstat(fd.get(), &status) != 0) return fileError(path, errno);
  if (!S_ISREG(status.st_mode)) {
    return Error{ErrorCode::kUnavailable, path + ": not a regular file"};
  }
  return fd;
}

Result<std::string> readAll(int fd, const std::string& path, std::size_t limit) {
  std::string content;
  char chunk[4096];
  while (content.size() <= limit) {
    const ssize_t got = read(fd, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fileError(path, errno);
    if (got == 0) return content;
    content.append(chunk, static_cast<std::size_t>(got));
  }
  return Error{ErrorCode::kUnavailable, path + ": larger than " + std::to_string(limit) + " bytes"};
}

Result<std::string> readSmallFile(const std::string& path, std::size_t limit) {
  const auto fd = openRegularFile(path);
  return fd ? readAll(fd->get(), path, limit) : fd.error();
}

Result<std::string> readTrustedFile(const std::string& path, std::size_t limit) {
  const auto fd = openRegularFile(path);
  if (!fd) return fd.error();
  const std::string problem = ownerProblem(fd->get(), path);
  if (!problem.empty()) return Error{ErrorCode::kInvalid, problem};
  return readAll(fd->get(), path, limit);
}

}  // namespace heald::io
