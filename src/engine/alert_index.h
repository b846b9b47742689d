#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "engine/event.h"
#include "engine/setup.h"

namespace heald::engine {

// Which remedies an alert may ask for, found by its labels: what it costs does not depend on how
// many remedies there are, but on how many have a matcher in common with it.
class AlertIndex {
 public:
  // Remedies without matchers are in none.
  void add(int remedy, const AlertPolicy& policy);
  // Those of which one matcher fits, in ascending order. Whether the others fit has to be looked
  // at.
  std::vector<int> candidates(const Labels& labels) const;

 private:
  static std::string keyOf(const std::string& label, const std::string& value);

  std::unordered_map<std::string, std::vector<int>> by_matcher_;  // each remedy once
};

}  // namespace heald::engine
