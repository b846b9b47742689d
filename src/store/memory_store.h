#pragma once

#include <functional>
#include <map>
#include <string>

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
  void damage(const std::string& governor, std::string reason) { damaged_[governor] = reason; }

  Result<std::optional<engine::Saved>> open(const core::ClockStamp& present) override;
  std::string commit(const engine::Changes& changes, const core::ClockStamp& now) override;
  std::string probe(const core::ClockStamp& now) override;
  std::string reopen(const engine::Changes& everything, const core::ClockStamp& now) override;
  Stats stats() const override { return recorder_.stats(); }

 private:
  struct Row {
    core::GovernorState state;
    core::ClockStamp saved;
  };
  std::string ended(Operation operation);
  void put(const engine::Changes& changes, const core::ClockStamp& now);
  engine::Saved load(const core::ClockStamp& present) const;

  Fault fault_;
  bool exists_ = false;
  std::map<std::string, Row> governors_;
  std::map<std::string, std::string> damaged_;
  std::map<std::string, engine::RemedyTotals> remedies_;
  std::map<core::Feature, core::FeatureFlags::Layers> flags_;
  std::map<std::string, std::pair<engine::Pause, core::ClockStamp>> pauses_;
  std::map<std::string, std::pair<engine::Permit, core::ClockStamp>> permits_;
  std::map<engine::EpisodeKey, engine::Episode> episodes_;
  StatsRecorder recorder_;
};

}  // namespace heald::store
