#include "engine/check_dependencies.h"

#include <algorithm>

namespace heald::engine {
namespace {

void addParents(const std::vector<std::vector<int>>& direct, int from, std::vector<int>& all) {
  for (const int parent : direct[static_cast<std::size_t>(from)]) {
    if (std::find(all.begin(), all.end(), parent) == all.end()) {
      all.push_back(parent);
      addParents(direct, parent, all);
    }
  }
}

}  // namespace

CheckDependencies::CheckDependencies(const std::vector<std::vector<int>>& direct)
    : parents_(direct.size()), dependents_(direct.size()) {
  for (std::size_t i = 0; i < direct.size(); ++i) {
    const int check = static_cast<int>(i);
    addParents(direct, check, parents_[i]);
    for (const int parent : parents_[i]) {
      dependents_[static_cast<std::size_t>(parent)].push_back(check);
    }
  }
}

}  // namespace heald::engine
