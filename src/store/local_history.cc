#include "store/local_history.h"

#include "store/fault.h"

namespace heald::store {

void LocalHistory::open(const core::ClockStamp& present) {
  if (open_) return;
  const auto opened = store_->open(present);
  if (!opened) throw Fault(opened.error().message);
  open_ = true;
  holds_state_ = *opened && (!(*opened)->governors.empty() || !(*opened)->pauses.empty() ||
                             !(*opened)->permits.empty() || !(*opened)->unreadable.empty());
}

std::string LocalHistory::record(const engine::Changes& changes, const core::ClockStamp& now) {
  if (changes.history.empty() && changes.cursors.empty()) return "";
  engine::Changes entries;
  entries.history = changes.history;
  entries.cursors = changes.cursors;
  entries.at = changes.at;
  return store_->commit(entries, now);
}

}  // namespace heald::store
