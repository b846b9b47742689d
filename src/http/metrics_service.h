#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include "http/front.h"
#include "io/worker_pool.h"

namespace heald::http {

// The metrics listener behind its door: everything from memory, and nobody's worker. Health is
// answered at once, on the door's thread. A page (/metrics, /) is made from the published snapshot
// on one thread of its own: once for all who ask for it at the same time, whoever they are, so that
// no number of scrapes makes another wait for more than two pages. A page is never older than the
// request that it answers.
//
// Where the last page took no longer than a change of threads does, the next is made on the door's
// thread, which gives half of its time to that at most.
class MetricsService : public Front {
 public:
  static constexpr std::chrono::microseconds kQuick{300};
  MetricsService(Router router, GuardPolicy policy, Hooks hooks,
                 std::chrono::nanoseconds quick = kQuick);
  ~MetricsService() override;

  void serve(std::shared_ptr<door::Exchange> exchange) override;

 private:
  using Exchanges = std::vector<std::shared_ptr<door::Exchange>>;
  using Clock = std::chrono::steady_clock;
  void makeWaiting();
  void makePages(const Exchanges& asked);
  void make(const Exchanges& asked) const noexcept;
  void answerAll(const Exchanges& asked) const;
  bool mayMakeHere() const;

  const std::chrono::nanoseconds quick_;
  std::mutex mutex_;
  Clock::time_point made_{};                                // the last pages: when, and
  std::chrono::nanoseconds took_ = Clock::duration::max();  // how long it took
  Exchanges waiting_;
  io::WorkerPool maker_{1};  // last: it ends before what it uses
};

}  // namespace heald::http
