#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

#include "core/time.h"
#include "engine/approval.h"
#include "engine/event.h"
#include "engine/governor_list.h"
#include "engine/snapshot.h"

namespace heald::engine {

// Requests for permits that were refused for want of an approval alone. They decide nothing, and
// are shown for kAsksFor, the last kMost of them.
class PermitAsks {
 public:
  static constexpr core::Duration kAsksFor = std::chrono::minutes(10);
  static constexpr std::size_t kMost = 1000;

  // Whether nobody has asked for it for a while, so that it is to be told.
  bool ask(const ApprovalKey& key, const RequestPermit& command, core::Now now);
  void given(const ApprovalKey& key) { asked_.erase(key); }
  // Those whose governor still asks for approvals.
  void fill(Snapshot& snapshot, const GovernorList& governors) const;

 private:
  struct Asked {
    core::WallTime since{};
    core::BootTime last{};
    std::string reason;
    std::string by;
  };
  std::map<ApprovalKey, Asked> asked_;
};

}  // namespace heald::engine
