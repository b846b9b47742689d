#include "engine/fleet.h"

#include <algorithm>

namespace heald::engine {

bool Fleet::has(const std::string& member) const {
  return std::binary_search(members.begin(), members.end(), member);
}

int Fleet::limit() const {
  const int share = static_cast<int>(members.size()) * at_once.percent / 100;
  const int floored = std::max({share, at_once.at_least, 1});
  return std::min({floored, at_once.at_most.value_or(kMostAtOnce), kMostAtOnce});
}

}  // namespace heald::engine
