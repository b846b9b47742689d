#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace heald::io {

// A bounded pool of threads for what blocks: processes, files, D-Bus. Threads start when there is
// work and none is idle, up to the limit, and stay. Thread-safe.
//
// Every job that was accepted runs exactly once, also when the pool stops: work that nobody wants
// any more is ended by its CancelToken, not dropped, so that each callback still comes. A job must
// not throw: that ends the program.
class WorkerPool {
 public:
  using Job = std::function<void()>;
  static constexpr std::size_t kQueueLimit = 10'000;

  explicit WorkerPool(unsigned max_threads) : max_threads_(max_threads ? max_threads : 1) {}
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  ~WorkerPool() { stop(); }

  // Allows more threads; never fewer.
  void allow(unsigned max_threads);
  // False, and the job will not run: the pool is stopping, its queue is full, or the system refuses
  // even a first thread.
  bool post(Job job);
  // Returns when nothing is queued or running. Not from a job.
  void drain();
  // Refuses new jobs, runs those it has, joins its threads. Not from a job. May be called again.
  void stop();

  std::size_t threads() const;
  // Jobs that wait for a thread.
  std::size_t queued() const;

 private:
  void work() noexcept;
  bool startThread();

  unsigned max_threads_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable quiet_;
  std::deque<Job> queue_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  std::size_t running_ = 0;
  bool stopping_ = false;
};

}  // namespace heald::io
