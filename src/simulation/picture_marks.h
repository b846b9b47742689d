#pragma once

#include <string>
#include <vector>

#include "simulation/record.h"

namespace heald::simulation {

// What the scenario did at one moment, for picture(). The same several times at that moment is one.
struct Mark {
  core::Duration at;
  std::string message;
  int times = 1;

  // "alert Down fires ×3".
  std::string label(const std::string& cut) const {
    return times > 1 ? cut + " ×" + std::to_string(times) : cut;
  }
};

inline std::vector<Mark> marksOf(const Record& record) {
  std::vector<Mark> marks;
  for (const Entry& entry : record.entries) {
    if (!entry.scripted) continue;
    const bool again =
        !marks.empty() && marks.back().at == entry.at && marks.back().message == entry.message;
    if (again) ++marks.back().times;
    if (!again) marks.push_back({entry.at, entry.message});
  }
  return marks;
}

}  // namespace heald::simulation
