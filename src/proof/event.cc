#include "proof/event.h"

namespace heald::proof {
namespace {

constexpr std::string_view kNames[kEventCount] = {
    "a tick passes",
    "an attempt is wanted",
    "wanted, with the flag off",
    "wanted, with the parent dormant",
    "wanted, with the store down",
    "wanted, with max_concurrent reached",
    "wanted, with max_unverified reached",
    "wanted, with the storm brake on",
    "wanted, with a budget used up",
    "an attempt is ok",
    "an attempt fails",
    "an attempt fails with a permanent-open condition",
    "an attempt of an older generation is ok",
    "an attempt of an older generation fails",
    "an attempt of an older generation fails with a permanent-open condition",
    "an attempt of an older epoch is ok",
    "an attempt of an older epoch fails",
    "an attempt of an older epoch fails with a permanent-open condition",
    "a result of no attempt in flight",
    "healthy for reset_after",
    "reset",
    "reset with force",
    "retry",
    "retry without a reason",
    "resume",
    "resume without a reason",
    "enter dormant mode",
    "enter dormant mode without a reason",
    "crash and start",
    "reboot",
    "reboot that takes a tick",
    "reboot with the wall clock an hour behind"};

}  // namespace

std::string_view toString(Event event) {
  return kNames[static_cast<std::size_t>(event)];
}

bool isTrigger(Event event) {
  return event >= Event::kTrigger && event <= Event::kTriggerBudgetUsedUp;
}

bool isHuman(Event event) {
  return event >= Event::kReset && event <= Event::kEnterDormantBlank;
}

bool isBoot(Event event) {
  return event >= Event::kCrash;
}

std::optional<Flight> resultOf(Event event) {
  if (event < Event::kPresentOk || event > Event::kOutdatedMatches) {
    return std::nullopt;
  }
  const int index = static_cast<int>(event) - static_cast<int>(Event::kPresentOk);
  return static_cast<Flight>(index / 3);
}

bool isOk(Event event) {
  return event == Event::kPresentOk || event == Event::kLateOk || event == Event::kOutdatedOk;
}

core::Gates gatesOf(Event event) {
  core::Gates gates;
  gates.feature_enabled = event != Event::kTriggerFlagOff;
  gates.parent_dormant = event == Event::kTriggerParentDormant;
  gates.store_available = event != Event::kTriggerStoreDown;
  gates.max_concurrent_reached = event == Event::kTriggerMaxConcurrent;
  gates.max_unverified_reached = event == Event::kTriggerMaxUnverified;
  gates.storm_brake = event == Event::kTriggerStormBrake;
  return gates;
}

}  // namespace heald::proof
