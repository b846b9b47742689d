#pragma once

#include <algorithm>
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
  // One of several that belong together: the reader may wait for the others, for kCompany.
  void putInCompany(Message message) {
    const std::lock_guard lock(mutex_);
    if (closed_) {
      return;
    }
    messages_.push_back(std::move(message));
    ++in_company_;
    if (!gathering_ || gathered()) arrived_.notify_one();
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
  // All messages there are, waiting for the first at most so long. With nothing but messages in
  // company it waits a little for the rest of `company`, so that they cost one wake-up together.
  std::vector<Message> takeAll(std::chrono::nanoseconds patience, std::size_t company = 0) {
    std::unique_lock lock(mutex_);
    if (patience > std::chrono::nanoseconds::zero()) {
      arrived_.wait_for(lock, patience, [this] { return !messages_.empty(); });
      company_ = company;
      gathering_ = !messages_.empty() && !gathered();
      if (gathering_) arrived_.wait_for(lock, kCompany, [this] { return gathered(); });
      gathering_ = false;
    }
    in_company_ = 0;
    std::vector<Message> taken = std::exchange(messages_, {});
    // As many are likely to come next: they are large, and would be moved as the list grows.
    messages_.reserve(std::min(taken.size(), kRoom));
    return taken;
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
  static constexpr std::chrono::milliseconds kCompany{2};
  static constexpr std::size_t kRoom = 64;

  bool gathered() const { return in_company_ >= company_ || in_company_ < messages_.size(); }

  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Message> messages_;
  std::size_t in_company_ = 0;  // of messages_
  std::size_t company_ = 0;     // so many are expected
  bool gathering_ = false;      // the reader waits for them
  bool closed_ = false;
};

}  // namespace heald::runtime
