#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace heald::test {

// The calls to the system that nth_call.cc lets fail.
enum class Call : std::int32_t {
  kNone,
  kOpen,    // open, openat
  kPipe,    // pipe2
  kFork,    // fork
  kSpawn,   // clone
  kAccept,  // accept
  kMemory,  // malloc, calloc, realloc
  kWrite,   // pwrite: the store's
  kSync,    // fsync, fdatasync
};

// What the program under test shares with the test, in a file that both map: one call at a time is
// armed, and its n-th use from then on fails with that errno, once.
struct NthCall {
  std::atomic<Call> call{Call::kNone};
  std::atomic<std::int64_t> left{0};
  std::atomic<std::int32_t> error{0};
  std::atomic<std::int64_t> met{0};  // how often it has failed

  static constexpr const char* kVariable = "HEALD_TEST_NTH_CALL";  // names the file

  void arm(Call which, std::int64_t n, std::int32_t code) {
    call = Call::kNone;
    met = 0;
    error = code;
    left = n;
    call = which;
  }
  void disarm() { call = Call::kNone; }

  // Whether this use of the call is the one. Async-signal-safe.
  bool fails(Call which) {
    if (call.load() != which || left.fetch_sub(1) != 1) return false;
    ++met;
    return true;
  }
};

// Maps the file; creates it for the test.
inline NthCall* mapNthCall(const char* path, bool create) {
  const int fd = ::open(path, create ? O_RDWR | O_CREAT | O_CLOEXEC : O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0 || (create && ::ftruncate(fd, sizeof(NthCall)) != 0)) return nullptr;
  void* memory = ::mmap(nullptr, sizeof(NthCall), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ::close(fd);
  return memory == MAP_FAILED ? nullptr : static_cast<NthCall*>(memory);
}

}  // namespace heald::test
