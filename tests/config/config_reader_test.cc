#include "config/config_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "fake_kinds.h"

namespace heald::config {
namespace {

using namespace std::chrono_literals;

constexpr char kSmallest[] = R"(
checks:
  - name: queue
    tcp: {address: '127.0.0.1:5672'}
remedies:
  - name: restart-queue
    when: {check: queue}
    exec: {command: [/bin/true]}
)";

TEST(ConfigReader, FillsEverythingFromTheSmallestUsefulFile) {
  const Config config = validConfig(kSmallest);
  EXPECT_EQ(config.web.control_addresses, std::vector<std::string>{"127.0.0.1:3001"});
  EXPECT_EQ(config.web.metrics_addresses, std::vector<std::string>{"0.0.0.0:9469"});
  EXPECT_EQ(config.store.path, "/var/lib/heald/heald.db");
  EXPECT_EQ(config.web.token_file, "/var/lib/heald/control.token");
  EXPECT_EQ(config.setup.task_limit, 10);
  ASSERT_EQ(config.setup.checks.size(), 1U);
  EXPECT_EQ(config.setup.checks[0].kind, "tcp");
  EXPECT_TRUE(config.setup.checks[0].follows_cycle);
  EXPECT_EQ(config.setup.checks[0].interval, 5min);
  EXPECT_EQ(config.setup.checks[0].timeout, 10s);
  ASSERT_EQ(config.setup.remedies.size(), 1U);
  EXPECT_EQ(config.setup.remedies[0].governor, "restart-queue");
  EXPECT_EQ(config.setup.remedies[0].verify.after, 5s);
  EXPECT_EQ(config.setup.remedies[0].verify.within, 30s);
  EXPECT_EQ(config.setup.remedies[0].steps, std::vector<int>{0});
}

const std::string kByAlert = R"(
remedies:
  - name: restart
    when: {alert: {alertname: Down}}
    target: instance
    exec: {command: [/bin/true]}
)";

TEST(ConfigReader, ReadsWhatAlertmanagerIsLike) {
  EXPECT_EQ(validConfig(kByAlert).setup.alertmanager.forget_after, 24h);
  const Config config =
      validConfig(kByAlert + "alertmanager: {ignore_labels: [replica], forget_after: 8d}");
  EXPECT_EQ(config.setup.alertmanager.ignore_labels, std::vector<std::string>{"replica"});
  EXPECT_EQ(config.setup.alertmanager.forget_after, 8 * 24h);
  EXPECT_FALSE(config.setup.alertmanager.asked);
  EXPECT_THAT(problemsOf(kByAlert + "alertmanager: {ignore_labels: [instance]}"),
              testing::HasSubstr("\"instance\" is in alertmanager.ignore_labels"));
  EXPECT_THAT(problemsOf(kByAlert + "alertmanager: {ignore_labels: ['no label', alertname]}"),
              testing::AllOf(testing::HasSubstr("\"no label\" is not the name of a label"),
                             testing::HasSubstr("\"alertname\" is what tells alerts apart")));
}

TEST(ConfigReader, AnAlertNeedsNoVerificationAndACheckAlwaysHasOne) {
  EXPECT_EQ(validConfig(kByAlert).setup.remedies[0].verify.within, 10min);
  EXPECT_EQ(validConfig(kByAlert + "    verify: none\n").setup.remedies[0].verify.within, 0s);
  EXPECT_EQ(
      validConfig(kByAlert + "remedy_defaults: {verify: none}").setup.remedies[0].verify.within,
      0s);
  const std::string by_check = std::string(kSmallest) + "    verify: none\n";
  EXPECT_THAT(problemsOf(by_check), testing::HasSubstr("a check can always be looked at"));
  EXPECT_EQ(problemsOf(std::string(kSmallest) + "remedy_defaults: {verify: none}\n"), "")
      << "a default is for whom it suits";
  EXPECT_THAT(problemsOf(kByAlert + "    verify: off\n"), testing::HasSubstr("verify"));
}

TEST(ConfigReader, CarriesThePartsOfTheKindsWithoutKnowingThem) {
  const Config config = validConfig(kSmallest);
  const KindPart& check = config.checks.of(config.setup.checks.at(0)).does;
  EXPECT_EQ(check.kind, "tcp");
  EXPECT_EQ(dynamic_cast<const FakePart&>(*check.part).word, "127.0.0.1:5672");
  const auto& steps = config.remedies.of(config.setup.remedies.at(0)).steps;
  ASSERT_EQ(steps.size(), 1U);
  EXPECT_EQ(steps[0].kind, "exec");
}

using MetricLabels = engine::MetricLabels;

TEST(ConfigReader, ARemedyHasTheMetricLabelsOfItsCheckBesideItsOwn) {
  const Config config = validConfig(R"(
check_defaults: {metric_labels: {team: platform, site: north}}
remedy_defaults: {metric_labels: {by: heald}}
checks:
  - name: '{{queue}}'
    for_each: [{queue: mail}, {queue: jobs}]
    tcp: {address: '127.0.0.1:5672'}
    metric_labels: {service: 'queue {{queue}}'}
  - {name: web, tcp: {address: '127.0.0.1:80'}, metric_labels: {team: shop}}
remedies:
  - {name: one, when: {check: web}, exec: {command: [/bin/true]}, metric_labels: {site: south}}
  - {name: both, when: {check: [mail, web]}, exec: {command: [/bin/true]}}
  - {name: alone, preventive: true, exec: {command: [/bin/true]}}
)");
  const auto& checks = config.setup.checks;
  EXPECT_EQ(*checks[0].metric_labels,
            (MetricLabels{{"service", "queue mail"}, {"site", "north"}, {"team", "platform"}}));
  EXPECT_EQ(*checks[1].metric_labels,
            (MetricLabels{{"service", "queue jobs"}, {"site", "north"}, {"team", "platform"}}));
  EXPECT_EQ(*checks[2].metric_labels, (MetricLabels{{"site", "north"}, {"team", "shop"}}));
  const auto& remedies = config.setup.remedies;
  EXPECT_EQ(*remedies[0].metric_labels,
            (MetricLabels{{"by", "heald"}, {"site", "south"}, {"team", "shop"}}));
  ASSERT_EQ(remedies[1].name, "both@mail");
  EXPECT_EQ(
      *remedies[1].metric_labels,
      (MetricLabels{
          {"by", "heald"}, {"service", "queue mail"}, {"site", "north"}, {"team", "platform"}}));
  EXPECT_EQ(*remedies[2].metric_labels,
            (MetricLabels{{"by", "heald"}, {"site", "north"}, {"team", "shop"}}));
  EXPECT_EQ(*remedies[3].metric_labels, (MetricLabels{{"by", "heald"}}));
}

TEST(ConfigReader, ReadsALargeFileAsItReadsASmallOne) {
  std::string text = "checks:\n";
  for (int i = 0; i < 1'500; ++i) {
    const std::string n = std::to_string(i);
    text += "  - {name: c" + n + ", tcp: {address: '127.0.0.1:" + std::to_string(i + 1) + "'}}\n";
  }
  ASSERT_GT(text.size(), 64u * 1024);
  EXPECT_EQ(validConfig(text).setup.checks.size(), 1'500u);
  EXPECT_THAT(problemsOf(text + "  - {name: last, colour: red}\n"), testing::HasSubstr(":1502:"));
  EXPECT_THAT(problemsOf(text + "  - {name: '\n"), testing::Not(testing::IsEmpty()));
}

TEST(ConfigReader, ChecksWithTheSameMetricLabelsShareThem) {
  const Config config = validConfig(R"(
check_defaults: {metric_labels: {team: platform}}
checks:
  - {name: one, tcp: {address: '127.0.0.1:80'}}
  - {name: other, tcp: {address: '127.0.0.1:80'}, metric_labels: {team: shop}}
  - {name: two, tcp: {address: '127.0.0.1:80'}}
)");
  const auto& checks = config.setup.checks;
  EXPECT_EQ(checks[0].metric_labels, checks[2].metric_labels);
  EXPECT_NE(checks[0].metric_labels, checks[1].metric_labels);
}

TEST(ConfigReader, KnowsTheKindOfARemedyAndThatOfAMixedOne) {
  const Config config = validConfig(std::string(kSmallest) + R"(
  - name: escalates
    when: {check: queue}
    steps:
      - exec: {command: [/bin/true]}
      - {after_failures: 1, exec: {command: [/bin/false]}}
  - name: calls
    when: {check: queue}
    steps:
      - exec: {command: [/bin/true]}
      - {after_failures: 1, http: {url: 'http://127.0.0.1/'}}
)");
  EXPECT_EQ(config.setup.remedies[0].kind, "exec");
  EXPECT_EQ(config.setup.remedies[1].kind, "exec");
  EXPECT_EQ(config.setup.remedies[2].kind, "mixed");
}

TEST(ConfigReader, ReadsTheDetailOfTheMetrics) {
  EXPECT_FALSE(validConfig(kSmallest).setup.full_metrics);
  EXPECT_TRUE(validConfig(std::string("metrics: {detail: full}") + kSmallest).setup.full_metrics);
}

TEST(ConfigReader, ListsTheMainGovernorAlwaysAndEachOtherOnce) {
  const Config config = validConfig(R"(
governors:
  shared: {max_in_flight: 2, breaker: {open_for: 3m}, budgets: []}
governor_defaults: {max_consecutive_failures: 4}
remedies:
  - {name: a, preventive: true, governor: shared, exec: {command: [x]}}
  - {name: b, preventive: true, governor: shared, exec: {command: [x]}}
  - {name: c, preventive: true, exec: {command: [x]}}
)");
  const auto& governors = config.setup.governors;
  ASSERT_EQ(governors.size(), 3U);
  EXPECT_EQ(governors[0].name, "c");
  EXPECT_EQ(governors[1].name, "self-healing-main");
  EXPECT_EQ(governors[2].name, "shared");
  EXPECT_EQ(governors[2].policy.max_in_flight, 2);
  EXPECT_EQ(governors[2].policy.breaker.open_for, 3min);
  EXPECT_EQ(governors[2].policy.breaker.failure_threshold, 3);
  EXPECT_TRUE(governors[2].policy.budgets.empty());
  for (const auto& governor : governors) {
    EXPECT_EQ(governor.policy.max_consecutive_failures, 4);
  }
}

TEST(ConfigReader, ARemedyAnswersToCriticalUnlessItSaysOtherwise) {
  const Config config = validConfig(R"(
checks: [{name: q, tcp: {address: 'h:1'}}]
remedies:
  - {name: a, when: {check: q}, exec: {command: [x]}}
  - {name: b, when: {check: q, on: [warning, critical]}, exec: {command: [x]}}
  - {name: c, when: {check: q, on: [warning]}, exec: {command: [x]}}
)");
  EXPECT_EQ(config.setup.remedies[0].on, (core::AnswersTo{.warning = false, .critical = true}));
  EXPECT_EQ(config.setup.remedies[1].on, (core::AnswersTo{.warning = true, .critical = true}));
  EXPECT_EQ(config.setup.remedies[2].on, (core::AnswersTo{.warning = true, .critical = false}));
}

TEST(ConfigReader, ReadsTheStepsOfAnEscalation) {
  const Config config = validConfig(R"(
checks: [{name: q, tcp: {address: 'h:1'}}]
remedies:
  - name: escalate
    when: {check: q}
    steps:
      - exec: {command: [/bin/first]}
      - {after_failures: 3, http: {url: 'http://second'}}
)");
  EXPECT_EQ(config.setup.remedies[0].steps, (std::vector<int>{0, 3}));
  const auto& steps = config.remedies.of(config.setup.remedies[0]).steps;
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].kind, "exec");
  EXPECT_EQ(steps[1].kind, "http");
}

TEST(ConfigReader, VerifiesAtOnceWhenAfterIsZero) {
  const Config config = validConfig(R"(
checks: [{name: q, tcp: {address: 'h:1'}}]
remedies:
  - {name: a, when: {check: q}, verify: {after: 0}, exec: {command: [x]}}
  - {name: b, when: {check: q}, verify: {after: 10s}, exec: {command: [x]}}
)");
  EXPECT_EQ(config.setup.remedies[0].verify.within, 0s);
  EXPECT_EQ(config.setup.remedies[1].verify.within, 60s);
}

TEST(ConfigReader, GivesChecksTheDefaultsOfDetectionWhereverThoseStand) {
  const Config config = validConfig(R"(
checks:
  - {name: a, tcp: {address: 'h:1'}}
  - {name: b, tcp: {address: 'h:1'}, interval: 30s, timeout: 1s}
detection: {interval: 7m, timeout: 3s}
)");
  EXPECT_EQ(config.setup.checks[0].interval, 7min);
  EXPECT_EQ(config.setup.checks[0].timeout, 3s);
  EXPECT_TRUE(config.setup.checks[0].follows_cycle);
  EXPECT_EQ(config.setup.checks[1].interval, 30s);
  EXPECT_EQ(config.setup.checks[1].timeout, 1s);
  EXPECT_FALSE(config.setup.checks[1].follows_cycle);
}

TEST(ConfigReader, KeepsTheStoreInTheStateDirectoryOfSystemd) {
  const auto systemd = environmentOf({{"STATE_DIRECTORY", "/state/heald:/state/other"}});
  EXPECT_EQ(validConfig(kSmallest, systemd).store.path, "/state/heald/heald.db");
  EXPECT_EQ(validConfig(kSmallest, systemd).web.token_file, "/state/heald/control.token");
  EXPECT_EQ(validConfig("store: {path: /mine/x.db}", systemd).store.path, "/mine/x.db");
}

TEST(ConfigReader, TakesKillSwitchesFromFileAndEnvironment) {
  const auto off = environmentOf({{"FEATURE_AUTO_HEALING_ENABLED", "false"}});
  const auto features = validConfig("features: {auto_detection: false}", off).setup.features;
  EXPECT_FALSE(features.layers(core::Feature::kAutoHealing).environment);
  EXPECT_TRUE(features.layers(core::Feature::kAutoHealing).configuration);
  EXPECT_FALSE(features.layers(core::Feature::kAutoDetection).configuration);
  EXPECT_TRUE(features.enabled(core::Feature::kPreventiveHealing));
}

TEST(ConfigReader, RefusesAKillSwitchThatIsNeitherOnNorOff) {
  const auto odd = environmentOf({{"FEATURE_AUTO_HEALING_ENABLED", "perhaps"}});
  EXPECT_EQ(problemsOf("checks: []", "heald.yml", odd),
            "environment: FEATURE_AUTO_HEALING_ENABLED: \"perhaps\" is neither true nor false "
            "(also: 1 0 on off yes no)\n");
}

TEST(ConfigReader, CarriesObserveForAllOrForOneRemedy) {
  EXPECT_TRUE(validConfig("healing: {mode: observe}").setup.healing.observe);
  const Config config =
      validConfig("remedies: [{name: a, preventive: true, mode: observe, exec: {command: [x]}}]");
  EXPECT_FALSE(config.setup.healing.observe);
  EXPECT_TRUE(config.setup.remedies[0].observe);
}

TEST(ConfigReader, AllowsPortZeroTwice) {
  const Config config =
      validConfig("web: {control_address: '127.0.0.1:0', metrics_address: '127.0.0.1:0'}");
  EXPECT_EQ(config.web.control_addresses, std::vector<std::string>{"127.0.0.1:0"});
}

TEST(ConfigReader, AListenerHasOneAddressOrAList) {
  const Config config = validConfig(
      "web: {control_address: ['127.0.0.1:0', '[::1]:0'], control: {config_file: /etc/web.yml}}");
  EXPECT_EQ(config.web.control_addresses, (std::vector<std::string>{"127.0.0.1:0", "[::1]:0"}));
  EXPECT_EQ(config.web.control_config_file, "/etc/web.yml");
}

TEST(ConfigReader, TheControlPlaneIsReachedByOthersOnlyWithAWebConfiguration) {
  const Config config =
      validConfig("web: {control_address: '0.0.0.0:3001', control: {config_file: /etc/web.yml}}");
  EXPECT_EQ(config.web.control_addresses, std::vector<std::string>{"0.0.0.0:3001"});
}

TEST(ConfigReader, ShowsTheFirstTwoHundredMistakesAndCountsTheOthers) {
  std::string text;
  for (int i = 0; i < 250; ++i) text += "strange_key_" + std::to_string(i) + ": 1\n";
  const auto problems = readConfig(text, "heald.yml", fakeKinds(), nullptr).problems;
  ASSERT_EQ(problems.size(), 201U);
  EXPECT_EQ(toString(problems.back()),
            "heald.yml:200:1: 50 more mistakes are not shown (correct these first)");
}

TEST(ConfigReader, ShowsOneMistakeOfFourHundredItemsFiveTimesAndTheOtherMistakeToo) {
  std::string text = "checks:\n";
  for (int i = 0; i < 400; ++i) {
    text += "  - {name: c" + std::to_string(i) + ", interval: 5 parsecs, tcp: {address: 'h:1'}}\n";
  }
  const auto problems =
      readConfig(text + "strange_key: 1\n", "heald.yml", fakeKinds(), nullptr).problems;
  ASSERT_EQ(problems.size(), 7U);
  EXPECT_EQ(problems[4].path, "checks[4].interval");
  EXPECT_EQ(toString(problems[5]), "heald.yml:7:16: checks[].interval: the same 395 more times");
  EXPECT_THAT(toString(problems[6]), testing::HasSubstr("heald.yml:402:1: strange_key: "));
  EXPECT_EQ(countOf(problems), 401U);
}

TEST(ConfigReader, SaysWhyAFileCannotBeRead) {
  const auto why = [](const std::string& path) {
    const auto problems = readConfigFile(path, fakeKinds(), nullptr).problems;
    return problems.size() == 1 ? toString(problems[0]) : "not one problem";
  };
  EXPECT_EQ(why("/no/such/heald.yml"),
            "/no/such/heald.yml: cannot be read: No such file or directory (name a configuration "
            "file)");
  EXPECT_EQ(why("/dev"), "/dev: cannot be read: it is a folder (name a configuration file)");
  EXPECT_EQ(why(HEALD_SOURCE_DIR "/config/heald.yml"), "not one problem");
}

TEST(ConfigReader, RefusesFilesThatAreTooLarge) {
  EXPECT_EQ(problemsOf("# " + std::string(16 << 20, 'x')),
            "heald.yml: is larger than 16 MiB (a configuration is a few KiB)\n");
}

}  // namespace
}  // namespace heald::config
