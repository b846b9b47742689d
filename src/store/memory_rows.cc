#include "store/memory_rows.h"

namespace heald::store {

engine::Saved MemoryRows::load(const core::ClockStamp& present) const {
  engine::Saved saved;
  for (const auto& [name, row] : governors_) {
    if (!damaged_.contains(name)) {
      saved.governors.emplace_back(name, row.state);
      core::rebase(saved.governors.back().second, row.saved, present);
    }
  }
  saved.unreadable.assign(damaged_.begin(), damaged_.end());
  saved.remedies.assign(remedies_.begin(), remedies_.end());
  for (const auto& [feature, layers] : flags_) {
    saved.flags.push_back({feature, {true, true, layers.overridden, layers.changed_at}});
  }
  for (const auto& [remedy, row] : pauses_) {
    saved.pauses.emplace_back(remedy, row.first);
    engine::Pause& pause = saved.pauses.back().second;
    pause.until = core::rebased(pause.until, row.second, present);
  }
  for (const auto& [id, row] : permits_) {
    saved.permits.push_back(row.first);
    engine::Permit& permit = saved.permits.back();
    permit.deadline = core::rebased(permit.deadline, row.second, present);
  }
  for (const auto& [key, row] : approvals_) {
    saved.approvals.emplace_back(key, row.first);
    engine::Approval& approval = saved.approvals.back().second;
    approval.until = core::rebased(approval.until, row.second, present);
  }
  saved.episodes.assign(episodes_.begin(), episodes_.end());
  saved.answers.assign(answers_.begin(), answers_.end());
  saved.incidents = incidents_;
  saved.counts.assign(counts_.begin(), counts_.end());
  for (const auto& [check, row] : unhealthy_times_) {
    saved.unhealthy_times.emplace_back(check, row.first);
    auto& since = saved.unhealthy_times.back().second.since;
    if (since) since = core::pastRebased(*since, row.second, present);
  }
  return saved;
}

void MemoryRows::put(const engine::Changes& changes, const core::ClockStamp& now) {
  for (const auto& [name, state] : changes.governors) {
    governors_.insert_or_assign(name, Governor{state, now});
    damaged_.erase(name);
  }
  for (const std::string& name : changes.forgotten) {
    governors_.erase(name);
    damaged_.erase(name);
  }
  for (const auto& [name, totals] : changes.remedies) {
    remedies_.insert_or_assign(name, totals);
  }
  for (const auto& [feature, layers] : changes.flags) {
    flags_.insert_or_assign(feature, layers);
  }
  for (const auto& [remedy, pause] : changes.pauses) {
    pauses_.erase(remedy);
    if (pause) {
      pauses_.emplace(remedy, std::pair(*pause, now));
    }
  }
  for (const auto& [id, permit] : changes.permits) {
    permits_.erase(id);
    if (permit) {
      permits_.emplace(id, std::pair(*permit, now));
    }
  }
  for (const auto& [key, approval] : changes.approvals) {
    approvals_.erase(key);
    if (approval) {
      approvals_.emplace(key, std::pair(*approval, now));
    }
  }
  for (const auto& [key, answer] : changes.answers) {
    answers_.erase(key);
    if (answer) {
      answers_.emplace(key, *answer);
    }
  }
  for (const auto& [remedy, incident] : changes.incidents) {
    incidents_.erase(remedy);
    if (incident) {
      incidents_.emplace(remedy, *incident);
    }
  }
  for (const auto& [name, count] : changes.counts) {
    counts_.insert_or_assign(name, count);
  }
  for (const auto& [check, time] : changes.unhealthy_times) {
    unhealthy_times_.insert_or_assign(check, std::pair(time, now));
  }
  for (const auto& [key, episode] : changes.episodes) {
    episodes_.erase(key);
    if (episode) {
      episodes_.emplace(key, *episode);
    }
  }
}

}  // namespace heald::store
