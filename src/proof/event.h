#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/governor.h"
#include "proof/situation.h"

namespace heald::proof {

// Everything that can happen to a governor. The results are of an attempt of each kind of Flight.
enum class Event : std::uint8_t {
  kTick,
  kTrigger,
  kTriggerFlagOff,
  kTriggerParentDormant,
  kTriggerStoreDown,
  kTriggerMaxConcurrent,
  kTriggerMaxUnverified,
  kTriggerStormBrake,
  kTriggerBudgetUsedUp,  // only where budgets are not counted exactly
  kPresentOk,
  kPresentFails,
  kPresentMatches,  // fails with a text that matches a permanent-open condition
  kLateOk,
  kLateFails,
  kLateMatches,
  kOutdatedOk,
  kOutdatedFails,
  kOutdatedMatches,
  kUnknownTicket,
  kRecovered,
  kReset,
  kForcedReset,
  kRetry,
  kRetryBlank,
  kResume,
  kResumeBlank,
  kEnterDormant,
  kEnterDormantBlank,
  kCrash,           // and a start on the same boot
  kReboot,          // another boot, by a wall clock that stands still
  kRebootLater,     // that took a tick
  kRebootBackwards  // with the wall clock an hour behind
};
inline constexpr std::size_t kEventCount = 32;
std::string_view toString(Event event);  // "an attempt fails", …

bool isTrigger(Event event);
bool isHuman(Event event);
bool isBoot(Event event);
std::optional<Flight> resultOf(Event event);  // of which attempt, if it is a result at all
bool isOk(Event event);                       // a result that is

// What the guards outside say when this event is a trigger.
core::Gates gatesOf(Event event);

}  // namespace heald::proof
