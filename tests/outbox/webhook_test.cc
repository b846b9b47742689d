#include "outbox/webhook.h"

#include <nlohmann/json.hpp>

#include "support.h"

namespace heald::outbox {
namespace {

using nlohmann::json;

TEST(Webhook, HasTheFormOfAlertmanagersNotifications) {
  const json body = json::parse(
      webhookBody(messageOf({dormant("main", 0), dormant("gone", 1), active("gone", 31)})));
  EXPECT_EQ(body.at("version"), "4");
  EXPECT_EQ(body.at("status"), "firing");
  EXPECT_EQ(body.at("receiver"), "ops");
  EXPECT_EQ(body.at("groupKey"), "ops-7-1");
  EXPECT_EQ(body.at("commonLabels"),
            json({{"alertname", "HealdDormant"}, {"severity", "critical"}, {"instance", "web-1"}}));
  ASSERT_EQ(body.at("alerts").size(), 2u);
  const json& firing = body.at("alerts").at(0);
  EXPECT_EQ(firing.at("status"), "firing");
  EXPECT_EQ(firing.at("labels").at("governor"), "main");
  EXPECT_EQ(firing.at("startsAt"), "2026-11-23T20:47:00.000Z");
  EXPECT_EQ(firing.at("endsAt"), "0001-01-01T00:00:00Z");
  EXPECT_EQ(firing.at("annotations").at("reason"), "Exceeded max failures");
  const json& over = body.at("alerts").at(1);
  EXPECT_EQ(over.at("status"), "resolved");
  EXPECT_EQ(over.at("startsAt"), "2026-11-23T20:47:01.000Z");
  EXPECT_EQ(over.at("endsAt"), "2026-11-23T20:47:31.000Z");
}

TEST(Webhook, IsResolvedWhenAllOfItIsOver) {
  const json body = json::parse(webhookBody(messageOf({active("main", 0)})));
  EXPECT_EQ(body.at("status"), "resolved");
}

TEST(Webhook, ATestIsAnAlertOfItsOwn) {
  Message message = messageOf({});
  message.test = true;
  const json body = json::parse(webhookBody(message));
  EXPECT_EQ(body.at("alerts").at(0).at("labels").at("alertname"), "HealdTest");
}

// RFC 4231, test case 2.
TEST(Webhook, IsSignedWithHmacSha256) {
  EXPECT_EQ(signatureOf("what do ya want for nothing?", "Jefe"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

}  // namespace
}  // namespace heald::outbox
