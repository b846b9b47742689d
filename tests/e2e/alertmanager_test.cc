#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/stories.h"
#include "support/alertmanager.h"
#include "support/child.h"
#include "support/command.h"
#include "support/prometheus.h"

// The real Alertmanager in front of the real heald, and alerts that mean no good.
namespace heald::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

// Notes each run and its labels in the file `runs`.
const char* const kForAlerts = R"(
governor_defaults: {budgets: [{attempts: 100, per: 1h}]}
remedies:
  - name: restart
    when: {alert: {alertname: Down}}
    target: instance
    labels: {instance: '[a-z0-9.:-]+'}
    exec: {command: [/bin/sh, -c, 'echo "$1 $HEALD_LABEL_instance $HEALD_LABEL_TEAM" >> @DIR@/runs', sh, '{{instance}}']}
    verify: {within: 1m}
)";

std::vector<std::string> linesOf(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

class Alertmanager : public testing::Test {
 protected:
  void SetUp() override {
    if (!haveProgram("prometheus-alertmanager")) GTEST_SKIP() << "Alertmanager is not installed";
    heald_.start();
    dir_.write("alertmanager.yml", R"(
route: {receiver: heald, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1s}
receivers:
  - name: heald
    webhook_configs:
      - url: ')" + heald_.url() + R"(/api/alerts'
        http_config: {authorization: {credentials_file: ')" +
                                       heald_.file("control.token") + R"('}}
)");
    alertmanager_.emplace(std::vector<std::string>{"prometheus-alertmanager", "--config.file",
                                                   dir_.file("alertmanager.yml"), "--storage.path",
                                                   dir_.file("data"), "--web.listen-address",
                                                   "127.0.0.1:0", "--cluster.listen-address="},
                          dir_.file("alertmanager.log"));
    heald_.await("Alertmanager", [&] {
      port_ = static_cast<std::uint16_t>(portInLog(alertmanager_->output()).value_or(0));
      return port_ != 0;
    });
  }

  // As Prometheus tells Alertmanager.
  void tell(const std::vector<std::string>& instances, bool firing) {
    json alerts = json::array();
    for (const std::string& instance : instances) {
      alerts.push_back({{"labels", {{"alertname", "Down"}, {"instance", instance}, {"TEAM", "x"}}},
                        {"startsAt", "2026-11-23T20:47:00Z"},
                        {"endsAt", firing ? "2099-01-01T00:00:00Z" : "2026-11-23T20:50:00Z"}});
    }
    const std::string body = alerts.dump();
    RawConnection connection(port_);
    connection.send(
        "POST /api/v2/alerts HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        "Content-Type: application/json\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body);
    EXPECT_EQ(RawResponse(connection.readAll()).status, 200);
  }
  double dropped(const std::string& reason) const {
    return heald_.metric("heald_events_dropped_total{reason=\"" + reason + "\"}").value_or(-1);
  }
  std::vector<std::string> runs() const { return linesOf(heald_.read("runs")); }

  TestDaemon heald_{{kForAlerts}};
  TempDir dir_;
  std::optional<Child> alertmanager_;
  std::uint16_t port_ = 0;
};

TEST_F(Alertmanager, AnEpisodeThatIsRepeatedGroupedAndResolvedIsOneAttempt) {
  tell({"a:1", "b:1"}, true);
  heald_.await("both attempts", [&] { return runs().size() >= 2; });
  heald_.await("repetitions", [&] { return dropped("duplicate") >= 6; });
  tell({"a:1"}, false);
  heald_.await("the end of one", [&] { return heald_.remedy("restart").at("successes") == 1; });
  tell({"a:1"}, true);  // the same start: an old story
  tell({"b:1"}, false);
  heald_.await("the end of both", [&] { return heald_.remedy("restart").at("successes") == 2; });
  EXPECT_THAT(runs(), testing::UnorderedElementsAre("a:1 a:1 x", "b:1 b:1 x"));
  EXPECT_EQ(heald_.remedy("restart").at("attempts"), 2);
  EXPECT_EQ(heald_.governor("restart@a:1").at("attempts"), 1);
  EXPECT_THAT(heald_.metrics(), Not(HasSubstr("a:1"))) << "a target that nobody listed";
  EXPECT_EQ(heald_.metric("heald_governor_targets{governor=\"restart\"}"), 2);
}

TEST_F(Alertmanager, WhatFiresWhileHealdIsAwayIsHealedWhenItIsBack) {
  heald_.kill();
  tell({"a:1"}, true);
  // On the same port, for Alertmanager's sake.
  heald_.launch().flags.push_back("--web.control-address=127.0.0.1:" +
                                  std::to_string(heald_.controlPort()));
  heald_.start();
  heald_.await("the attempt", [&] { return runs().size() == 1; });
}

// A notification of our own.
json notification(const json& alerts) {
  return {{"version", "4"}, {"status", "firing"}, {"receiver", "heald"}, {"alerts", alerts}};
}
json alert(const std::string& instance, int number) {
  return {{"status", "firing"},
          {"labels", {{"alertname", "Down"}, {"instance", instance}}},
          {"startsAt", "2026-11-23T20:47:00Z"},
          {"fingerprint", "f" + std::to_string(number)}};
}

TEST(HostileAlerts, TenThousandOfThemStartNothingThatWasNotConfigured) {
  TestDaemon heald({kForAlerts});
  heald.start();
  const std::vector<std::string> hostile = {"-oProxyCommand=touch /tmp/x",
                                            "$(reboot)",
                                            "`reboot`",
                                            "a\nb",
                                            std::string("a\0b", 3),
                                            std::string(65'536, 'a'),
                                            "../../etc/passwd",
                                            "a; rm -rf /",
                                            "{{instance}}",
                                            "%s%n"};
  int number = 0;
  for (int request = 0; request < 100; ++request) {
    json alerts = json::array();
    for (int i = 0; i < 100; ++i) {
      // One long value a request: the body is bounded.
      const std::string& value = hostile[static_cast<std::size_t>(i) % hostile.size()];
      alerts.push_back(alert(value.size() > 1'000 && i > 10 ? "a b" : value, ++number));
    }
    ASSERT_EQ(heald.post("/api/alerts", notification(alerts).dump()).status, 200);
    ASSERT_NE(heald.metrics(), "");
  }
  EXPECT_EQ(heald.metric("heald_events_total{source=\"alertmanager\"}"), 10'000);
  EXPECT_EQ(heald.metric("heald_alerts_rejected_total{reason=\"labels\"}"), 10'000);
  EXPECT_EQ(heald.metric("heald_events_dropped_total{reason=\"unmatched\"}"), 0);
  EXPECT_EQ(heald.read("runs"), "");
  EXPECT_EQ(heald.remedy("restart").at("attempts"), 0);
  EXPECT_EQ(heald.post("/api/alerts", notification(json::array({alert("db:1", 0)})).dump()).status,
            200);
  heald.await("the honest one", [&] { return heald.read("runs") == "db:1 db:1 \n"; });
}

TEST(HostileAlerts, ALabelInCapitalsDoesNotTakeThePlaceOfTheOneThatWasValidated) {
  TestDaemon heald({R"(
remedies:
  - name: restart
    when: {alert: {alertname: Down}}
    labels: {instance: '[a-z0-9.:-]+'}
    exec: {command: [/bin/sh, -c, 'echo "$HEALD_LABEL_INSTANCE $HEALD_LABEL_Instance" >> @DIR@/runs']}
    verify: {within: 1m}
)"});
  heald.start();
  json hostile = alert("db:1", 1);
  hostile["labels"]["INSTANCE"] = "$(reboot)";
  hostile["labels"]["Instance"] = "../../etc/passwd";
  ASSERT_EQ(heald.post("/api/alerts", notification(json::array({hostile})).dump()).status, 200);
  heald.await("the run", [&] { return heald.read("runs") == "db:1 \n"; });
  EXPECT_EQ(heald.metric("heald_alert_labels_refused_total"), 2);
  EXPECT_TRUE(heald.logHas("not passed on"));
}

TEST(HostileAlerts, NothingIsTakenWithoutTheTokenAndNothingAboveTheLimits) {
  TestDaemon heald({kForAlerts});
  heald.start();
  RawConnection stranger(heald.controlPort());
  stranger.send(
      "POST /api/alerts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Content-Length: 2\r\n\r\n{}");
  EXPECT_EQ(RawResponse(stranger.readAll()).status, 401);
  EXPECT_EQ(heald.post("/api/alerts", std::string((8 << 20) + 1, ' ')).status, 413);
  EXPECT_EQ(heald.post("/api/alerts", "{}").status, 400);
  const auto rejected = [&](const std::string& reason) {
    return heald.metric("heald_alerts_rejected_total{reason=\"" + reason + "\"}");
  };
  EXPECT_EQ(rejected("unauthorized"), 1);
  EXPECT_EQ(rejected("too_large"), 1);
  EXPECT_EQ(rejected("invalid"), 1);
  const auto told = heald.post("/api/alerts", notification(json(10'001, alert("a", 1))).dump());
  EXPECT_EQ(told.status, 200) << told.body;
  EXPECT_THAT(told.body, HasSubstr("1 left out: too many at once"));
  EXPECT_EQ(rejected("too_many"), 1);
}

// As Prometheus' own rules make them: labels, annotations and a link.
json ordinary(int number) {
  json one = alert("host-" + std::to_string(number) + ".example.org:9100", number);
  one["labels"].update({{"alertname", "Down"},
                        {"cluster", "production-eu-central-1"},
                        {"job", "node-exporter"},
                        {"severity", "critical"},
                        {"team", "platform"}});
  one["annotations"] = {
      {"summary", "Node exporter on host-" + std::to_string(number) + " is not reachable."},
      {"description", std::string(430, 'd')},
      {"runbook_url", "https://runbooks.example.org/runbooks/node/NodeExporterDown"}};
  one["endsAt"] = "0001-01-01T00:00:00Z";
  one["generatorURL"] = "http://prometheus.example.org:9090/graph?g0.expr=" + std::string(120, 'e');
  return one;
}

TEST(LargeNotifications, SevenThousandOrdinaryAlertsAreTakenInBoundedMemory) {
  TestDaemon heald({R"(
governor_defaults: {budgets: [{attempts: 10000, per: 1h}]}
remedies:
  - name: note
    when: {alert: {alertname: Down}}
    exec: {command: [/bin/true]}
    verify: {within: 1h}
)"});
  heald.start();
  const auto peak = [&] {
    const std::string status = contentOf("/proc/" + std::to_string(heald.pid()) + "/status");
    return std::stol(status.substr(status.find("VmHWM:") + 6));  // KiB
  };
  json alerts = json::array();
  for (int i = 0; i < 1'000; ++i) alerts.push_back(ordinary(i));
  const std::string thousand = notification(alerts).dump();
  EXPECT_GT(thousand.size(), 1'000'000u) << "ordinary ones";
  ASSERT_EQ(heald.post("/api/alerts", thousand).status, 200);
  EXPECT_EQ(heald.metric("heald_alerts_firing{remedy=\"note\"}"), 1'000);

  for (int i = 1'000; i < 7'000; ++i) alerts.push_back(ordinary(i));
  const std::string many = notification(alerts).dump();
  ASSERT_GT(many.size(), 7'000'000u);
  ASSERT_LT(many.size(), 8u << 20);
  const auto began = std::chrono::steady_clock::now();
  ASSERT_EQ(heald.post("/api/alerts", many).status, 200);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  EXPECT_EQ(heald.metric("heald_alerts_firing{remedy=\"note\"}"), 7'000);

  // Whatever is sent: of a text of 8 MiB, which is there twice while it is read, nothing is kept.
  const long before = peak();
  json hostile = notification(json::array({alert("a", 1)}));
  hostile["alerts"][0]["annotations"]["text"] = std::string((8 << 20) - 1'000, 't');
  const std::string text = hostile.dump();
  EXPECT_EQ(heald.post("/api/alerts", text).status, 200);
  const long once = peak();
  for (int i = 0; i < 4; ++i) EXPECT_EQ(heald.post("/api/alerts", text).status, 200);
  std::cout << many.size() << " bytes with 7,000 alerts took " << took.count() << " s; peak memory "
            << before << " KiB, with 8 MiB of text " << once << " KiB, with 4 more of it " << peak()
            << " KiB\n";
  EXPECT_LT(once - before, 20'000);
  EXPECT_LT(peak() - once, 4'000);
}

}  // namespace
}  // namespace heald::test
