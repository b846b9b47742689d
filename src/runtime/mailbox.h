#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

namespace heald::runtime {

// What the other threads send to the engine's: many writers, one reader, order kept. Thread-safe.
template <class Letter>
class Mailbox {
 public:
  // Room for what a caller may be refused; results of work are always taken, and are bounded by the
  // work that runs.
  static constexpr std::size_t kCapacity = 10'000;

  void put(Letter letter) {
    const std::lock_guard lock(mutex_);
    if (closed_) {
      return;
    }
    letters_.push_back(std::move(letter));
    arrived_.notify_one();
  }
  // False when full or closed.
  bool offer(Letter letter) {
    const std::lock_guard lock(mutex_);
    if (closed_ || letters_.size() >= kCapacity) {
      return false;
    }
    letters_.push_back(std::move(letter));
    arrived_.notify_one();
    return true;
  }
  // All letters there are, waiting for the first at most so long.
  std::vector<Letter> takeAll(std::chrono::nanoseconds patience) {
    std::unique_lock lock(mutex_);
    if (patience > std::chrono::nanoseconds::zero()) {
      arrived_.wait_for(lock, patience, [this] { return !letters_.empty(); });
    }
    return std::exchange(letters_, {});
  }
  // Nobody reads any more: what is there is dropped, and what is still put in too.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    letters_.clear();
  }
  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return letters_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Letter> letters_;
  bool closed_ = false;
};

}  // namespace heald::runtime
