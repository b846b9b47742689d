#include "api/alerts_refused.h"

namespace heald::api {

std::string_view toString(AlertsRefusal refusal) {
  switch (refusal) {
    case AlertsRefusal::kTooLarge:
      return "too_large";
    case AlertsRefusal::kInvalid:
      return "invalid";
    case AlertsRefusal::kUnauthorized:
      return "unauthorized";
  }
  return "";
}

void AlertsRefused::note(const http::RequestRecord& record) {
  constexpr int kTooMany = 429;  // sent again
  if (record.route != kAlertsPath || record.status < 400 || record.status >= 500 ||
      record.status == kTooMany) {
    return;
  }
  const bool credential = record.status == 401 || record.status == 403;
  const AlertsRefusal refusal = record.status == 413 ? AlertsRefusal::kTooLarge
                                : credential         ? AlertsRefusal::kUnauthorized
                                                     : AlertsRefusal::kInvalid;
  counts_[static_cast<std::size_t>(refusal)].fetch_add(1, std::memory_order_relaxed);
}

}  // namespace heald::api
