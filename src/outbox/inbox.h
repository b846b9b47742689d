#pragma once

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "core/time.h"

namespace heald::outbox {

// What other threads leave for the outbox's. Thread-safe; shared, as who answers late may outlive
// the outbox.
class Inbox {
 public:
  using Job = std::function<void()>;  // for the outbox's thread

  void post(Job job) {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    arrived_.notify_one();
  }
  void historyGrew() {
    const std::lock_guard lock(mutex_);
    grew_ = true;
    arrived_.notify_one();
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    arrived_.notify_one();
  }

  // What there is, waiting for it at most so long. Growth alone ends no wait before `quiet` is
  // over: a second may bring many, and each costs a look at the disk.
  struct Taken {
    std::vector<Job> jobs;
    bool grew = false;
    bool closed = false;
  };
  Taken take(core::Duration patience, core::Duration quiet) {
    quiet = std::clamp(quiet, core::Duration{}, patience);
    std::unique_lock lock(mutex_);
    const auto work = [&] { return closed_ || !jobs_.empty(); };
    if (!arrived_.wait_for(lock, quiet, work)) {
      arrived_.wait_for(lock, patience - quiet, [&] { return work() || grew_; });
    }
    return {std::exchange(jobs_, {}), std::exchange(grew_, false), closed_};
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Job> jobs_;
  bool grew_ = false;
  bool closed_ = false;
};

}  // namespace heald::outbox
