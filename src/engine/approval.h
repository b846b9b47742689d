#pragma once

#include <compare>
#include <string>

#include "core/time.h"

namespace heald::engine {

// What an approval is for: one attempt of a step of a remedy, or one permit of a governor.
struct ApprovalKey {
  std::string name;    // of the remedy; of the governor, for a permit
  std::string target;  // of the remedy; the member of a fleet. "": there are none
  int step = 0;        // of the remedy's escalation, from 1; 0: a permit

  bool ofPermit() const { return step == 0; }
  friend auto operator<=>(const ApprovalKey&, const ApprovalKey&) = default;
};

// A human has said that one attempt may start, until a moment. Durable; the commit of the attempt
// that starts with it ends it.
struct Approval {
  std::string governor;    // that the attempt is of, as far as it was known then
  core::BootTime until{};  // no step of the wall clock makes it longer
  core::WallTime since{};
  std::string reason;
  std::string by;  // who said so

  friend bool operator==(const Approval&, const Approval&) = default;
};

// The command that gives it, with a reason to be filled in; for people. And in words: "step 2 of
// remedy \"fix\"".
std::string approveCommand(const ApprovalKey& key);
std::string approvedThing(const ApprovalKey& key);

}  // namespace heald::engine
