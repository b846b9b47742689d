#include "http/deferred.h"

namespace heald::http {

Deferred::Open Deferred::begin() {
  const std::lock_guard lock(mutex_);
  ++open_;
  return {nullptr, [this](void*) {
            const std::lock_guard ending(mutex_);
            --open_;
            ended_.notify_all();
          }};
}

void Deferred::make(std::function<void()> job) {
  if (!maker_.post(job)) job();
}

void Deferred::awaitAll() {
  std::unique_lock lock(mutex_);
  ended_.wait(lock, [this] { return open_ == 0; });
}

}  // namespace heald::http
