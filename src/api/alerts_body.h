#pragma once

#include <string_view>
#include <vector>

#include "engine/event.h"
#include "heald/result.h"
#include "http/message.h"

namespace heald::api {

// Limits of one notification. Labels that are longer, or beyond these, are left out of their alert:
// they match nothing and reach no action.
inline constexpr std::size_t kMaxAlertsBody = 8 * 1024 * 1024;  // bytes, as sent
inline constexpr std::size_t kMaxAlerts = 10'000;
inline constexpr std::size_t kMaxAlertsKept = 16 * 1024 * 1024;  // bytes, about, of all alerts
inline constexpr std::size_t kMaxLabels = 64;
inline constexpr std::size_t kMaxLabelName = 128;    // bytes
inline constexpr std::size_t kMaxLabelValue = 1024;  // bytes
inline constexpr std::size_t kMaxLabelBytes = 4096;  // of all names and values of an alert

struct Notification {
  std::vector<engine::Alert> alerts;
  std::size_t left_out = 0;  // beyond kMaxAlerts or kMaxAlertsKept
};

// The alerts of a webhook notification, version 4, as Alertmanager sends it
// (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config). It is read as it
// arrives, and nothing is kept of it but what heald uses: status, times, fingerprint and labels.
// Keys that are not needed may be there, as later Alertmanagers add some; bytes that are not UTF-8
// become U+FFFD. An alert without a fingerprint gets the one that Alertmanager would give it.
// Error{kInvalid}: no JSON, another version, a key that is missing or wrong; the message names the
// place. Where the source fails, the result says nothing: ask it.
Result<Notification> readAlerts(http::BodySource& body);
Result<Notification> readAlerts(std::string_view body);

}  // namespace heald::api
