#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>
#include <utility>

namespace heald::io {

// A bounded pool of threads for what blocks: processes, files, D-Bus. Threads start when there is
// work and none is idle, up to the limit, and end when they have had nothing to do for some time.
// Thread-safe.
//
// Every job that was accepted runs exactly once, also when the pool stops: work that nobody wants
// any more is ended by its CancelToken, not dropped, so that each callback still comes. A job must
// not throw: that ends the program.
class WorkerPool {
 public:
  using Job = std::function<void()>;
  static constexpr std::size_t kQueueLimit = 10'000;
  static constexpr std::chrono::seconds kRest{5};

  // `resting`: called on the last thread, when it ends because there is nothing to do. Others may
  // have begun by then.
  explicit WorkerPool(unsigned max_threads, std::chrono::milliseconds rest = kRest,
                      std::function<void()> resting = nullptr)
      : max_threads_(max_threads ? max_threads : 1), rest_(rest), resting_(std::move(resting)) {}
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
  struct Worker {
    std::thread thread;
    bool ended = false;
  };
  using Workers = std::list<Worker>;
  void work(Workers::iterator self) noexcept;
  void doJobs(std::unique_lock<std::mutex>& lock);
  bool startThread();
  Workers takeEnded();

  unsigned max_threads_;
  const std::chrono::milliseconds rest_;
  const std::function<void()> resting_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable quiet_;
  std::deque<Job> queue_;
  Workers workers_;
  std::size_t threads_ = 0;  // that take jobs
  std::size_t idle_ = 0;
  std::size_t running_ = 0;
  bool stopping_ = false;
};

}  // namespace heald::io
