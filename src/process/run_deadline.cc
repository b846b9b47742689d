#include "process/run_deadline.h"

#include <sys/mman.h>

#include <algorithm>
#include <ctime>
#include <new>

namespace heald::process {
namespace {

static_assert(std::atomic<std::int64_t>::is_always_lock_free, "two processes share it");

std::int64_t bootNs() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

std::atomic<std::int64_t>* makeShared() {
  void* const memory = mmap(nullptr, sizeof(std::atomic<std::int64_t>), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  return new (memory) std::atomic<std::int64_t>(kNever);
}

}  // namespace

std::atomic<std::int64_t>& runDeadline() {
  static std::atomic<std::int64_t>& shared = *makeShared();
  return shared;
}

bool runDeadlinePassed() {
  return leftOfRunDeadline(1) <= 0;
}

std::int64_t leftOfRunDeadline(std::int64_t most) {
  const std::int64_t deadline = runDeadline().load(std::memory_order_acquire);
  return deadline == kNever ? most : std::min(most, deadline - bootNs());
}

}  // namespace heald::process
