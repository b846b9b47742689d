#include "engine/history_queue.h"

namespace heald::engine {

void HistoryQueue::add(HistoryEntry entry, core::Now now) {
  entry.at = now.wall;
  if (entries_.size() < kLimit) {
    entries_.push_back(std::move(entry));
  } else {
    ++lost_;
    entries_.back() = {.kind = HistoryKind::kStore,
                       .event = "lost",
                       .at = now.wall,
                       .message = "too many entries waited for the store",
                       .details = {{"entries", lost_ + 1}}};
  }
  due_ = due_.value_or(now.boot + kDelay);
}

void HistoryQueue::tell(std::vector<HistoryEntry>& entries, core::Now) const {
  entries.insert(entries.end(), entries_.begin(), entries_.end());
}

void HistoryQueue::keep(core::Now) {
  entries_.clear();
  due_.reset();
  lost_ = 0;
}

}  // namespace heald::engine
