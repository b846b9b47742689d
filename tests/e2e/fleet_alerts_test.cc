#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <optional>

#include "support/alertmanager.h"
#include "support/command.h"
#include "support/eventually.h"
#include "support/tiny_server.h"

// What a fleet's event amounts to in the channel, by the real Alertmanager with the shipped
// configuration, and a Slack that takes one message a second and refuses the rest, as the real one
// does. The minute in which the first message waits for more is six seconds here.
namespace heald::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Clock = std::chrono::steady_clock;

class Fleet : public testing::Test {
 protected:
  Fleet() : slack_([this](const std::string& request) { return take(request); }) {}

  void SetUp() override {
    if (!haveProgram("prometheus-alertmanager")) GTEST_SKIP() << "Alertmanager is not installed";
    std::string config = contentOf(HEALD_SOURCE_DIR "/alerts/alertmanager.yml");
    config = replaced(config, "/etc/alertmanager/slack-url",
                      dir_.write("slack-url", slack_.url("/slack")));
    config = replaced(config, "templates/\\*", HEALD_SOURCE_DIR "/alerts/templates/*");
    config = replaced(config, "group_wait: 1m", "group_wait: 6s");
    config = replaced(config, "group_interval: 5m", "group_interval: 6s");
    alertmanager_.emplace(config);
    ASSERT_TRUE(alertmanager_->ready()) << alertmanager_->log();
  }

  std::string take(const std::string& request) {
    if (!request.starts_with("POST /slack ")) return reply(200, "ok");
    const auto now = Clock::now();
    if (taken_at_ && now - *taken_at_ < std::chrono::seconds(1)) {
      ++refused_;
      return reply(429, "rate_limited");
    }
    taken_at_ = now;
    return reply(200, "ok");
  }
  static std::string reply(int status, const std::string& body) {
    return TinyServer::reply(status, body, "Connection: close\r\n");
  }

  // The messages as they are read: title and text. Those that were refused too.
  std::vector<json> messages() const {
    std::vector<json> found;
    for (const std::string& request : slack_.requests()) {
      if (!request.starts_with("POST /slack ")) continue;
      const json message = json::parse(request.substr(request.find("\r\n\r\n") + 4));
      found.push_back(message.at("attachments").at(0));
    }
    return found;
  }

  // What Prometheus tells about heald number i while it is dormant, and what comes with it.
  static json dormant(int i, bool over) {
    const std::string instance = "web" + std::to_string(1000 + i) + ":9469";
    json alerts = json::array();
    for (const auto& [name, more] : std::map<std::string, json>{
             {"HealdDormant", {{"governor", "gateway"}, {"severity", "critical"}}},
             {"HealdPermanentlyOpen", {{"governor", "gateway"}, {"severity", "critical"}}},
             {"HealdRemedyIneffective", {{"governor", "gateway"}, {"severity", "warning"}}},
             {"HealdCheckNotHealed", {{"check", "api"}, {"severity", "none"}}},
             {"HealdCheckFailing", {{"check", "api"}, {"severity", "warning"}}}}) {
      json labels = {
          {"alertname", name}, {"cluster", "prod"}, {"job", "agents"}, {"instance", instance}};
      labels.update(more);
      alerts.push_back(
          {{"labels", labels},
           {"annotations",
            {{"summary", name + " of gateway"},
             {"description", "On " + instance + ": `healdctl explain gateway`"},
             {"impact", "No remedy starts."},
             {"runbook_url", "http://runbooks.example.org/" + name + ".md"},
             {"dashboard_url", "http://grafana.example.org/d/x?var-instance=" + instance},
             {"admin_url", "http://" + instance + "/"}}},
           {"endsAt", over ? "2020-01-01T01:00:00Z" : "2099-01-01T00:00:00Z"}});
    }
    return alerts;
  }

  // All of them, some at a time, within the time in which the first message waits for others.
  void tell(int healds, bool over) {
    for (int next = 0; next < healds;) {
      json alerts = json::array();
      for (const int end = std::min(healds, next + 30); next < end; ++next) {
        for (json& alert : dormant(next, over)) alerts.push_back(std::move(alert));
      }
      alertmanager_->tell(alerts);
    }
  }

  void becomesDormantAndWellAgain(int healds) {
    const std::string count = std::to_string(healds);
    tell(healds, false);
    ASSERT_TRUE(eventually([&] { return !messages().empty(); }));
    const json dormant = messages().at(0);
    EXPECT_EQ(dormant.at("title"), "Critical: " + count + " × HealdDormant of gateway in prod");
    EXPECT_THAT(dormant.at("text").get<std::string>(),
                AllOf(StartsWith("*Affected (" + count + "):* web1000:9469, web1001:9469, "),
                      HasSubstr("web1019:9469 … and others: <"), HasSubstr("|all " + count + ">"),
                      HasSubstr("*For example:* On web1000:9469: `healdctl explain gateway`"),
                      Not(HasSubstr("web1020"))));
    EXPECT_LT(dormant.at("text").get<std::string>().size(), 3000u);
    tell(healds, true);
    const auto over = [&] {
      const auto all = messages();
      return std::any_of(all.begin(), all.end(), [](const json& message) {
        return message.at("title").get<std::string>().starts_with("Resolved: ");
      });
    };
    ASSERT_TRUE(eventually(over, std::chrono::seconds(30)));
    EXPECT_EQ(messages().back().at("title"),
              "Resolved: " + count + " × HealdDormant of gateway in prod");
    EXPECT_EQ(messages().size(), 2u) << json(messages()).dump(1);
    EXPECT_EQ(refused_, 0);
  }

  TempDir dir_;
  std::optional<Clock::time_point> taken_at_;
  std::atomic<int> refused_{0};
  TinyServer slack_;
  std::optional<RealAlertmanager> alertmanager_;
};

TEST_F(Fleet, OfThirtyHealdsThatGoDormantWithinAMinuteIsOneMessageAndOneWhenItIsOver) {
  becomesDormantAndWellAgain(30);
}

TEST_F(Fleet, OfThreeHundredHealdsThatGoDormantWithinAMinuteIsOneMessageAndOneWhenItIsOver) {
  becomesDormantAndWellAgain(300);
}

// Of two clusters each has its own message; Slack takes the second when it is sent once more.
TEST_F(Fleet, OfTwoClustersHasAMessageEach) {
  json alerts = dormant(1, false);
  for (json alert : dormant(1, false)) {
    alert["labels"]["cluster"] = "test";
    alerts.push_back(alert);
  }
  alertmanager_->tell(alerts);
  const auto told = [&](const std::string& cluster) {
    const auto all = messages();
    return std::any_of(all.begin(), all.end(), [&](const json& message) {
      return message.at("title") == "Critical: HealdDormant of gateway in " + cluster;
    });
  };
  EXPECT_TRUE(eventually([&] { return told("prod") && told("test"); }, std::chrono::seconds(30)));
}

}  // namespace
}  // namespace heald::test
