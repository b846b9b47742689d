#include "store/memory_store.h"

namespace heald::store {

void MemoryStore::failCommits(std::uint64_t from, std::uint64_t count) {
  setFault([from, count](Operation operation, std::uint64_t number) {
    const bool hit = operation == Operation::kCommit && number >= from && number - from < count;
    return std::string(hit ? "injected fault" : "");
  });
}

std::string MemoryStore::ended(Operation operation) {
  const Stats so_far = recorder_.stats();
  const std::uint64_t number = so_far.operations[static_cast<std::size_t>(operation)].count + 1;
  std::string reason = fault_ ? fault_(operation, number) : "";
  recorder_.ended(operation, reason.empty(), {});
  return reason;
}

Result<std::optional<engine::Saved>> MemoryStore::open(const core::ClockStamp& present) {
  if (std::string reason = ended(Operation::kLoad); !reason.empty()) {
    return Error{ErrorCode::kUnavailable, std::move(reason)};
  }
  std::optional<engine::Saved> saved;
  if (exists_) {
    saved = load(present);
  }
  exists_ = true;
  return saved;
}

engine::Saved MemoryStore::load(const core::ClockStamp& present) const {
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
  saved.episodes.assign(episodes_.begin(), episodes_.end());
  return saved;
}

void MemoryStore::put(const engine::Changes& changes, const core::ClockStamp& now) {
  for (const auto& [name, state] : changes.governors) {
    governors_.insert_or_assign(name, Row{state, now});
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
  for (const auto& [key, episode] : changes.episodes) {
    episodes_.erase(key);
    if (episode) {
      episodes_.emplace(key, *episode);
    }
  }
}

std::string MemoryStore::commit(const engine::Changes& changes, const core::ClockStamp& now) {
  std::string reason = exists_ ? ended(Operation::kCommit) : "the store is not open";
  if (reason.empty()) {
    put(changes, now);
  }
  return reason;
}

std::string MemoryStore::probe(const core::ClockStamp&) {
  return exists_ ? ended(Operation::kProbe) : "the store is not open";
}

std::string MemoryStore::reopen(const engine::Changes& everything, const core::ClockStamp& now) {
  std::string reason = exists_ ? ended(Operation::kLoad) : "the store was never open";
  if (reason.empty()) {
    put(everything, now);
  }
  return reason;
}

}  // namespace heald::store
