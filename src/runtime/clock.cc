#include "runtime/clock.h"

#include <time.h>

#include <fstream>

namespace heald::runtime {
namespace {

core::Duration read(clockid_t id) {
  timespec time{};
  ::clock_gettime(id, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

core::Now SystemClock::now() const {
  return {core::BootTime(read(CLOCK_BOOTTIME)), core::WallTime(read(CLOCK_REALTIME))};
}

std::string readBootId() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

}  // namespace heald::runtime
