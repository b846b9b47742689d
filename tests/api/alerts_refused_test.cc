#include "api/alerts_refused.h"

#include <gtest/gtest.h>

namespace heald::api {
namespace {

TEST(AlertsRefused, CountsTheNotificationsThatAlertmanagerDoesNotSendAgain) {
  AlertsRefused refused;
  for (const int status : {200, 401, 403, 413, 400, 415, 408, 429, 500, 503}) {
    refused.note({kAlertsPath, "POST", status, 0});
    refused.note({"/api/pause", "POST", status, 0});
  }
  EXPECT_EQ(refused.count(AlertsRefusal::kUnauthorized), 2u)
      << "no token, and one for something else";
  EXPECT_EQ(refused.count(AlertsRefusal::kTooLarge), 1u);
  EXPECT_EQ(refused.count(AlertsRefusal::kInvalid), 3u) << "429 and 5xx are sent again";
}

TEST(AlertsRefused, EachReasonHasItsWord) {
  EXPECT_EQ(toString(AlertsRefusal::kTooLarge), "too_large");
  EXPECT_EQ(toString(AlertsRefusal::kInvalid), "invalid");
  EXPECT_EQ(toString(AlertsRefusal::kUnauthorized), "unauthorized");
}

}  // namespace
}  // namespace heald::api
