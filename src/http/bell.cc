#include "http/bell.h"

#include <utility>

namespace heald::http {

void Bell::ring() {
  const std::lock_guard lock(mutex_);
  ++rung_;
  if (told_) told_();
}

void Bell::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  if (told_) told_();
}

bool Bell::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

std::uint64_t Bell::rung() const {
  const std::lock_guard lock(mutex_);
  return rung_;
}

void Bell::onRing(std::function<void()> told) {
  const std::lock_guard lock(mutex_);
  told_ = std::move(told);
}

}  // namespace heald::http
