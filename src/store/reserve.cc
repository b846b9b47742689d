#include "store/reserve.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>

#include "io/fd.h"

namespace heald::store {
namespace {

constexpr std::uint64_t kBlock = 4096;

std::uint64_t allocatedTo(int file) {
  struct stat status = {};
  if (::fstat(file, &status) != 0) {
    return 0;
  }
  return std::min(static_cast<std::uint64_t>(status.st_size),
                  static_cast<std::uint64_t>(status.st_blocks) * 512);
}

// For file systems that cannot allocate. Not zeros, nor all the same: one that compresses would
// keep no room for them.
bool writeNoise(int file, std::uint64_t bytes) {
  std::array<std::uint64_t, kBlock / sizeof(std::uint64_t)> block{};
  std::uint64_t noise = 0x9e3779b97f4a7c15;
  for (std::uint64_t at = 0; at < bytes; at += kBlock) {
    for (std::uint64_t& word : block) {
      noise ^= noise << 13;
      noise ^= noise >> 7;
      noise ^= noise << 17;
      word = noise;
    }
    if (::pwrite(file, block.data(), kBlock, static_cast<off_t>(at)) !=
        static_cast<ssize_t>(kBlock)) {
      return false;
    }
  }
  return ::fdatasync(file) == 0;
}

bool reallyAllocated(int file, std::uint64_t bytes) {
  const auto size = static_cast<off_t>(bytes);
  if (::fallocate(file, 0, 0, size) == 0) {
    return true;
  }
  return (errno == EOPNOTSUPP || errno == ENOSYS) && writeNoise(file, bytes);
}

}  // namespace

std::uint64_t freeBytes(const std::string& path) {
  struct statvfs disk = {};
  if (::statvfs(path.c_str(), &disk) != 0) {
    return std::numeric_limits<std::uint64_t>::max();
  }
  return std::uint64_t{disk.f_bavail} * disk.f_frsize;
}

bool Reserve::refuse(const std::string& why) {
  why_ = path_ + ": " + why;
  return false;
}

bool Reserve::keep() {
  const io::UniqueFd file(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  struct stat status = {};
  if (!file.valid() || ::fstat(file.get(), &status) != 0) {
    bytes_ = 0;
    return refuse(std::strerror(errno));
  }
  if (!S_ISREG(status.st_mode)) {
    bytes_ = 0;
    return refuse("not a regular file");
  }
  if (!allocate(file.get())) {
    ::unlink(path_.c_str());
    bytes_ = 0;
    return false;
  }
  return true;
}

bool Reserve::allocate(int file) {
  struct statvfs disk = {};
  if (::fstatvfs(file, &disk) != 0) {
    return refuse(std::strerror(errno));
  }
  const std::uint64_t total = std::uint64_t{disk.f_blocks} * disk.f_frsize;
  const std::uint64_t free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  whole_ = total == 0 ? wanted_ : std::min(wanted_, total / 4 / kBlock * kBlock);
  const std::uint64_t held = allocatedTo(file);
  if (held >= whole_) {
    return settle(file, whole_);
  }
  const std::uint64_t needed = 2 * whole_ - held;
  if (free < needed) {
    refuse("only " + std::to_string(free / 1024) + " KiB are free, " +
           std::to_string(needed / 1024) + " KiB are needed");
  } else if (!reallyAllocated(file, 2 * whole_)) {  // as much again, and back: a quota shows
    refuse(std::strerror(errno));                   // in no other way
  } else {
    return settle(file, whole_);
  }
  return settle(file, held) && held > 0 && held >= whole_ / 4;
}

bool Reserve::settle(int file, std::uint64_t bytes) {
  if (::ftruncate(file, static_cast<off_t>(bytes)) != 0) {
    return refuse(std::strerror(errno));
  }
  bytes_ = bytes;
  return true;
}

std::uint64_t Reserve::giveUp(const std::function<void(std::uint64_t bytes)>& free) {
  const io::UniqueFd file(::open(path_.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  struct stat status = {};
  if (!file.valid() || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return 0;
  }
  const std::uint64_t held = allocatedTo(file.get());
  for (std::uint64_t left = held; left > 0;) {
    const std::uint64_t piece = std::min(left, kPiece);
    left -= piece;
    if (::ftruncate(file.get(), static_cast<off_t>(left)) != 0) {
      break;
    }
    free(piece);
  }
  ::unlink(path_.c_str());
  bytes_ = 0;
  return held;
}

}  // namespace heald::store
