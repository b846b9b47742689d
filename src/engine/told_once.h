#pragma once

#include <algorithm>
#include <map>
#include <string>

#include "core/time.h"

namespace heald::engine {

// What comes again and again and is worth a word once an hour, each text for itself. Of more than
// kMost texts, the one that was told longest ago is forgotten.
class ToldOnce {
 public:
  static constexpr core::Duration kAgainAfter = std::chrono::hours(1);
  static constexpr std::size_t kMost = 32;

  // Whether it is to be told now; then it counts as told.
  bool tells(const std::string& text, core::BootTime now) {
    const auto known = told_.find(text);
    if (known != told_.end() && now - known->second < kAgainAfter) return false;
    if (known == told_.end() && told_.size() >= kMost) {
      told_.erase(std::min_element(told_.begin(), told_.end(), [](const auto& a, const auto& b) {
        return a.second < b.second;
      }));
    }
    told_[text] = now;
    return true;
  }

 private:
  std::map<std::string, core::BootTime> told_;
};

}  // namespace heald::engine
