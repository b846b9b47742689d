#include "api/change_signal.h"

#include <utility>

namespace heald::api {

void ChangeSignal::notify() {
  const std::lock_guard lock(mutex_);
  ++count_;
  if (listener_) listener_();
}

void ChangeSignal::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  if (listener_) listener_();
}

bool ChangeSignal::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

std::uint64_t ChangeSignal::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

void ChangeSignal::onNotify(std::function<void()> listener) {
  const std::lock_guard lock(mutex_);
  listener_ = std::move(listener);
}

}  // namespace heald::api
