#include "http/bell.h"

namespace heald::http {

void Bell::ring() {
  const std::lock_guard lock(mutex_);
  ++rung_;
  changed_.notify_all();
}

void Bell::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

bool Bell::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

std::uint64_t Bell::rung() const {
  const std::lock_guard lock(mutex_);
  return rung_;
}

void Bell::wait(std::uint64_t seen, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, patience, [&] { return closed_ || rung_ > seen; });
}

}  // namespace heald::http
