#pragma once

#include <vector>

namespace heald::engine {

// Which checks depend on which, by their indices.
class CheckDependencies {
 public:
  CheckDependencies() = default;
  // What each check depends on directly.
  explicit CheckDependencies(const std::vector<std::vector<int>>& direct);

  // All that it depends on, directly or not, in the order in which they are named.
  const std::vector<int>& parents(int check) const {
    return parents_[static_cast<std::size_t>(check)];
  }
  // The checks that depend on this one, directly or not.
  const std::vector<int>& dependents(int check) const {
    return dependents_[static_cast<std::size_t>(check)];
  }

 private:
  std::vector<std::vector<int>> parents_;
  std::vector<std::vector<int>> dependents_;
};

}  // namespace heald::engine
