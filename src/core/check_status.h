#pragma once

#include <string_view>

namespace heald::core {

// The outcome of one run of a check, after the Nagios convention (exit codes 0 to 3).
enum class CheckStatus { kOk, kWarning, kCritical, kUnknown };

inline constexpr CheckStatus kCheckStatuses[] = {CheckStatus::kOk, CheckStatus::kWarning,
                                                 CheckStatus::kCritical, CheckStatus::kUnknown};

enum class Health { kUnknown, kHealthy, kWarning, kUnhealthy };

inline constexpr Health kHealths[] = {Health::kUnknown, Health::kHealthy, Health::kWarning,
                                      Health::kUnhealthy};

// What a status means for healing. A warning is a state of its own: visible, and no remedy starts
// unless it says that it answers to warnings. `kUnknown` is none of them: not knowing means not
// acting.
constexpr Health healthOf(CheckStatus status, bool warning_is_healthy) {
  switch (status) {
    case CheckStatus::kOk:
      return Health::kHealthy;
    case CheckStatus::kWarning:
      return warning_is_healthy ? Health::kHealthy : Health::kWarning;
    case CheckStatus::kCritical:
      return Health::kUnhealthy;
    case CheckStatus::kUnknown:
      return Health::kUnknown;
  }
  return Health::kUnknown;
}

// The states of its check that a remedy answers to (`when: {on: [...]}`), at least one of them.
struct AnswersTo {
  bool warning = false;
  bool critical = true;

  // Whether a check in this state asks for the remedy.
  bool asks(Health health) const;
  // Whether the check needs the remedy no longer: it is healthy, or in a state milder than all
  // those that the remedy answers to.
  bool healed(Health health) const;
  friend bool operator==(const AnswersTo&, const AnswersTo&) = default;
};

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

// "unknown", "healthy", "warning", "unhealthy".
constexpr std::string_view toString(Health health) {
  switch (health) {
    case Health::kUnknown:
      return "unknown";
    case Health::kHealthy:
      return "healthy";
    case Health::kWarning:
      return "warning";
    case Health::kUnhealthy:
      return "unhealthy";
  }
  return "unknown";
}

}  // namespace heald::core
