#pragma once

#include <string_view>

namespace heald::core {

// The outcome of one run of a check, after the Nagios convention (exit codes 0 to 3).
// `kWarning` counts as healthy: it is shown, and starts nothing. `kUnknown` is neither healthy nor
// unhealthy: not knowing means not acting.
enum class CheckStatus { kOk, kWarning, kCritical, kUnknown };

inline constexpr CheckStatus kCheckStatuses[] = {CheckStatus::kOk, CheckStatus::kWarning,
                                                 CheckStatus::kCritical, CheckStatus::kUnknown};

constexpr bool isHealthy(CheckStatus status) {
  return status == CheckStatus::kOk || status == CheckStatus::kWarning;
}
constexpr bool isUnhealthy(CheckStatus status) {
  return status == CheckStatus::kCritical;
}

// "ok", "warning", "critical", "unknown": the word of the metric label, the JSON and the log.
constexpr std::string_view toString(CheckStatus status) {
  switch (status) {
    case CheckStatus::kOk:
      return "ok";
    case CheckStatus::kWarning:
      return "warning";
    case CheckStatus::kCritical:
      return "critical";
    case CheckStatus::kUnknown:
      return "unknown";
  }
  return "unknown";
}

}  // namespace heald::core
