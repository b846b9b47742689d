#include "io/worker_pool.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace heald::io {

bool WorkerPool::post(Job job) {
  std::lock_guard lock(mutex_);
  if (stopping_ || queue_.size() >= kQueueLimit) return false;
  if (idle_ <= queue_.size() && !startThread() && threads_.empty()) return false;
  queue_.push_back(std::move(job));
  wake_.notify_one();
  return true;
}

void WorkerPool::allow(unsigned max_threads) {
  const std::lock_guard lock(mutex_);
  max_threads_ = std::max(max_threads_, max_threads);
}

bool WorkerPool::startThread() {
  if (threads_.size() >= max_threads_) return false;
  try {
    threads_.emplace_back([this] { work(); });
  } catch (const std::system_error&) {
    return false;
  }
  return true;
}

void WorkerPool::work() noexcept {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    --idle_;
    if (queue_.empty()) return;
    Job job = std::move(queue_.front());
    queue_.pop_front();
    ++running_;
    lock.unlock();
    job();
    job = nullptr;  // what it holds dies before it counts as done
    lock.lock();
    --running_;
    if (running_ == 0 && queue_.empty()) quiet_.notify_all();
  }
}

void WorkerPool::drain() {
  std::unique_lock lock(mutex_);
  quiet_.wait(lock, [this] { return running_ == 0 && queue_.empty(); });
}

void WorkerPool::stop() {
  std::vector<std::thread> threads;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
  }
  wake_.notify_all();
  for (auto& thread : threads) thread.join();
}

std::size_t WorkerPool::threads() const {
  std::lock_guard lock(mutex_);
  return threads_.size();
}

std::size_t WorkerPool::queued() const {
  std::lock_guard lock(mutex_);
  return queue_.size();
}

}  // namespace heald::io
