#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "door/service.h"
#include "http/pipeline.h"

namespace heald::http {

// The metrics listener behind its door: everything from memory, and nobody's worker. Health is
// answered at once, on the door's thread. A page (/metrics, /) is made from the published snapshot
// on one thread of its own: once for all who ask for it at the same time, whoever they are, so that
// no number of scrapes makes another wait for more than two pages. A page is never older than the
// request that it answers.
class MetricsService : public door::Service {
 public:
  MetricsService(Router router, GuardPolicy policy, Hooks hooks);
  ~MetricsService() override;

  Admission admit(const door::RequestHead& head, const door::Caller& caller) override;
  void serve(std::shared_ptr<door::Exchange> exchange) override;
  door::Answer refuse(int status, const std::string& message) override;

 private:
  using Exchanges = std::vector<std::shared_ptr<door::Exchange>>;
  void run(std::stop_token stop);
  void make(const Exchanges& asked) const;

  const Pipeline pipeline_;
  std::mutex mutex_;
  std::condition_variable_any asked_;
  Exchanges waiting_;
  std::jthread maker_;  // last: it ends before what it uses
};

}  // namespace heald::http
