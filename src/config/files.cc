#include "config/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>

namespace heald::config {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  int get() const { return value_; }

 private:
  int value_;
};

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

std::string errnoText() {
  return std::generic_category().message(errno);
}

Error unreadable(const std::string& why, const FileKind& kind) {
  return {ErrorCode::kInvalid, "cannot be read: " + why + " (name a " + kind.noun + " file)"};
}

Result<std::vector<std::string>> listOnDisk(const std::string& folder, const std::string& pattern) {
  const std::unique_ptr<DIR, CloseFolder> open(::opendir(folder.c_str()));
  if (!open) return Error{ErrorCode::kInvalid, errnoText()};
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(open.get())) {
    if (::fnmatch(pattern.c_str(), entry->d_name, FNM_PERIOD) == 0)
      names.emplace_back(entry->d_name);
    if (names.size() > kMostIncluded) {
      return Error{ErrorCode::kLimit,
                   "it matches more than " + std::to_string(kMostIncluded) + " files"};
    }
    errno = 0;
  }
  if (errno != 0) return Error{ErrorCode::kInvalid, errnoText()};
  std::sort(names.begin(), names.end());
  return names;
}

bool sameOnDisk(const std::string& one, const std::string& other) {
  struct stat a = {};
  struct stat b = {};
  return ::stat(one.c_str(), &a) == 0 && ::stat(other.c_str(), &b) == 0 && a.st_dev == b.st_dev &&
         a.st_ino == b.st_ino;
}

}  // namespace

Result<std::string> loadFile(const std::string& path, const FileKind& kind) {
  struct stat before = {};  // to open a device may do something
  if (::stat(path.c_str(), &before) != 0) return unreadable(errnoText(), kind);
  if (S_ISDIR(before.st_mode)) return unreadable("it is a folder", kind);
  if (!S_ISREG(before.st_mode)) return unreadable("it is not a regular file", kind);
  // A pipe that has taken its place, opened so, does not wait for its other end.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) return unreadable(errnoText(), kind);
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0) return unreadable(errnoText(), kind);
  if (!S_ISREG(status.st_mode)) return unreadable("it is not a regular file", kind);
  std::string content;
  std::string part(std::size_t{64} << 10, '\0');
  while (content.size() <= kMaxDocumentBytes) {
    const ssize_t count = ::read(file.get(), part.data(), part.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unreadable(errnoText(), kind);
    if (count == 0) break;
    content.append(part, 0, static_cast<std::size_t>(count));
  }
  return content;
}

Files filesOnDisk() {
  return {[](const std::string& path) { return loadFile(path, kIncludedFile); }, listOnDisk,
          sameOnDisk};
}

}  // namespace heald::config
