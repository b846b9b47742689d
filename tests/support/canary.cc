#include "support/canary.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "support/command.h"

namespace heald::test {
namespace {

constexpr std::chrono::milliseconds kWait(20);

Canary::Nanos now() {
  return std::chrono::system_clock::now().time_since_epoch();
}

void makeARecordDurable(int file) {
  const char record[4096] = {};
  if (::pwrite(file, record, sizeof record, 0) > 0) ::fsync(file);
}

}  // namespace

Canary::Canary(const std::string& folder)
    : thread_([this, file = folder + "/canary"] { run(file); }) {}

Canary::~Canary() {
  stopping_ = true;
  thread_.join();
}

void Canary::run(const std::string& file) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  while (!stopping_) {
    const Nanos begin = now();
    std::this_thread::sleep_for(kWait);
    makeARecordDurable(fd);
    runCommand({"/bin/true"});
    const Nanos end = now();
    const std::lock_guard lock(mutex_);
    rounds_.push_back({begin, end, end - begin - kWait});
  }
  ::close(fd);
}

Canary::Nanos Canary::worst(Nanos from, Nanos until) const {
  const std::lock_guard lock(mutex_);
  Nanos worst{};
  for (const Round& round : rounds_) {
    if (round.end >= from && round.begin <= until) worst = std::max(worst, round.late);
  }
  return worst;
}

}  // namespace heald::test
