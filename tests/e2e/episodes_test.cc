// One attempt an episode, with real Prometheus and Alertmanager: the five ways in which the same
// alert is told with another start (docs/adr/0047).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>

#include "e2e/stories.h"
#include "engine/alert_identity.h"
#include "support/alertmanager.h"
#include "support/command.h"
#include "support/prometheus.h"
#include "support/tiny_server.h"

namespace heald::test {
namespace {

using nlohmann::json;

const std::string kForDown = R"(
governor_defaults: {budgets: [{attempts: 100, per: 1h}]}
remedies:
  - name: restart
    when: {alert: {alertname: Down}}
    exec: {command: [/bin/sh, -c, 'echo "$HEALD_LABEL_INSTANCE" >> @DIR@/runs']}
    verify: {within: 2m}
)";

class Episodes : public testing::Test {
 protected:
  Episodes()
      : target_([this](const std::string&) {
          return TinyServer::reply(200, "broken " + std::string(broken_ ? "1" : "0") + "\n",
                                   "Connection: close\r\n");
        }) {}

  void SetUp() override {
    if (!haveProgram("prometheus")) GTEST_SKIP() << "Prometheus is not installed";
    if (!haveProgram("prometheus-alertmanager")) GTEST_SKIP() << "Alertmanager is not installed";
    dir_.write("rules.yml", R"(
groups: [{name: test, rules: [{alert: Down, expr: 'broken == 1', labels: {team: x}}]}]
)");
  }

  void TearDown() override {
    for (const auto& one : HasFailure() ? alertmanagers_ : decltype(alertmanagers_)()) {
      ADD_FAILURE() << one->log();
    }
  }

  void startHeald(const std::string& more = "") {
    heald_.emplace(Launch{kForDown + more});
    heald_->start();
  }

  RealAlertmanager& addAlertmanager(const std::string& group_interval = "1s") {
    alertmanagers_.push_back(std::make_shared<RealAlertmanager>(R"(
route: {receiver: heald, group_by: [alertname], group_wait: 0s, group_interval: )" +
                                                                group_interval + R"(,
  repeat_interval: 1s}
receivers:
  - name: heald
    webhook_configs:
      - url: ')" + heald_->url() + R"(/api/alerts'
        http_config: {authorization: {credentials_file: ')" + heald_->file("control.token") +
                                                                R"('}}
)"));
    EXPECT_TRUE(alertmanagers_.back()->ready()) << alertmanagers_.back()->log();
    return *alertmanagers_.back();
  }

  // A replica that tells those whom the file of this name lists: see tell().
  Prometheus& addPrometheus(const std::string& replica, bool drops_replica = true) {
    dir_.write(replica + ".json", "[]");
    replicas_.push_back(std::make_shared<Prometheus>(R"(
global: {scrape_interval: 1s, evaluation_interval: 1s, external_labels: {replica: )" +
                                                     replica + R"(}}
rule_files: [)" + dir_.file("rules.yml") + R"(]
alerting:
  alert_relabel_configs: )" + (drops_replica ? "[{regex: replica, action: labeldrop}]" : "[]") +
                                                     R"(
  alertmanagers: [{file_sd_configs: [{files: [)" + dir_.file(replica + ".json") +
                                                     R"(], refresh_interval: 1s}]}]
scrape_configs: [{job_name: target, static_configs: [{targets: ['127.0.0.1:)" +
                                                     std::to_string(target_.port()) + R"(']}]}]
)"));
    EXPECT_TRUE(replicas_.back()->ready()) << replicas_.back()->log();
    return *replicas_.back();
  }

  void tell(const std::string& replica, const std::vector<RealAlertmanager*>& whom) {
    json targets = json::array();
    for (const auto* one : whom) targets.push_back("127.0.0.1:" + std::to_string(one->port()));
    dir_.write(replica + ".json", json::array({{{"targets", targets}}}).dump());
  }

  // Until Prometheus tells so many of them.
  void awaitTold(const Prometheus& prometheus, std::size_t count) {
    heald_->await("Prometheus knows whom to tell", [&] {
      const CommandResult said =
          runCommand({"curl", "-s", prometheus.url() + "/api/v1/alertmanagers"});
      return json::parse(said.output).at("data").at("activeAlertmanagers").size() == count;
    });
  }

  void awaitFiring(Prometheus& prometheus) {
    heald_->await("the alert in Prometheus", [&] {
      return !prometheus.query("ALERTS{alertname=\"Down\",alertstate=\"firing\"}").empty();
    });
  }

  static std::string startOf(const RealAlertmanager& alertmanager) {
    const json alerts = alertmanager.alerts();
    return alerts.empty() ? "" : alerts[0].at("startsAt").get<std::string>();
  }
  // Until Alertmanager knows another start of the alert; that heald has heard of it, too.
  void awaitAnotherStart(const RealAlertmanager& alertmanager, const std::string& before) {
    heald_->await(
        "another start of the alert",
        [&] {
          const std::string start = startOf(alertmanager);
          return !start.empty() && start != before;
        },
        std::chrono::seconds(60));
    const double heard = known();
    heald_->await(
        "it is told", [&] { return known() >= heard + 2; }, std::chrono::seconds(60));
  }
  double known() const {
    return heald_->metric("heald_events_dropped_total{reason=\"duplicate\"}").value_or(-1);
  }
  long runs() const {
    const std::string text = heald_->read("runs");
    return std::count(text.begin(), text.end(), '\n');
  }
  void awaitRuns(long count) {
    heald_->await(
        std::to_string(count) + " attempts", [&] { return runs() == count; },
        std::chrono::seconds(60));
  }
  // It is over: success, and nothing fires.
  void awaitHealed(long successes) {
    heald_->await(
        "success", [&] { return heald_->remedy("restart").at("successes") == successes; },
        std::chrono::seconds(60));
    EXPECT_EQ(heald_->remedy("restart").at("firing"), 0);
  }

  std::atomic<bool> broken_ = false;
  TempDir dir_;
  TinyServer target_;
  std::optional<TestDaemon> heald_;
  std::vector<std::shared_ptr<RealAlertmanager>> alertmanagers_;
  std::vector<std::shared_ptr<Prometheus>> replicas_;
};

TEST_F(Episodes, ARestartOfPrometheusAndAlertmanagerIsNoSecondAttempt) {
  startHeald();
  RealAlertmanager& alertmanager = addAlertmanager();
  Prometheus& prometheus = addPrometheus("a");
  tell("a", {&alertmanager});
  broken_ = true;
  awaitRuns(1);
  const std::string start = startOf(alertmanager);
  prometheus.stop();
  ASSERT_TRUE(alertmanager.stop());
  alertmanager.start();
  ASSERT_TRUE(alertmanager.ready());
  prometheus.restart();
  ASSERT_TRUE(prometheus.ready());
  awaitAnotherStart(alertmanager, start);
  EXPECT_EQ(runs(), 1);
  broken_ = false;
  awaitHealed(1);
  broken_ = true;
  awaitRuns(2);
}

TEST_F(Episodes, TwoReplicasOfPrometheusAreOneAttempt) {
  startHeald();
  RealAlertmanager& alertmanager = addAlertmanager();
  Prometheus& first = addPrometheus("a");
  broken_ = true;
  awaitFiring(first);
  addPrometheus("b");
  tell("b", {&alertmanager});
  awaitRuns(1);
  const std::string start = startOf(alertmanager);
  tell("a", {&alertmanager});  // which has seen it earlier
  awaitAnotherStart(alertmanager, start);
  EXPECT_EQ(runs(), 1);
  broken_ = false;
  awaitHealed(1);
  EXPECT_EQ(runs(), 1);
}

TEST_F(Episodes, TwoAlertmanagersWithoutGossipAreOneAttemptForEachEpisode) {
  startHeald();
  RealAlertmanager& one = addAlertmanager();
  RealAlertmanager& other = addAlertmanager("3s");
  Prometheus& a = addPrometheus("a");
  tell("a", {&one});
  broken_ = true;
  awaitRuns(1);
  awaitFiring(a);
  addPrometheus("b");
  tell("b", {&other});
  awaitAnotherStart(other, startOf(one));
  EXPECT_EQ(runs(), 1);
  for (long episode = 1; episode <= 3; ++episode) {
    broken_ = false;
    awaitHealed(episode);
    heald_->await("both know it is over",
                  [&] { return one.alerts().empty() && other.alerts().empty(); });
    EXPECT_EQ(runs(), episode);
    broken_ = true;
    awaitRuns(episode + 1);
  }
}

// It believes in the alert for four minutes, and tells of it again and again.
TEST_F(Episodes, AnAlertmanagerThatIsCutOffAndStillTellsWhatIsOverStartsNothing) {
  startHeald();
  RealAlertmanager& one = addAlertmanager();
  RealAlertmanager& cut_off = addAlertmanager();
  Prometheus& prometheus = addPrometheus("a");
  tell("a", {&one, &cut_off});
  broken_ = true;
  awaitRuns(1);
  heald_->await("both know it", [&] { return !startOf(one).empty() && !startOf(cut_off).empty(); });
  tell("a", {&one});
  awaitTold(prometheus, 1);
  for (long episode = 1; episode <= 2; ++episode) {
    broken_ = false;
    awaitHealed(episode);
    const double heard = known();
    heald_->await(
        "it is told again that it fires", [&] { return known() >= heard + 3; },
        std::chrono::seconds(60));
    EXPECT_FALSE(cut_off.alerts().empty());
    EXPECT_EQ(runs(), episode);
    EXPECT_EQ(heald_->remedy("restart").at("firing"), 0);
    broken_ = true;
    awaitRuns(episode + 1);
  }
  tell("a", {&one, &cut_off});  // joined again
  awaitTold(prometheus, 2);
  broken_ = false;
  awaitHealed(3);
  heald_->await("both know it is over",
                [&] { return one.alerts().empty() && cut_off.alerts().empty(); });
  EXPECT_EQ(runs(), 3);
}

TEST_F(Episodes, AReplicaLabelThatWasNotDroppedIsIgnoredWhereHealdIsToldSo) {
  startHeald("alertmanager: {ignore_labels: [replica]}\n");
  RealAlertmanager& alertmanager = addAlertmanager();
  addPrometheus("a", false);
  addPrometheus("b", false);
  tell("a", {&alertmanager});
  tell("b", {&alertmanager});
  broken_ = true;
  awaitRuns(1);
  heald_->await("the alerts of both", [&] { return alertmanager.alerts().size() == 2; });
  const double heard = known();
  heald_->await("they are told", [&] { return known() >= heard + 4; });
  EXPECT_EQ(runs(), 1);
  EXPECT_EQ(heald_->remedy("restart").at("firing"), 1);
  for (const json& alert : alertmanager.alerts()) {
    engine::Labels labels;
    for (const auto& [name, value] : alert.at("labels").items()) labels.emplace_back(name, value);
    EXPECT_EQ(engine::fingerprintOf(labels), alert.at("fingerprint")) << "as Alertmanager does it";
  }
  broken_ = false;
  awaitHealed(1);
  EXPECT_EQ(runs(), 1);
}

TEST_F(Episodes, ResolvedAndFiredAgainBetweenTwoFlushesIsNoSecondAttempt) {
  startHeald();
  RealAlertmanager& alertmanager = addAlertmanager("15s");
  addPrometheus("a");
  tell("a", {&alertmanager});
  broken_ = true;
  awaitRuns(1);
  const std::string start = startOf(alertmanager);
  broken_ = false;
  heald_->await("Alertmanager knows it is over", [&] { return alertmanager.alerts().empty(); });
  broken_ = true;
  heald_->await("another start of the alert", [&] {
    const std::string now = startOf(alertmanager);
    return !now.empty() && now != start;
  });
  EXPECT_EQ(known(), 0) << "before the second flush";
  heald_->await(
      "the second flush", [&] { return known() >= 1; }, std::chrono::seconds(60));
  EXPECT_EQ(heald_->remedy("restart").at("firing"), 1);
  EXPECT_EQ(runs(), 1);
  EXPECT_EQ(heald_->remedy("restart").at("successes"), 0) << "nobody said that it was over";
}

// Alertmanager does not tell that a silenced alert is resolved: heald asks.
TEST_F(Episodes, ASilencedAlertThatIsResolvedIsASuccessWhereHealdMayAsk) {
  startHeald();
  RealAlertmanager& alertmanager = addAlertmanager();
  heald_->configure(replaced(kForDown, "within: 2m", "within: 40s") + "alertmanager: {url: '" +
                    alertmanager.url() + "'}\n");
  ASSERT_EQ(heald_->post("/-/reload", "").status, 200);
  addPrometheus("a");
  tell("a", {&alertmanager});
  broken_ = true;
  awaitRuns(1);
  heald_->await("verification",
                [&] { return heald_->remedy("restart").at("phase") == "verifying"; });
  const json silence = {
      {"matchers", {{{"name", "alertname"}, {"value", "Down"}, {"isRegex", false}}}},
      {"startsAt", "2020-01-01T00:00:00Z"},
      {"endsAt", "2099-01-01T00:00:00Z"},
      {"createdBy", "a test"},
      {"comment", "we know"}};
  ASSERT_EQ(runCommand({"curl", "-sf", "-H", "Content-Type: application/json", "--data-binary",
                        silence.dump(), alertmanager.url() + "/api/v2/silences"})
                .code,
            0);
  heald_->await("the silence", [&] {
    const json alerts = alertmanager.alerts();
    return !alerts.empty() && alerts[0].at("status").at("state") == "suppressed";
  });
  EXPECT_EQ(heald_->remedy("restart").at("successes"), 0) << "a silenced alert fires";
  broken_ = false;
  awaitHealed(1);
  EXPECT_TRUE(heald_->logHas("Alertmanager was asked"));
  EXPECT_EQ(heald_->governor("restart").at("failures"), 0);
}

TEST_F(Episodes, WithoutVerificationAnActionThatEndsWellIsASuccess) {
  heald_.emplace(Launch{replaced(kForDown, "verify: .*", "verify: none")});
  heald_->start();
  RealAlertmanager& alertmanager = addAlertmanager();
  addPrometheus("a");
  tell("a", {&alertmanager});
  broken_ = true;
  awaitRuns(1);
  heald_->await("success", [&] { return heald_->remedy("restart").at("successes") == 1; });
  EXPECT_EQ(heald_->remedy("restart").at("firing"), 1) << "and the alert goes on";
}

}  // namespace
}  // namespace heald::test
