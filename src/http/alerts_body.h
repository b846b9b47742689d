#pragma once

#include <string_view>
#include <vector>

#include "engine/event.h"
#include "heald/result.h"

namespace heald::http {

// Limits of one notification. Labels that are longer, or beyond these, are left out of their alert:
// they match nothing and reach no action.
inline constexpr std::size_t kMaxAlerts = 1'000;
inline constexpr std::size_t kMaxLabels = 64;
inline constexpr std::size_t kMaxLabelName = 128;    // bytes
inline constexpr std::size_t kMaxLabelValue = 1024;  // bytes
inline constexpr std::size_t kMaxLabelBytes = 4096;  // of all names and values of an alert

// The alerts of a webhook notification, version 4, as Alertmanager sends it
// (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config). Keys that are not
// needed may be there, as later Alertmanagers add some; bytes that are not UTF-8 become U+FFFD. An
// alert without a fingerprint gets one made of its labels. Error{kInvalid}: another version, a key
// that is missing or wrong, more than kMaxAlerts; the message names the place.
Result<std::vector<engine::Alert>> readAlerts(std::string_view body);

}  // namespace heald::http
