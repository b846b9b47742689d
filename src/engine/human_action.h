#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/event.h"

namespace heald::engine {

// What a human has done through heald, as it is counted.
enum class HumanAction : std::uint8_t {
  kResume,
  kDormant,
  kReset,
  kRetry,
  kFlag,
  kPause,
  kUnpause,
  kApprove,
  kUnapprove,
  kRunRemedy,
  kRunCheck
};
inline constexpr std::size_t kHumanActionCount = 11;
std::string_view toString(HumanAction action);  // "resume", …, "run_check"

// Which one this event is; none of what heald or a program does. A reload has a count of its own.
std::optional<HumanAction> humanActionOf(const Event& event);

}  // namespace heald::engine
