// The Slack messages as the person on call reads them, rendered by Alertmanager's own tool.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "support/command.h"
#include "support/temp_dir.h"

namespace heald::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

json alert(const std::string& status, const std::string& governor,
           const std::string& instance = "web1:9469") {
  return {{"status", status},
          {"labels",
           {{"alertname", "HealdDormant"},
            {"cluster", "prod"},
            {"governor", governor},
            {"instance", instance},
            {"severity", "critical"}}},
          {"annotations",
           {{"summary", "Healing has stopped: " + governor + " is dormant"},
            {"description", "On " + instance + ": `healdctl resume " + governor + "`"},
            {"impact", "No remedy under " + governor + " starts."},
            {"runbook_url", "http://runbooks.example.org/HealdDormant.md"},
            {"dashboard_url", "http://grafana.example.org/d/x?var-governor=" + governor +
                                  "&var-instance=" + instance + "&"},
            {"admin_url", "http://" + instance + "/"}}},
          {"startsAt", "2026-11-23T21:47:00.5+01:00"},
          {"endsAt", "2026-11-23T22:03:10.7+01:00"}};
}

// What all of them have under `part` with the same value.
json common(const json& alerts, const std::string& part) {
  json shared = alerts.at(0).at(part);
  for (const json& one : alerts) {
    for (auto it = shared.begin(); it != shared.end();) {
      it = one.at(part).value(it.key(), json()) == *it ? std::next(it) : shared.erase(it);
    }
  }
  return shared;
}

json messageOf(const json& alerts, const std::string& severity = "critical") {
  bool firing = false;
  for (const json& one : alerts) firing = firing || one.at("status") == "firing";
  json labels = common(alerts, "labels");
  labels["severity"] = severity;
  return {{"receiver", "slack"},
          {"status", firing ? "firing" : "resolved"},
          {"externalURL", "http://alertmanager:9093"},
          {"groupLabels", {{"alertname", "HealdDormant"}, {"cluster", "prod"}}},
          {"commonLabels", labels},
          {"commonAnnotations", common(alerts, "annotations")},
          {"alerts", alerts}};
}

json fleet(int healds, const std::string& status = "firing") {
  json alerts = json::array();
  for (int i = 0; i < healds; ++i) {
    alerts.push_back(alert(status, "gateway", "web" + std::to_string(i) + ":9469"));
    alerts.back()["startsAt"] = "2026-11-23T20:47:" + std::to_string(10 + i % 50) + "Z";
  }
  return alerts;
}

std::string rendered(const std::string& part, const json& message) {
  const TempDir dir;
  dir.write("data.json", message.dump());
  const CommandResult said =
      runCommand({"amtool", "template", "render",
                  "--template.glob=" HEALD_SOURCE_DIR "/alerts/templates/*.tmpl",
                  "--template.data=" + dir.file("data.json"),
                  "--template.text=[{{ template \"heald.slack." + part + "\" . }}]"});
  EXPECT_EQ(said.code, 0) << said.output;
  const auto end = said.output.rfind(']');
  return end == std::string::npos ? said.output : said.output.substr(1, end - 1);
}

TEST(SlackMessage, OfOneAlertSaysWhatHappenedWhatIsNotDoneSinceWhenAndWhatToType) {
  const json message = messageOf(json::array({alert("firing", "gateway")}));
  EXPECT_EQ(rendered("title", message),
            "Critical: Healing has stopped: gateway is dormant in prod");
  EXPECT_EQ(rendered("color", message), "danger");
  EXPECT_EQ(rendered("text", message),
            "On web1:9469: `healdctl resume gateway`\n"
            "*What that means:* No remedy under gateway starts.\n"
            "*Since* 2026-11-23 20:47:00 UTC");
  EXPECT_EQ(rendered("footer", message), "heald on web1:9469 in prod · HealdDormant");
}

TEST(SlackMessage, ThatItIsOverSaysHowLongItLasted) {
  const json message = messageOf(json::array({alert("resolved", "gateway")}));
  EXPECT_EQ(rendered("title", message),
            "Resolved: Healing has stopped: gateway is dormant in prod");
  EXPECT_EQ(rendered("color", message), "good");
  EXPECT_EQ(
      rendered("text", message),
      "It is over: it lasted from 2026-11-23 20:47:00 UTC to 2026-11-23 21:03:10 UTC (16m10s).");
}

TEST(SlackMessage, OfAFleetSaysOnceWhatItsAlertsShareAndWhoIsAffected) {
  const json message = messageOf(fleet(10));
  EXPECT_EQ(rendered("title", message),
            "Critical: 10 × Healing has stopped: gateway is dormant in prod");
  EXPECT_EQ(rendered("text", message),
            "*Affected (10):* web0:9469, web1:9469, web2:9469, web3:9469, web4:9469, web5:9469, "
            "web6:9469, web7:9469, web8:9469, web9:9469\n"
            "*Since* 2026-11-23 20:47:10 UTC, the last since 2026-11-23 20:47:19 UTC\n"
            "*For example:* On web0:9469: `healdctl resume gateway`\n"
            "*What that means:* No remedy under gateway starts.");
  EXPECT_EQ(rendered("footer", message), "heald in prod · HealdDormant");
}

TEST(SlackMessage, OfThreeHundredAlertsCountsThemShowsTwentyAndWhereTheOthersAre) {
  const json message = messageOf(fleet(300));
  EXPECT_EQ(rendered("title", message),
            "Critical: 300 × Healing has stopped: gateway is dormant in prod");
  const std::string text = rendered("text", message);
  EXPECT_THAT(text, testing::StartsWith("*Affected (300):* web0:9469, "));
  EXPECT_THAT(text,
              HasSubstr("web19:9469 … and others: <http://alertmanager:9093/#/alerts?filter="
                        "%7Balertname%3D%22HealdDormant%22%2C%20cluster%3D%22prod%22%7D|all 300>"));
  EXPECT_THAT(text, Not(HasSubstr("web20:9469")));
  EXPECT_LT(text.size(), 1500u);
}

TEST(SlackMessage, OfAlertsThatShareLittleNamesEachByWhatDiffers) {
  const json message =
      messageOf(json::array({alert("firing", "gateway", "a"), alert("firing", "mail", "b")}));
  EXPECT_EQ(rendered("title", message), "Critical: 2 × HealdDormant in prod");
  EXPECT_THAT(rendered("text", message), HasSubstr("*Affected (2):* gateway on a, mail on b\n"));
}

TEST(SlackMessage, OfAFleetThatRecoversSaysWhoDidAndWhoDidNot) {
  json alerts = fleet(3);
  alerts.push_back(alert("resolved", "gateway", "web8:9469"));
  alerts.push_back(alert("resolved", "gateway", "web9:9469"));
  EXPECT_EQ(rendered("title", messageOf(alerts)),
            "Critical: 3 × Healing has stopped: gateway is dormant in prod");
  const std::string text = rendered("text", messageOf(alerts));
  EXPECT_THAT(text, HasSubstr("*Affected (3):* web0:9469, web1:9469, web2:9469\n"));
  EXPECT_THAT(text, HasSubstr("\n*It is over (2):* web8:9469, web9:9469\n"
                              "*It lasted* from 2026-11-23 20:47:00 UTC to 2026-11-23 21:03:10 "
                              "UTC (16m10s)."));
  const json over = messageOf(fleet(30, "resolved"));
  EXPECT_EQ(rendered("title", over),
            "Resolved: 30 × Healing has stopped: gateway is dormant in prod");
  EXPECT_THAT(rendered("text", over), testing::StartsWith("*It is over (30):* web0:9469, "));
  EXPECT_THAT(rendered("text", over), HasSubstr("web19:9469 … and others\n*It lasted* from "));
}

TEST(SlackMessage, HasAColourForEachSeverity) {
  const json alerts = json::array({alert("firing", "gateway")});
  EXPECT_EQ(rendered("color", messageOf(alerts, "warning")), "warning");
  EXPECT_EQ(rendered("color", messageOf(alerts, "info")), "#439FE0");
  EXPECT_EQ(rendered("title", messageOf(alerts, "info")),
            "Healing has stopped: gateway is dormant in prod");
}

TEST(SlackMessage, HasButtonsThatLeadToThePlaces) {
  const json message = messageOf(json::array({alert("firing", "a b+\"c\"&d")}));
  EXPECT_EQ(rendered("runbook", message), "http://runbooks.example.org/HealdDormant.md");
  EXPECT_EQ(rendered("dashboard", message),
            "http://grafana.example.org/d/x?var-governor=a b+\"c\"&d&var-instance=web1:9469&");
  EXPECT_EQ(rendered("page", message), "http://web1:9469/");
  EXPECT_EQ(rendered("page.text", message), "heald");
  EXPECT_EQ(rendered("silence", message),
            "http://alertmanager:9093/#/silences/new?filter=%7Balertname%3D%22HealdDormant%22%2C%20"
            "cluster%3D%22prod%22%2C%20governor%3D%22a%20b%2B%22c%22%26d%22%2C%20"
            "instance%3D%22web1%3A9469%22%2C%20severity%3D%22critical%22%7D");
}

TEST(SlackMessage, OfAFleetHasButtonsThatLeadToWhatItsAlertsShare) {
  const json message = messageOf(fleet(300));
  EXPECT_EQ(rendered("dashboard", message),
            "http://grafana.example.org/d/x?var-alertname=HealdDormant&var-cluster=prod&"
            "var-governor=gateway&var-severity=critical&");
  EXPECT_EQ(rendered("page", message),
            "http://alertmanager:9093/#/alerts?filter=%7Balertname%3D%22HealdDormant%22%2C%20"
            "cluster%3D%22prod%22%7D");
  EXPECT_EQ(rendered("page.text", message), "All 300");
  EXPECT_THAT(rendered("silence", message), Not(HasSubstr("instance")));
}

}  // namespace
}  // namespace heald::test
