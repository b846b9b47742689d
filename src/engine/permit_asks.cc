#include "engine/permit_asks.h"

#include <algorithm>

namespace heald::engine {

// Programs may ask for what nobody will ever approve: what is oldest makes room.
bool PermitAsks::ask(const ApprovalKey& key, const RequestPermit& command, core::Now now) {
  std::erase_if(asked_, [&](const auto& entry) { return now.boot - entry.second.last > kAsksFor; });
  if (asked_.size() >= kMost && !asked_.contains(key)) {
    asked_.erase(std::min_element(asked_.begin(), asked_.end(), [](const auto& a, const auto& b) {
      return a.second.last < b.second.last;
    }));
  }
  const auto [place, is_new] = asked_.try_emplace(key, Asked{now.wall, now.boot, "", ""});
  place->second.last = now.boot;
  place->second.reason = command.reason;
  place->second.by = command.by;
  return is_new;
}

void PermitAsks::fill(Snapshot& s, const GovernorList& governors) const {
  for (const auto& [key, asked] : asked_) {
    const int governor = governors.indexOf(key.name);
    const bool needed = governor >= 0 && governors.permitsNeedApproval(governor);
    if (needed && s.taken.boot - asked.last <= kAsksFor) {
      s.approvals_wanted.push_back({key, key.name, asked.since, asked.reason, asked.by});
    }
  }
}

}  // namespace heald::engine
