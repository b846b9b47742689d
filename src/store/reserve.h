#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace heald::store {

// Blocks of the store's file system that nobody else can use: the file `<path>.reserve` (0600),
// which is really allocated, and whose content means nothing. Throws nothing; engine thread only.
class Reserve {
 public:
  // `wanted` bytes; less on a small file system: at most a quarter of it. 0: none.
  Reserve(std::string path, std::uint64_t wanted) : path_(std::move(path)), wanted_(wanted) {}

  // Makes it whole, if as much again stays free: it never fills the disk itself. A file that is
  // there already counts, and a quarter will do. If there is none, `why` says so in one line.
  bool keep();
  // Gives all of it back to the file system, in pieces of kPiece from the end, and the inode at
  // last. `free` is called after each, to take the room for something else before another program
  // does. The bytes that it had.
  static constexpr std::uint64_t kPiece = 64 * 1024;
  std::uint64_t giveUp(const std::function<void(std::uint64_t bytes)>& free);

  // What is held now, and what would be.
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t whole() const { return whole_; }
  bool wanted() const { return wanted_ > 0; }
  const std::string& why() const { return why_; }

 private:
  bool refuse(const std::string& why);
  bool allocate(int file);
  bool settle(int file, std::uint64_t bytes);

  std::string path_;
  std::uint64_t wanted_;
  std::uint64_t whole_ = 0;
  std::uint64_t bytes_ = 0;
  std::string why_;
};

// What a program without privileges can still write to the file system of this path, but for
// quotas; the greatest number where that is unknown.
std::uint64_t freeBytes(const std::string& path);

}  // namespace heald::store
