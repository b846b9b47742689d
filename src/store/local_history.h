#pragma once

#include <memory>
#include <string>
#include <utility>

#include "store/store.h"

namespace heald::store {

// The history of this machine, in a store of which nothing else is used: of a heald whose state is
// elsewhere. Throws Fault.
class LocalHistory {
 public:
  explicit LocalHistory(std::unique_ptr<Store> store) : store_(std::move(store)) {}

  // Once; later calls do nothing.
  void open(const core::ClockStamp& present);
  // It holds a state of its own, from before.
  bool holdsState() const { return holds_state_; }

  // "" or the reason why not: the history is no reason to refuse anything.
  std::string record(const engine::Changes& changes, const core::ClockStamp& now);
  std::string probe(const core::ClockStamp& now) { return store_->probe(now); }
  void limit(const HistoryLimits& limits) { store_->limitHistory(limits); }
  std::uint64_t sizeBytes() const { return store_->stats().size_bytes; }

 private:
  std::unique_ptr<Store> store_;
  bool open_ = false;
  bool holds_state_ = false;
};

}  // namespace heald::store
