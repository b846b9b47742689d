#pragma once

#include <string_view>

namespace heald::core {

// The outcome of one run of a check, after the Nagios convention (exit codes 0 to 3).
enum class CheckStatus { kOk, kWarning, kCritical, kUnknown };

inline constexpr CheckStatus kCheckStatuses[] = {CheckStatus::kOk, CheckStatus::kWarning,
                                                 CheckStatus::kCritical, CheckStatus::kUnknown};

enum class Health { kUnknown, kHealthy, kUnhealthy };

// What a status means for healing. A warning is unhealthy unless the check says otherwise: commands
// that know nothing of the convention fail with exit code 1. `kUnknown` is neither: not knowing
// means not acting.
constexpr Health healthOf(CheckStatus status, bool warning_is_healthy) {
  switch (status) {
    case CheckStatus::kOk:
      return Health::kHealthy;
    case CheckStatus::kWarning:
      return warning_is_healthy ? Health::kHealthy : Health::kUnhealthy;
    case CheckStatus::kCritical:
      return Health::kUnhealthy;
    case CheckStatus::kUnknown:
      return Health::kUnknown;
  }
  return Health::kUnknown;
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

// "unknown", "healthy", "unhealthy".
constexpr std::string_view toString(Health health) {
  switch (health) {
    case Health::kUnknown:
      return "unknown";
    case Health::kHealthy:
      return "healthy";
    case Health::kUnhealthy:
      return "unhealthy";
  }
  return "unknown";
}

}  // namespace heald::core
