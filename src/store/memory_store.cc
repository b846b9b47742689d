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
  recorder_.ended(operation, reason.empty() ? std::nullopt : std::optional(Cause::kOther), {});
  return reason;
}

Result<std::optional<engine::Saved>> MemoryStore::open(const core::ClockStamp& present) {
  if (std::string reason = ended(Operation::kLoad); !reason.empty()) {
    return Error{ErrorCode::kUnavailable, std::move(reason)};
  }
  std::optional<engine::Saved> saved;
  if (exists_) {
    saved = rows_.load(present);
  }
  exists_ = true;
  return saved;
}

std::string MemoryStore::commit(const engine::Changes& changes, const core::ClockStamp& now) {
  std::string reason = exists_ ? ended(Operation::kCommit) : "the store is not open";
  if (reason.empty()) {
    rows_.put(changes, now);
  }
  return reason;
}

std::string MemoryStore::probe(const core::ClockStamp&) {
  return exists_ ? ended(Operation::kProbe) : "the store is not open";
}

std::string MemoryStore::reopen(const engine::Changes& everything, const core::ClockStamp& now) {
  std::string reason = exists_ ? ended(Operation::kLoad) : "the store was never open";
  if (reason.empty()) {
    rows_.put(everything, now);
  }
  return reason;
}

}  // namespace heald::store
