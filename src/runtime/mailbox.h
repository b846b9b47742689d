#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

namespace heald::runtime {

// What the other threads send to the engine's: many writers, one reader, order kept. Thread-safe.
template <class Message>
class Mailbox {
 public:
  // Room for what a caller may be refused; results of work are always taken, and are bounded by the
  // work that runs.
  static constexpr std::size_t kCapacity = 10'000;

  void put(Message message) {
    const std::lock_guard lock(mutex_);
    if (closed_) {
      return;
    }
    messages_.push_back(std::move(message));
    arrived_.notify_one();
  }
  // False when full or closed.
  bool offer(Message message) {
    const std::lock_guard lock(mutex_);
    if (closed_ || messages_.size() >= kCapacity) {
      return false;
    }
    messages_.push_back(std::move(message));
    arrived_.notify_one();
    return true;
  }
  // All messages there are, waiting for the first at most so long.
  std::vector<Message> takeAll(std::chrono::nanoseconds patience) {
    std::unique_lock lock(mutex_);
    if (patience > std::chrono::nanoseconds::zero()) {
      arrived_.wait_for(lock, patience, [this] { return !messages_.empty(); });
    }
    return std::exchange(messages_, {});
  }
  // Nobody reads any more: what is there is dropped, and what is still put in too.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    messages_.clear();
  }
  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return messages_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Message> messages_;
  bool closed_ = false;
};

}  // namespace heald::runtime
