#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "io/fd.h"

namespace heald::store {

// The files around a store: `<path>`, its journal `<path>-wal`, `<path>.lock`, and
// `<path>.reserve`. All functions throw Fault.

// Which file a path leads to at this moment. {0, 0}: none.
struct FileId {
  dev_t device = 0;
  ino_t inode = 0;

  bool exists() const { return inode != 0; }
  friend bool operator==(const FileId&, const FileId&) = default;
};
FileId fileIdOf(const std::string& path);

// The size of a regular file, 0 when there is none; a Fault when it is a folder or the like.
std::uint64_t regularFileSize(const std::string& path);

// Of the file system that holds this file; 0: unknown.
std::uint64_t fileSystemBytes(const std::string& path);

// Without symbolic links, so that one store has one lock under all of its names.
std::string resolved(const std::string& path);
// Creates the missing folders above the file, for their owner alone (0700).
void createParents(const std::string& path);
void createPrivateFile(const std::string& path);  // empty, 0600; it must not be there
void removeFile(const std::string& path);         // no Fault when it is not there
// Gives a file its final name, durably.
void publish(const std::string& from, const std::string& to);

// Two healds cannot use one store: the holder has flock(<path>.lock), which the kernel frees
// however it ends. Readers such as the sqlite3 shell are not held up. The file holds the pid, for
// the message; it stays.
//
// `patience`: a heald that was killed while it forked holds the lock until that child has closed
// its descriptors, a moment later.
class StoreLock {
 public:
  StoreLock(const std::string& store_path, std::chrono::milliseconds patience);

 private:
  // Whether it is ours; Fault when the system refuses.
  bool tryLock(const std::string& store_path) const;

  io::UniqueFd file_;
};

// Notices that the files of an open store were deleted or replaced under it: what is written then
// is lost with the process.
class FileWatch {
 public:
  explicit FileWatch(std::string path);

  // Fault when a file is not the one that was there in the beginning.
  void requireSame() const;
  bool same() const;
  const FileId& store() const { return store_; }
  std::uint64_t sizeBytes() const;

 private:
  std::string path_;
  FileId store_;
  FileId journal_;
  FileId lock_;
};

std::string journalOf(const std::string& path);  // <path>-wal
std::string lockOf(const std::string& path);     // <path>.lock
std::string reserveOf(const std::string& path);  // <path>.reserve

}  // namespace heald::store
