#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include "http/pipeline.h"

namespace heald::api {

inline constexpr std::string_view kAlertsPath = "/api/alerts";

// Why a notification of Alertmanager was refused as a whole, with a 4xx: it does not send it again.
enum class AlertsRefusal : std::uint8_t {
  kTooLarge,      // 413
  kInvalid,       // not what Alertmanager sends, or not as it sends it
  kUnauthorized,  // 401: no token, or one that is not good; 403: one for something else
};
inline constexpr std::size_t kAlertsRefusalCount = 3;
std::string_view toString(AlertsRefusal refusal);  // "too_large", …: the metric's label

// Counts them by what was answered. Any thread.
class AlertsRefused {
 public:
  void note(const http::RequestRecord& record);
  std::uint64_t count(AlertsRefusal refusal) const {
    return counts_[static_cast<std::size_t>(refusal)].load(std::memory_order_relaxed);
  }

 private:
  std::array<std::atomic<std::uint64_t>, kAlertsRefusalCount> counts_{};
};

}  // namespace heald::api
