#include "store/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <thread>

#include "store/fault.h"

namespace heald::store {
namespace {

[[noreturn]] void failWithErrno(const std::string& what) {
  const Cause cause = errno == ENOSPC || errno == EDQUOT ? Cause::kDiskFull
                      : errno == EROFS                   ? Cause::kReadOnly
                                                         : Cause::kOther;
  throw Fault(what + ": " + std::strerror(errno), cause);
}

std::string folderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

void createFolder(const std::filesystem::path& folder) {
  if (folder.empty() || ::mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) {
    return;
  }
  if (errno != ENOENT || folder == folder.parent_path()) {
    failWithErrno("cannot create the folder " + folder.string());
  }
  createFolder(folder.parent_path());
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    failWithErrno("cannot create the folder " + folder.string());
  }
}

std::string holderOf(int lock) {
  char text[16] = {};
  const ssize_t size = ::pread(lock, text, sizeof text - 1, 0);
  const std::string pid(text, size > 0 ? std::strcspn(text, "\n") : 0);
  return pid.empty() ? "" : " (pid " + pid + ")";
}

void writePid(int lock) {
  const std::string pid = std::to_string(::getpid()) + "\n";
  // For the message only: a lock without a pid is a lock all the same.
  if (::ftruncate(lock, 0) == 0) {
    (void)!::pwrite(lock, pid.data(), pid.size(), 0);
  }
}

}  // namespace

std::string journalOf(const std::string& path) {
  return path + "-wal";
}

std::string lockOf(const std::string& path) {
  return path + ".lock";
}

std::string reserveOf(const std::string& path) {
  return path + ".reserve";
}

std::uint64_t fileSystemBytes(const std::string& path) {
  struct statvfs disk = {};
  return ::statvfs(path.c_str(), &disk) == 0 ? std::uint64_t{disk.f_blocks} * disk.f_frsize : 0;
}

FileId fileIdOf(const std::string& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) == 0) {
    return {status.st_dev, status.st_ino};
  }
  if (errno != ENOENT && errno != ENOTDIR) {
    failWithErrno("cannot be looked at");
  }
  return {};
}

std::uint64_t regularFileSize(const std::string& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) {
    return 0;
  }
  if (!S_ISREG(status.st_mode)) {
    throw Fault(S_ISDIR(status.st_mode) ? "a folder, not a file" : "not a regular file");
  }
  return static_cast<std::uint64_t>(status.st_size);
}

std::string resolved(const std::string& path) {
  std::error_code error;
  const auto real = std::filesystem::weakly_canonical(std::filesystem::absolute(path), error);
  return error ? path : real.string();
}

void createParents(const std::string& path) {
  createFolder(folderOf(path));
}

void createPrivateFile(const std::string& path) {
  const io::UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.valid()) {
    failWithErrno("cannot create " + path);
  }
}

void removeFile(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    failWithErrno("cannot remove " + path);
  }
}

void publish(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    failWithErrno("cannot rename " + from);
  }
  const std::string folder = folderOf(to);
  const io::UniqueFd handle(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!handle.valid() || ::fsync(handle.get()) != 0) {
    failWithErrno("cannot make the folder " + folder + " durable");
  }
}

StoreLock::StoreLock(const std::string& store_path, std::chrono::milliseconds patience)
    : file_(::open(lockOf(store_path).c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
  if (!file_.valid()) {
    failWithErrno("cannot create its lock " + lockOf(store_path));
  }
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!tryLock(store_path)) {
    if (std::chrono::steady_clock::now() >= deadline) {
      throw Fault("another heald uses this store" + holderOf(file_.get()), Cause::kLocked);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  writePid(file_.get());
}

bool StoreLock::tryLock(const std::string& store_path) const {
  if (::flock(file_.get(), LOCK_EX | LOCK_NB) == 0) {
    return true;
  }
  if (errno != EWOULDBLOCK) {
    failWithErrno("cannot lock " + lockOf(store_path));
  }
  return false;
}

FileWatch::FileWatch(std::string path)
    : path_(std::move(path)),
      store_(fileIdOf(path_)),
      journal_(fileIdOf(journalOf(path_))),
      lock_(fileIdOf(lockOf(path_))) {}

void FileWatch::requireSame() const {
  if (fileIdOf(path_) != store_) {
    throw Fault("the store file is gone or was replaced");
  }
  if (fileIdOf(journalOf(path_)) != journal_) {
    throw Fault("the store's journal " + journalOf(path_) + " is gone or was replaced");
  }
  if (fileIdOf(lockOf(path_)) != lock_) {
    throw Fault("the store's lock " + lockOf(path_) + " is gone or was replaced");
  }
}

bool FileWatch::same() const {
  try {
    requireSame();
    return true;
  } catch (const Fault&) {
    return false;
  }
}

std::uint64_t FileWatch::sizeBytes() const {
  return regularFileSize(path_) + regularFileSize(journalOf(path_));
}

}  // namespace heald::store
