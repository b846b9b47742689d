#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

#include "io/worker_pool.h"

namespace heald::http {

// The answers that come later (Response::later), so that a call that waits for a commit pins no
// worker. They are made one after the other on a thread of their own: not on the engine's, which
// has the next commit to make. What a job throws ends that job alone. Thread-safe.
class Deferred {
 public:
  // One that is open until the last copy is gone.
  using Open = std::shared_ptr<void>;
  Open begin();
  void make(std::function<void()> job);
  // Until none is open. Whoever was asked still has to answer, or to drop it.
  void awaitAll();

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  int open_ = 0;
  io::WorkerPool maker_{1};
};

}  // namespace heald::http
