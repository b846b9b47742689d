#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/time.h"
#include "engine/history.h"
#include "engine/journal.h"

namespace heald::engine {

// Entries of the history that tell of nothing durable: a check has become unhealthy, a guard says
// no. They wait for the next commit that takes place anyway, or for one of their own soon after, so
// that a thousand checks cost one write a second at most. A crash in that second loses them.
class HistoryQueue : public Book {
 public:
  static constexpr core::Duration kDelay = std::chrono::seconds(1);
  // While the store is down. What is beyond is counted, and the count is told in its place.
  static constexpr std::size_t kLimit = 10'000;

  void add(HistoryEntry entry, core::Now now);
  // They are written as soon as they can be: now.
  void hurry(core::Now now) { due_ = entries_.empty() ? due_ : now.boot; }

  bool proposed() const override { return false; }  // nothing waits for them
  std::optional<core::BootTime> due() const override { return due_; }
  void write(Changes&) const override {}
  void writeAll(Changes&) const override {}
  void tell(std::vector<HistoryEntry>& entries, core::Now now) const override;
  void keep(core::Now now) override;
  void undo(core::Now) override {}  // they are still to be written

 private:
  std::vector<HistoryEntry> entries_;
  std::int64_t lost_ = 0;
  std::optional<core::BootTime> due_;
};

}  // namespace heald::engine
