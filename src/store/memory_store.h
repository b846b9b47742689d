#pragma once

#include <functional>
#include <string>
#include <utility>

#include "store/memory_rows.h"
#include "store/store.h"

namespace heald::store {

// A store in memory for tests and the simulator: the same contract, nothing durable. What was
// committed stays for the next open() of the same object, which is how a restart is played.
class MemoryStore : public Store {
 public:
  // Asked before each operation, with its number (the first commit is 1, the first probe is 1):
  // the reason why it fails, or "". What fails changes nothing.
  using Fault = std::function<std::string(Operation operation, std::uint64_t number)>;
  void setFault(Fault fault) { fault_ = std::move(fault); }
  void failCommits(std::uint64_t from, std::uint64_t count);  // "injected fault"

  // As if the row could not be read at the next open().
  void damage(const std::string& governor, std::string reason) {
    rows_.damage(governor, std::move(reason));
  }

  Result<std::optional<engine::Saved>> open(const core::ClockStamp& present) override;
  std::string commit(const engine::Changes& changes, const core::ClockStamp& now) override;
  std::string probe(const core::ClockStamp& now) override;
  std::string reopen(const engine::Changes& everything, const core::ClockStamp& now) override;
  void limitHistory(const HistoryLimits&) override {}
  Stats stats() const override { return recorder_.stats(); }

 private:
  std::string ended(Operation operation);

  Fault fault_;
  bool exists_ = false;
  MemoryRows rows_;
  StatsRecorder recorder_;
};

}  // namespace heald::store
