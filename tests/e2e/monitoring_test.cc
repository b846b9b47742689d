#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <regex>

#include "e2e/stories.h"
#include "support/alertmanager.h"
#include "support/command.h"
#include "support/prometheus.h"
#include "support/tiny_server.h"

// The real Prometheus and the real Alertmanager with the files of alerts/ and dashboards/, around a
// real heald whose remedy never helps; Slack and the dead man's switch are stubs.
namespace heald::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kSource = HEALD_SOURCE_DIR;

// Ten attempts within some seven seconds.
const char* const kFast = R"(
governor_defaults:
  backoff: {base: 100ms, max: 1s}
  breaker: {open_for: 300ms}
  budgets: [{attempts: 20, per: 1h}]
)";

// A query of a dashboard, with its variables as Grafana fills them in.
struct Query {
  std::string where;
  std::string promql;
  bool may_be_empty = false;  // its panel says what it means that there is nothing
};

std::string filled(std::string promql) {
  for (const auto& [variable, value] : std::map<std::string, std::string>{
           {"\\$job", "heald"},
           {"\\$(cluster|instance|governor|remedy|check|team)", ".*"},
           {"\\$__rate_interval", "1m"},
           {"\\$__range", "10m"},
           {"\\$__interval", "2s"}}) {
    promql = replaced(promql, variable, value);
  }
  return promql;
}

void forEachDashboard(const std::function<void(const std::string&, const json&)>& look) {
  for (const auto& file : std::filesystem::directory_iterator(kSource + "/dashboards")) {
    if (file.path().extension() != ".json") continue;
    const json dashboard = json::parse(contentOf(file.path()));
    look(dashboard.at("title").get<std::string>() + ": ", dashboard);
  }
}

std::vector<Query> panelQueries() {
  std::vector<Query> queries;
  forEachDashboard([&](const std::string& title, const json& dashboard) {
    for (const json& panel : dashboard.at("panels")) {
      for (const json& target : panel.value("targets", json::array())) {
        queries.push_back({title + panel.at("title").get<std::string>(), filled(target.at("expr")),
                           panel.at("fieldConfig").at("defaults").contains("noValue")});
      }
    }
  });
  return queries;
}

std::vector<Query> annotationQueries(const std::string& name) {
  std::vector<Query> queries;
  forEachDashboard([&](const std::string& title, const json& dashboard) {
    for (const json& annotation : dashboard.at("annotations").at("list")) {
      if (annotation.at("name") == name) {
        queries.push_back({title + name, filled(annotation.at("expr"))});
      }
    }
  });
  return queries;
}

// label_values(metric{…}, label) is what a variable offers, as a query: the values of the label.
std::vector<Query> variableQueries() {
  std::vector<Query> queries;
  const std::regex form("label_values\\((.*), (\\w+)\\)");
  forEachDashboard([&](const std::string& title, const json& dashboard) {
    for (const json& variable : dashboard.at("templating").at("list")) {
      if (variable.at("type") != "query") continue;
      const std::string text = variable.at("query").at("query");
      std::smatch parts;
      ASSERT_TRUE(std::regex_match(text, parts, form)) << title << text;
      queries.push_back(
          {title + text, "count by (" + parts.str(2) + ") (" + filled(parts[1]) + ")"});
    }
  });
  return queries;
}

class Monitoring : public testing::Test {
 protected:
  Monitoring()
      : heald_({sickService("exit 1", kFast)}), stub_([](const std::string&) {
          return TinyServer::reply(200, "ok", "Connection: close\r\n");
        }) {}

  void SetUp() override {
    if (!haveProgram("prometheus")) GTEST_SKIP() << "Prometheus is not installed";
    if (!haveProgram("prometheus-alertmanager")) GTEST_SKIP() << "Alertmanager is not installed";
    heald_.start();
    startAlertmanager();
    prometheus_.emplace(R"(
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [)" + kSource +
                        R"(/alerts/heald.rules.yml]
alerting: {alertmanagers: [{static_configs: [{targets: ['127.0.0.1:)" +
                        std::to_string(alertmanager_->port()) + R"(']}]}]}
scrape_configs: [{job_name: heald, static_configs: [{targets: [')" +
                        instance() + R"(']}]}]
)");
    ASSERT_TRUE(prometheus_->ready()) << prometheus_->log();
    awaitMetric("scrapes", "count_over_time(up{job=\"heald\"}[1h]) >= 3");
  }

  void TearDown() override {
    if (HasFailure() && alertmanager_) ADD_FAILURE() << alertmanager_->log();
    if (HasFailure() && prometheus_) ADD_FAILURE() << prometheus_->log();
  }

  // The configuration that we ship, with the stubs' addresses and no time to lose.
  void startAlertmanager() {
    dir_.write("slack-url", stub_.url("/slack"));
    alertmanager_.emplace(
        shippedAlertmanagerConfig(kSource, dir_.file("slack-url"), stub_.url("/heartbeat")));
    ASSERT_TRUE(alertmanager_->ready()) << alertmanager_->log();
  }

  std::string instance() const { return "127.0.0.1:" + std::to_string(heald_.metricsPort()); }
  // The moment at which it had an answer, in seconds since 1970.
  double awaitMetric(const std::string& what, const std::string& promql) const {
    json found;
    heald_.await(what, [&] { return !(found = prometheus_->query(promql)).empty(); });
    return found.at(0).at("value").at(0).get<double>();
  }
  // Without the one that a busy machine may cause: the check is there every 50 ms.
  std::vector<std::string> firing() const {
    std::vector<std::string> names;
    for (const json& alert : prometheus_->query("ALERTS{alertstate=\"firing\"}")) {
      names.push_back(alert.at("metric").at("alertname"));
    }
    std::erase(names, "HealdChecksMissed");
    return names;
  }
  // What Slack was told about one kind of alert. (Warnings come too: the remedy does not help, the
  // limit is near.)
  std::vector<json> messages(const std::string& alertname = "HealdDormant") const {
    std::vector<json> found;
    for (const std::string& request : stub_.requests()) {
      if (!request.starts_with("POST /slack ")) continue;
      const json message = json::parse(request.substr(request.find("\r\n\r\n") + 4));
      const std::string footer = message.at("attachments").at(0).at("footer");
      if (footer.ends_with(" · " + alertname)) found.push_back(message);
    }
    return found;
  }
  bool heldBack(const std::string& alertname) const {
    const json known = alertmanager_->alerts();
    return std::any_of(known.begin(), known.end(), [&](const json& alert) {
      return alert.at("labels").at("alertname") == alertname &&
             !alert.at("status").at("inhibitedBy").empty();
    });
  }
  bool heartbeat() const {
    const auto all = stub_.requests();
    return std::any_of(all.begin(), all.end(), [](const std::string& request) {
      return request.starts_with("POST /heartbeat ");
    });
  }
  // All of them are asked about that moment: on a busy machine the last is put when what the first
  // was about is long over.
  void expectAnswers(const std::vector<Query>& queries, const std::string& when, double at) const {
    EXPECT_FALSE(queries.empty()) << when;
    for (const Query& query : queries) {
      EXPECT_FALSE(prometheus_->query(query.promql, at).empty())
          << when << ": " << query.where << "\n"
          << query.promql;
    }
  }
  void expectThatNoPanelIsEmpty(const std::string& when, double at) const {
    auto queries = panelQueries();
    std::erase_if(queries, [](const Query& query) { return query.may_be_empty; });
    expectAnswers(queries, when, at);
  }
  // The tables of what is not well; they say so when there is nothing.
  void expectRows(const std::vector<std::string>& titles, const std::string& when,
                  double at) const {
    auto queries = panelQueries();
    std::erase_if(queries, [&](const Query& query) {
      return std::find(titles.begin(), titles.end(), query.where) == titles.end();
    });
    EXPECT_EQ(queries.size(), titles.size());
    expectAnswers(queries, when, at);
  }
  void restartHeald() {
    heald_.kill();
    awaitMetric("its absence", "up{job=\"heald\"} == 0");
    // Nobody can see whether it is still dormant: so it is, and HealdUnreachable mutes it.
    awaitMetric("evaluations meanwhile",
                "count_over_time(ALERTS{alertname=\"HealdUnreachable\",alertstate=\"firing\"}[1m]) "
                ">= 4");
    EXPECT_THAT(firing(), testing::Contains("HealdDormant"));
    heald_.await("that it is muted", [&] { return heldBack("HealdDormant"); });
    heald_.launch().flags = {"--web.metrics-address=" + instance()};
    heald_.start();
    awaitMetric("its return", "up{job=\"heald\"} == 1");
  }
  void restartPrometheus() {
    prometheus_->restart();
    ASSERT_TRUE(prometheus_->ready()) << prometheus_->log();
    awaitMetric("the alert again", "ALERTS{alertname=\"HealdDormant\",alertstate=\"firing\"}");
  }
  void restartAlertmanager() {
    ASSERT_TRUE(alertmanager_->stop());
    alertmanager_->start();
    ASSERT_TRUE(alertmanager_->ready()) << alertmanager_->log();
    heald_.await("the alert in the new Alertmanager", [&] {
      const json known = alertmanager_->alerts();
      return std::any_of(known.begin(), known.end(), [](const json& alert) {
        return alert.at("labels").at("alertname") == "HealdDormant";
      });
    });
  }

  TestDaemon heald_;
  TinyServer stub_;
  TempDir dir_;
  std::optional<RealAlertmanager> alertmanager_;
  std::optional<Prometheus> prometheus_;
};

std::map<std::string, std::string> buttonsOf(const json& attachment) {
  std::map<std::string, std::string> buttons;
  for (const json& action : attachment.at("actions")) buttons[action.at("text")] = action.at("url");
  return buttons;
}

void expectTheDormantMessage(const json& told, const std::string& instance,
                             const std::string& alertmanager) {
  EXPECT_EQ(told.at("channel"), "#heald-critical");
  const json& critical = told.at("attachments").at(0);
  EXPECT_EQ(critical.at("title"), "Critical: Healing has stopped: self-healing-main is dormant");
  EXPECT_EQ(critical.at("color"), "danger");
  EXPECT_EQ(critical.at("footer"), "heald on " + instance + " · HealdDormant");
  EXPECT_THAT(
      critical.at("text").get<std::string>(),
      testing::MatchesRegex(
          "self-healing-main on " + instance +
          " has tried as often as it may, without success\\. What happened: `healdctl explain "
          "self-healing-main`\\. When the cause is fixed: `healdctl resume "
          "self-healing-main --reason \"what was fixed\"`\n"
          "\\*What that means:\\* No remedy under self-healing-main starts any more, until a "
          "human resumes it\\. Checks go on\\.\n"
          "\\*Since\\* [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} UTC"));
  const auto buttons = buttonsOf(critical);
  EXPECT_EQ(buttons.at("Runbook"), "http://runbooks.example.org/HealdDormant.md");
  EXPECT_EQ(
      buttons.at("Dashboard"),
      "http://grafana.example.org/d/heald-healing?var-governor=self-healing-main&var-instance=" +
          replaced(instance, ":", "%3A") + "&var-job=heald&var-triggered_by=automatic&");
  EXPECT_EQ(buttons.at("heald"), "http://" + instance + "/");
  EXPECT_THAT(buttons.at("Silence"),
              AllOf(StartsWith(alertmanager),
                    HasSubstr("/#/silences/new?filter=%7Balertname%3D%22HealdDormant%22"),
                    HasSubstr("governor%3D%22self-healing-main%22"),
                    HasSubstr("instance%3D%22127.0.0.1%3A")));
  EXPECT_EQ(critical.at("title_link"), buttons.at("Dashboard"));
}

void expectTheResolvedMessage(const json& told) {
  const json& over = told.at("attachments").at(0);
  EXPECT_EQ(over.at("title"), "Resolved: Healing has stopped: self-healing-main is dormant");
  EXPECT_EQ(over.at("color"), "good");
  EXPECT_THAT(
      over.at("text").get<std::string>(),
      testing::MatchesRegex("It is over: it lasted from .* UTC to .* UTC \\([0-9ms]+\\)\\."));
}

TEST_F(Monitoring, TellsSlackOnceThatHealingHasStoppedAndOnceThatItGoesOn) {
  heald_.await("the watchdog's heartbeat", [&] { return heartbeat(); });
  EXPECT_THAT(firing(), testing::ElementsAre("HealdWatchdog"));
  const double calm = awaitMetric("a scrape", "heald_build_info");
  expectThatNoPanelIsEmpty("calm", calm);
  expectAnswers(variableQueries(), "calm", calm);

  // Nobody hears of it as long as Alertmanager is away.
  ASSERT_TRUE(alertmanager_->stop());
  heald_.dir().write("sick", "");
  const double failing = awaitMetric(
      "failures", "heald_consecutive_failures > 2 and on (governor) heald_dormant == 0");
  expectThatNoPanelIsEmpty("failing", failing);
  expectRows({"heald / Fleet: Unhealthy", "heald / Fleet: Healds that are not healthy",
              "heald / Fleet: Nearest to dormancy",
              "heald / Healing and breakers: Breakers that have counted failures",
              "heald / Checks and processes: Not healthy"},
             "failing", failing);
  const double dormant =
      awaitMetric("the alert", "ALERTS{alertname=\"HealdDormant\",alertstate=\"firing\"}");
  expectThatNoPanelIsEmpty("dormant", dormant);
  expectRows({"heald / Fleet: Dormant", "heald / Fleet: Healds that are not healthy"}, "dormant",
             dormant);
  expectAnswers(annotationQueries("Dormant"), "dormant", dormant);
  EXPECT_THAT(firing(), testing::IsSupersetOf({"HealdDormant", "HealdPermanentlyOpen"}));
  EXPECT_THAT(messages(), testing::IsEmpty());

  alertmanager_->start();
  ASSERT_TRUE(alertmanager_->ready()) << alertmanager_->log();
  heald_.await("the message", [&] { return !messages().empty(); });
  expectTheDormantMessage(messages().at(0), instance(), alertmanager_->url());
  // Alertmanager tells of old alerts at once after its start, even before it has heard of those
  // that hold them back; so what it thinks is asked, not what it said.
  heald_.await("that dormant says it all", [&] { return heldBack("HealdPermanentlyOpen"); });

  // Each of them away for a moment says nothing new.
  restartHeald();
  restartPrometheus();
  restartAlertmanager();
  awaitMetric("evaluations", "count_over_time(ALERTS{alertname=\"HealdWatchdog\"}[5s]) >= 4");
  EXPECT_EQ(messages().size(), 1u) << json(messages()).dump(1);

  ASSERT_EQ(runCommand({"rm", heald_.file("sick")}).code, 0);
  EXPECT_EQ(heald_.post("/api/governors/self-healing-main/reset", R"({"force": true})").status,
            200);
  EXPECT_EQ(
      heald_.post("/api/governors/self-healing-main/resume", R"({"reason": "the disk is back"})")
          .status,
      200);
  EXPECT_EQ(heald_.post("/-/reload", "").status, 200);
  const double resumed =
      awaitMetric("the resume",
                  "increase(heald_config_reloads_total[1m]) > 0 and on (instance) "
                  "increase(heald_resumes_total[1m]) > 0 and on (instance) "
                  "increase(heald_circuit_breaker_resets_total[1m]) > 0");
  heald_.await("the end", [&] { return messages().size() > 1; });
  expectTheResolvedMessage(messages().at(1));
  expectThatNoPanelIsEmpty("resumed", resumed);
  for (const char* name : {"Resumed", "Reset", "Reload"}) {
    expectAnswers(annotationQueries(name), name, resumed);
  }
  EXPECT_EQ(messages().size(), 2u) << json(messages()).dump(1);
}

TEST_F(Monitoring, StoresTheAttemptsAsExemplars) {
  heald_.dir().write("sick", "");
  heald_.await("an attempt", [&] { return heald_.remedy("restart").at("attempts") >= 1; });
  const auto exemplars = [&] {
    return prometheus_->api("query_exemplars?start=0&end=9999999999",
                            "heald_healing_duration_seconds_bucket");
  };
  heald_.await("an exemplar", [&] { return !exemplars().empty(); });
  const json first = exemplars().at(0).at("exemplars").at(0);
  EXPECT_GE(std::stoi(first.at("labels").at("attempt").get<std::string>()), 1) << first;
}

}  // namespace
}  // namespace heald::test
