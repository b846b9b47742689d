#include "engine/alert_index.h"

#include <algorithm>

namespace heald::engine {

// A name of a label has no "=".
std::string AlertIndex::keyOf(const std::string& label, const std::string& value) {
  return label + "=" + value;
}

// Under the matcher that the fewest others have: a common "severity" would be a walk over all.
void AlertIndex::add(int remedy, const AlertPolicy& policy) {
  std::vector<int>* rarest = nullptr;
  for (const auto& [label, value] : policy.matchers) {
    std::vector<int>& those = by_matcher_[keyOf(label, value)];
    if (rarest == nullptr || those.size() < rarest->size()) rarest = &those;
  }
  if (rarest != nullptr) rarest->push_back(remedy);
}

std::vector<int> AlertIndex::candidates(const Labels& labels) const {
  std::vector<int> found;
  for (const auto& [label, value] : labels) {
    const auto those = by_matcher_.find(keyOf(label, value));
    if (those != by_matcher_.end()) {
      found.insert(found.end(), those->second.begin(), those->second.end());
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace heald::engine
