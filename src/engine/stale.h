#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace heald::engine {

// Which items of a list have changed since somebody looked last: their indices, each once, or all.
class Stale {
 public:
  void mark(int index) {
    const auto at = static_cast<std::size_t>(index);
    if (at >= is_marked_.size()) is_marked_.resize(at + 1, false);
    if (!is_marked_[at]) indices_.push_back(index);
    is_marked_[at] = true;
  }
  void markAll() { all_ = true; }
  bool all() const { return all_; }

  const std::vector<int>& marked() const { return indices_; }

  // In the order of their marking; of no use when all are. Nothing is stale afterwards.
  std::vector<int> take() {
    for (const int index : indices_) is_marked_[static_cast<std::size_t>(index)] = false;
    all_ = false;
    return std::exchange(indices_, {});
  }

 private:
  std::vector<int> indices_;
  std::vector<bool> is_marked_;
  bool all_ = true;
};

}  // namespace heald::engine
