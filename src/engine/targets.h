#pragma once

#include <optional>
#include <string>

#include "core/time.h"
#include "engine/episodes.h"
#include "engine/governors.h"
#include "engine/roster.h"

namespace heald::engine {

// The targets of alerts, kept apart: who has a place, who makes room, and of whom nothing is left
// to remember.
class Targets {
 public:
  Targets(Roster& roster, Governors& governors, const Episodes& episodes)
      : roster_(roster), governors_(governors), episodes_(episodes) {}

  // Who serves this target of a configured remedy: a new one where there is room, or where a target
  // of which there is nothing to remember makes room; -1 where there is none. Without `now` every
  // start counts as something to remember, however long ago it was.
  int placeFor(int base, const std::string& target, std::optional<core::BootTime> now = {});
  // Gives up the state of targets that nobody serves and of which nothing is to be remembered;
  // looks once an hour. There may be one for each value that a label has ever had.
  void forgetOld(core::BootTime now);

 private:
  void leave(int index);
  void serve(int index, int base, const std::string& target);
  bool atRest(const Remedy& remedy, std::optional<core::BootTime> now) const;

  Roster& roster_;
  Governors& governors_;
  const Episodes& episodes_;
  core::BootTime next_forgetting_{};
};

}  // namespace heald::engine
