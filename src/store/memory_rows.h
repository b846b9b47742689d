#pragma once

#include <map>
#include <string>
#include <utility>

#include "core/governor.h"
#include "engine/output.h"

namespace heald::store {

// What a store holds, in memory: each row with the moment it was written, so that its deadlines can
// be brought into another boot.
class MemoryRows {
 public:
  void put(const engine::Changes& changes, const core::ClockStamp& now);
  engine::Saved load(const core::ClockStamp& present) const;

  // As if the row could not be read, until it is written again.
  void damage(const std::string& governor, std::string reason) {
    damaged_[governor] = std::move(reason);
  }
  void forgetPermits() { permits_.clear(); }

 private:
  struct Governor {
    core::GovernorState state;
    core::ClockStamp saved;
  };

  std::map<std::string, Governor> governors_;
  std::map<std::string, std::string> damaged_;
  std::map<std::string, engine::RemedyTotals> remedies_;
  std::map<core::Feature, core::FeatureFlags::Layers> flags_;
  std::map<std::string, std::pair<engine::Pause, core::ClockStamp>> pauses_;
  std::map<std::string, std::pair<engine::Permit, core::ClockStamp>> permits_;
  std::map<engine::ApprovalKey, std::pair<engine::Approval, core::ClockStamp>> approvals_;
  std::map<engine::EpisodeKey, engine::Episode> episodes_;
  std::map<std::string, engine::KeptAnswer> answers_;
  std::map<std::string, engine::Incident> incidents_;
  std::map<std::string, std::uint64_t> counts_;
  std::map<std::string, std::pair<engine::UnhealthyTime, core::ClockStamp>> unhealthy_times_;
};

}  // namespace heald::store
