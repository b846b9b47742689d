#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace heald::test {

// What SQLite calls the disk, with faults: a VFS before the ordinary one that counts every call
// that changes a file (write, sync, truncate, delete) and lets the n-th one fail, or be the last
// before the machine dies. While one of these exists, every new connection of the process goes
// through it. Nothing is really synced: what a sync is worth shows at powerCut().
//
// One at a time, one thread.
class FaultyDisk {
 public:
  enum class Fault : std::uint8_t {
    kError,      // the call fails and does nothing; a sync, a truncate and a delete likewise
    kHalf,       // half of the write is there, and the call fails
    kDoneError,  // all of it is done, and yet the call fails: what a failed fsync may mean
    kFull,       // as kError with "disk full"; other calls than writes succeed
    kDie,        // half of the write is there, and from here on nothing reaches the disk
  };
  struct Plan {
    std::uint64_t at = 0;    // the number of the first call that is met, from 1; 0: none
    std::uint64_t many = 1;  // so many calls in a row
    Fault fault = Fault::kError;
  };

  FaultyDisk();
  ~FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  // Counts from 1 again; the machine is alive again, as after a restart.
  void begin(Plan plan);
  bool dead() const { return dead_; }
  std::uint64_t calls() const { return calls_; }
  std::uint64_t syncs() const { return syncs_; }

  // The power failed: of every file there is what was synced, and of the writes since any, each
  // perhaps torn at a sector. Call it with all connections closed, before begin().
  void powerCut(unsigned seed);

  // For the VFS alone.
  struct Write {
    std::int64_t offset = 0;
    std::string bytes;
    bool truncate = false;  // to `offset`
  };
  struct Image {
    std::string path;
    std::string synced;
    std::vector<Write> since;
  };
  enum class Step : std::uint8_t { kGo, kGoAndFail, kHalfAndFail, kFail, kFailFull };
  Step next(bool writes);
  std::uint64_t opened(const std::string& path);  // the number of its image
  void changed(std::uint64_t image, Write write) {
    images_[image].since.push_back(std::move(write));
  }
  void synced(std::uint64_t inode);
  void deleted(const std::string& path);

 private:
  Plan plan_;
  std::uint64_t calls_ = 0;
  std::uint64_t syncs_ = 0;
  bool dead_ = false;
  std::map<std::uint64_t, Image> images_;  // by inode
  std::vector<Image> deleted_;
};

}  // namespace heald::test
