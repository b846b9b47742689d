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

json alert(const std::string& status, const std::string& governor) {
  return {{"status", status},
          {"labels",
           {{"alertname", "HealdDormant"},
            {"governor", governor},
            {"instance", "web1:9469"},
            {"severity", "critical"}}},
          {"annotations",
           {{"summary", "Healing has stopped: " + governor + " is dormant"},
            {"description", "Type `healdctl resume " + governor + "`"},
            {"impact", "No remedy under " + governor + " starts."},
            {"runbook_url", "http://runbooks.example.org/HealdDormant.md"},
            {"dashboard_url", "http://grafana.example.org/d/x?var-governor=" + governor},
            {"admin_url", "http://heald.example.org/"}}},
          {"startsAt", "2026-11-23T21:47:00.5+01:00"},
          {"endsAt", "2026-11-23T22:03:10.7+01:00"}};
}

json messageOf(const json& alerts, const std::string& severity = "critical") {
  bool firing = false;
  for (const json& one : alerts) firing = firing || one.at("status") == "firing";
  json common = {{"alertname", "HealdDormant"}, {"instance", "web1:9469"}, {"severity", severity}};
  if (alerts.size() == 1) common["governor"] = alerts[0].at("labels").at("governor");
  return {{"receiver", "slack"},
          {"status", firing ? "firing" : "resolved"},
          {"externalURL", "http://alertmanager:9093"},
          {"groupLabels", {{"alertname", "HealdDormant"}, {"instance", "web1:9469"}}},
          {"commonLabels", common},
          {"commonAnnotations", json::object()},
          {"alerts", alerts}};
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
  EXPECT_EQ(rendered("title", message), "Critical: Healing has stopped: gateway is dormant");
  EXPECT_EQ(rendered("color", message), "danger");
  EXPECT_EQ(rendered("text", message),
            "Type `healdctl resume gateway`\n"
            "*What that means:* No remedy under gateway starts.\n"
            "*Since* 2026-11-23 20:47:00 UTC");
  EXPECT_EQ(rendered("footer", message), "heald on web1:9469 · HealdDormant");
}

TEST(SlackMessage, ThatItIsOverSaysHowLongItLasted) {
  const json message = messageOf(json::array({alert("resolved", "gateway")}));
  EXPECT_EQ(rendered("title", message), "Resolved: Healing has stopped: gateway is dormant");
  EXPECT_EQ(rendered("color", message), "good");
  EXPECT_EQ(
      rendered("text", message),
      "It is over: it lasted from 2026-11-23 20:47:00 UTC to 2026-11-23 21:03:10 UTC (16m10s).");
}

TEST(SlackMessage, OfSeveralAlertsNamesEach) {
  const json message = messageOf(json::array(
      {alert("firing", "gateway"), alert("firing", "mail"), alert("resolved", "disk")}));
  EXPECT_EQ(rendered("title", message), "Critical: 2 × HealdDormant on web1:9469");
  const std::string text = rendered("text", message);
  EXPECT_THAT(
      text,
      HasSubstr("*Healing has stopped: gateway is dormant*\nType `healdctl resume gateway`\n"));
  EXPECT_THAT(text, HasSubstr("*Healing has stopped: mail is dormant*\n"));
  EXPECT_THAT(text, HasSubstr("~Healing has stopped: disk is dormant~\nIt is over: "));
}

TEST(SlackMessage, OfAHundredAlertsShowsTenAndWhereTheOthersAre) {
  json alerts = json::array();
  for (int i = 0; i < 100; ++i) alerts.push_back(alert("firing", "g" + std::to_string(i)));
  const json message = messageOf(alerts);
  EXPECT_EQ(rendered("title", message), "Critical: 100 × HealdDormant on web1:9469");
  const std::string text = rendered("text", message);
  EXPECT_THAT(text, HasSubstr("healdctl resume g9`"));
  EXPECT_THAT(text, Not(HasSubstr("healdctl resume g10`")));
  EXPECT_THAT(text, HasSubstr("and more: http://alertmanager:9093"));
}

TEST(SlackMessage, HasAColourForEachSeverity) {
  const json alerts = json::array({alert("firing", "gateway")});
  EXPECT_EQ(rendered("color", messageOf(alerts, "warning")), "warning");
  EXPECT_EQ(rendered("color", messageOf(alerts, "info")), "#439FE0");
  EXPECT_EQ(rendered("title", messageOf(alerts, "info")),
            "Healing has stopped: gateway is dormant");
}

TEST(SlackMessage, HasButtonsThatLeadToThePlaces) {
  const json message = messageOf(json::array({alert("firing", "a b+\"c\"&d")}));
  EXPECT_EQ(rendered("runbook", message), "http://runbooks.example.org/HealdDormant.md");
  EXPECT_EQ(rendered("dashboard", message),
            "http://grafana.example.org/d/x?var-governor=a b+\"c\"&d");
  EXPECT_EQ(rendered("admin", message), "http://heald.example.org/");
  EXPECT_EQ(rendered("silence", message),
            "http://alertmanager:9093/#/silences/new?filter=%7Balertname%3D%22HealdDormant%22%2C%20"
            "governor%3D%22a%20b%2B%22c%22%26d%22%2C%20instance%3D%22web1%3A9469%22%2C%20"
            "severity%3D%22critical%22%7D");
}

}  // namespace
}  // namespace heald::test
