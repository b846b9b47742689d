#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "e2e/stories.h"
#include "support/command.h"
#include "support/prometheus.h"
#include "support/unzipped.h"

namespace heald::test {
namespace {

using testing::HasSubstr;

void expectThatPromtoolIsContent(const TestDaemon& daemon) {
  const std::string text = daemon.metrics();
  ASSERT_THAT(text, HasSubstr("heald_build_info"));
  const CommandResult judged = runCommand({"promtool", "check", "metrics"}, text);
  EXPECT_EQ(judged.code, 0);
  EXPECT_EQ(judged.output, "");
}

using test::unzipped;

class Metrics : public testing::Test {
 protected:
  Metrics() : daemon_({sickService("exit 1", kHundredTimesFaster)}) {}
  void SetUp() override { daemon_.start(); }

  TestDaemon daemon_;
};

TEST_F(Metrics, AFreshHealdSatisfiesPromtool) {
  if (!haveProgram("promtool")) GTEST_SKIP() << "promtool is not installed";
  expectThatPromtoolIsContent(daemon_);
}

TEST_F(Metrics, ADormantHealdSatisfiesPromtool) {
  if (!haveProgram("promtool")) GTEST_SKIP() << "promtool is not installed";
  EXPECT_EQ(daemon_.post("/api/dormant", R"({"reason": "é \" \\ \n"})").status, 200);
  expectThatPromtoolIsContent(daemon_);
  EXPECT_EQ(daemon_.metric("heald_dormant{governor=\"self-healing-main\"}"), 1);
}

std::string manyTriples(int count) {
  std::string text = "checks:\n";
  for (int i = 0; i < count; ++i) {
    text += "  - {name: c" + std::to_string(i) + ", exec: {command: [/bin/true]}, interval: 1s}\n";
  }
  text += "remedies:\n";
  for (int i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    text += "  - {name: r" + number + ", when: {check: c" + number +
            "}, exec: {command: [/bin/true]}}\n";
  }
  return text;
}

long seriesOf(const std::string& exposition) {
  long series = 0;
  std::istringstream lines(exposition);
  for (std::string line; std::getline(lines, line);) series += line.starts_with('#') ? 0 : 1;
  return series;
}

// With its check run and its labels in place.
long seriesOfTriples(int count, const std::string& more = "") {
  TestDaemon daemon({more + manyTriples(count)});
  daemon.start();
  for (int i = 0; i < count; ++i) {
    daemon.await("the first run of each check", [&] {
      return daemon.metric("heald_check_executions_total{check=\"c" + std::to_string(i) + "\"}") >
             0;
    });
  }
  return seriesOf(daemon.metrics());
}

TEST_F(Metrics, AnIncidentThatLastsAndWhatHumansDidSurviveKill9) {
  const auto unhealthy = [&] {
    return daemon_.metric("heald_check_unhealthy_seconds_total{check=\"service\"}").value_or(0);
  };
  daemon_.dir().write("sick", "");
  daemon_.await("a time", [&] { return unhealthy() > 1; });
  EXPECT_EQ(daemon_.post("/api/dormant", R"({"reason": "I look at it"})").status, 200);
  awaitCheckRuns(daemon_, "service", 20);
  const double before = unhealthy();
  daemon_.kill();
  daemon_.start();
  EXPECT_GE(unhealthy(), before);
  EXPECT_EQ(daemon_.metric("heald_human_actions_total{action=\"dormant\"}"), 1);
  std::filesystem::remove(daemon_.file("sick"));
  daemon_.await("the end",
                [&] { return daemon_.metric("heald_incidents_total{ended_by=\"human\"}") == 1; });
  EXPECT_EQ(daemon_.metric("heald_time_to_heal_seconds_count{kind=\"exec\"}"), 1);
}

TEST(MetricsOfManyThings, ACheckWithItsRemedyAndItsGovernorCostsAtMost45Series) {
  EXPECT_LE(seriesOfTriples(10) - seriesOfTriples(9), 45);
}

TEST(MetricsOfManyThings, FullDetailBringsTheOthersBack) {
  const std::string full = "metrics: {detail: full}\n";
  EXPECT_GE(seriesOfTriples(2, full) - seriesOfTriples(1, full), 95);
}

// The real Prometheus asks for protobuf when it is to store native histograms.
TEST_F(Metrics, APrometheusThatWantsNativeHistogramsGetsThem) {
  if (!haveProgram("prometheus")) GTEST_SKIP() << "prometheus is not installed";
  Prometheus prometheus(R"(
global: {scrape_interval: 1s}
scrape_configs: [{job_name: heald, static_configs: [{targets: ['127.0.0.1:)" +
                            std::to_string(daemon_.metricsPort()) + R"(']}]}]
)",
                        "native-histograms,exemplar-storage");
  ASSERT_TRUE(prometheus.ready()) << prometheus.log();
  const std::string native = "histogram_count(heald_check_duration_seconds{kind=\"exec\"})";
  daemon_.await("a native histogram", [&] { return prometheus.value(native).value_or(0) >= 3; });
  const auto quantile =
      prometheus.value("histogram_quantile(0.5, heald_check_duration_seconds{kind=\"exec\"})");
  ASSERT_TRUE(quantile);
  EXPECT_GT(*quantile, 0);
  EXPECT_LT(*quantile, 60);
  EXPECT_EQ(prometheus.value("heald_store_up"), 1);
  EXPECT_EQ(prometheus.value("up"), 1);
}

TEST_F(Metrics, TheyComeZippedToWhoeverAccepts) {
  const RawResponse answer =
      test::get(daemon_.metricsPort(), "/metrics", "Accept-Encoding: gzip\r\n");
  EXPECT_TRUE(answer.hasHeader("Content-Encoding: gzip")) << answer.head;
  const std::string text = unzipped(answer.body);
  EXPECT_THAT(text, HasSubstr("heald_store_up 1\n"));
  EXPECT_LT(answer.body.size(), text.size() / 3);
}

TEST_F(Metrics, TheyAreReadyOnceTheFirstCycleIsScheduled) {
  daemon_.await("ready",
                [&] { return test::get(daemon_.metricsPort(), "/-/ready").status == 200; });
  EXPECT_EQ(test::get(daemon_.metricsPort(), "/-/healthy").status, 200);
}

}  // namespace
}  // namespace heald::test
