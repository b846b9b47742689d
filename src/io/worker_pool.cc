#include "io/worker_pool.h"

#include <algorithm>
#include <iterator>
#include <system_error>
#include <utility>

namespace heald::io {

bool WorkerPool::post(Job job) {
  Workers ended;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= kQueueLimit) return false;
    if (idle_ <= queue_.size() && !startThread() && threads_ == 0) return false;
    queue_.push_back(std::move(job));
    wake_.notify_one();
    ended = takeEnded();
  }
  for (Worker& worker : ended) worker.thread.join();
  return true;
}

void WorkerPool::allow(unsigned max_threads) {
  const std::lock_guard lock(mutex_);
  max_threads_ = std::max(max_threads_, max_threads);
}

bool WorkerPool::startThread() {
  if (threads_ >= max_threads_) return false;
  const auto self = workers_.emplace(workers_.end());
  try {
    self->thread = std::thread([this, self] { work(self); });
  } catch (const std::system_error&) {
    workers_.erase(self);
    return false;
  }
  ++threads_;
  return true;
}

WorkerPool::Workers WorkerPool::takeEnded() {
  Workers ended;
  for (auto worker = workers_.begin(); worker != workers_.end();) {
    const auto next = std::next(worker);
    if (worker->ended) ended.splice(ended.end(), workers_, worker);
    worker = next;
  }
  return ended;
}

void WorkerPool::work(Workers::iterator self) noexcept {
  std::unique_lock lock(mutex_);
  doJobs(lock);
  --threads_;
  if (threads_ == 0 && !stopping_ && resting_) {
    lock.unlock();
    resting_();
    lock.lock();
  }
  self->ended = true;
}

void WorkerPool::doJobs(std::unique_lock<std::mutex>& lock) {
  while (true) {
    ++idle_;
    wake_.wait_for(lock, rest_, [this] { return stopping_ || !queue_.empty(); });
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
  Workers workers;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    workers.splice(workers.end(), workers_);
  }
  wake_.notify_all();
  for (Worker& worker : workers) worker.thread.join();
}

std::size_t WorkerPool::threads() const {
  std::lock_guard lock(mutex_);
  return threads_;
}

std::size_t WorkerPool::queued() const {
  std::lock_guard lock(mutex_);
  return queue_.size();
}

}  // namespace heald::io
