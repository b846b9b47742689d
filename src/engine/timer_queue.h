#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/invariant.h"
#include "core/time.h"

namespace heald::engine {

// Deadlines of things that are named by an index. Setting one again replaces it; one that is taken
// or cleared is gone. Equal deadlines come out in the order in which they were set. O(log n);
// replaced entries stay in the heap until they surface, or until they are more than the others.
class TimerQueue {
 public:
  void set(int index, core::BootTime due) {
    stampOf(index) = ++sequence_;
    if (heap_.size() > 2 * stamps_.size() + kAlways) {
      dropAllReplaced();
    }
    heap_.push_back({due, sequence_, index});
    std::push_heap(heap_.begin(), heap_.end(), later);
  }

  void clear(int index) { stampOf(index) = 0; }

  std::optional<core::BootTime> next() {
    dropReplaced();
    return heap_.empty() ? std::nullopt : std::optional(heap_.front().due);
  }

  // Entries kept, with the replaced ones.
  std::size_t size() const { return heap_.size(); }

  // When this one is due. O(n).
  std::optional<core::BootTime> due(int index) const {
    const auto wanted = static_cast<std::size_t>(index);
    for (const Entry& entry : heap_) {
      if (entry.index == index && wanted < stamps_.size() && entry.sequence == stamps_[wanted]) {
        return entry.due;
      }
    }
    return std::nullopt;
  }

  // The first one that is due at `now`, taken out.
  std::optional<int> take(core::BootTime now) {
    dropReplaced();
    if (heap_.empty() || heap_.front().due > now) {
      return std::nullopt;
    }
    const int index = heap_.front().index;
    clear(index);
    pop();
    return index;
  }

 private:
  static constexpr std::size_t kAlways = 16;  // entries, before it is worth the work

  struct Entry {
    core::BootTime due;
    std::uint64_t sequence;
    int index;
  };

  static bool later(const Entry& a, const Entry& b) {
    return a.due != b.due ? a.due > b.due : a.sequence > b.sequence;
  }
  std::uint64_t& stampOf(int index) {
    CHECK(index >= 0, "what has a deadline has an index");
    const auto wanted = static_cast<std::size_t>(index);
    if (stamps_.size() <= wanted) {
      stamps_.resize(wanted + 1, 0);
    }
    return stamps_[wanted];
  }
  void pop() {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    heap_.pop_back();
  }
  bool replaced(const Entry& entry) { return stampOf(entry.index) != entry.sequence; }
  void dropReplaced() {
    while (!heap_.empty() && replaced(heap_.front())) {
      pop();
    }
  }
  void dropAllReplaced() {
    std::erase_if(heap_, [this](const Entry& entry) { return replaced(entry); });
    std::make_heap(heap_.begin(), heap_.end(), later);
  }

  std::vector<Entry> heap_;
  std::vector<std::uint64_t> stamps_;
  std::uint64_t sequence_ = 0;
};

}  // namespace heald::engine
