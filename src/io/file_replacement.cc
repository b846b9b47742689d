#include "io/file_replacement.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "io/fd.h"

namespace heald::io {
namespace {

Error replacementFailed(const std::string& path, const char* what) {
  const int reason = errno;
  return {ErrorCode::kUnavailable, path + ": " + what + ": " + std::strerror(reason)};
}

bool writeAllOf(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t count = ::write(fd, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool syncFolderAround(const std::string& path) {
  const auto slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return fd.get() >= 0 && ::fsync(fd.get()) == 0;
}

}  // namespace

FileReplacement::FileReplacement(FileReplacement&& other) noexcept
    : path_(std::move(other.path_)), temporary_(std::exchange(other.temporary_, {})) {}

FileReplacement::~FileReplacement() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<FileReplacement> FileReplacement::prepare(const std::string& path, std::string_view content,
                                                 const Options& options) {
  std::string temporary = path + ".XXXXXX";
  const UniqueFd fd(::mkostemp(temporary.data(), O_CLOEXEC));  // O_EXCL, mode 0600
  if (fd.get() < 0) return replacementFailed(path, "cannot create a file beside it");
  FileReplacement replacement(path, temporary);
  if (options.owner && ::fchown(fd.get(), options.owner->first, options.owner->second) != 0) {
    return replacementFailed(path, "cannot give it to its owner");
  }
  if (::fchmod(fd.get(), options.mode) != 0) return replacementFailed(path, "cannot set its mode");
  if (!writeAllOf(fd.get(), content) || ::fsync(fd.get()) != 0) {
    return replacementFailed(path, "cannot write it");
  }
  return replacement;
}

Result<void> FileReplacement::commit() {
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
    return replacementFailed(path_, "cannot replace it");
  }
  temporary_.clear();
  if (!syncFolderAround(path_))
    return replacementFailed(path_, "is replaced, and perhaps not durably");
  return {};
}

}  // namespace heald::io
