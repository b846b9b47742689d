#include "http/deferred.h"

#include <utility>

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
  const auto safe = [job = std::move(job)] {
    try {
      job();
    } catch (...) {  // out of memory: who asked finds the connection closed
    }
  };
  if (!maker_.post(safe)) safe();
}

void Deferred::awaitAll() {
  std::unique_lock lock(mutex_);
  ended_.wait(lock, [this] { return open_ == 0; });
}

}  // namespace heald::http
