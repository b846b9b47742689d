#pragma once

#include <map>
#include <string>

#include "core/time.h"

namespace heald::engine {

// Which denials of permits are told. Ten shells in a loop are not ten lines a second: only what is
// another denial than the one before, and not more than ten of a governor in a minute, so that
// nobody fills the history by asking in turn what is denied in two ways. Decides nothing.
class ToldDenials {
 public:
  static constexpr int kMost = 10;
  static constexpr core::Duration kIn = std::chrono::minutes(1);

  // Whether this one is to be told; then it counts as told.
  bool tell(const std::string& governor, const std::string& what, core::BootTime now) {
    Told& told = told_[governor];
    if (told.what == what) return false;
    if (now - told.since >= kIn) told = {told.what, now, 0};
    if (told.changes == kMost) return false;
    ++told.changes;
    told.what = what;
    return true;
  }
  // A permit was given: the next denial is another one.
  void given(const std::string& governor) {
    const auto told = told_.find(governor);
    if (told != told_.end()) told->second.what.clear();
  }
  // The next denial is told in any case.
  void forget(const std::string& governor) { told_.erase(governor); }

 private:
  struct Told {
    std::string what;
    core::BootTime since{};
    int changes = 0;
  };
  std::map<std::string, Told> told_;  // by governor
};

}  // namespace heald::engine
