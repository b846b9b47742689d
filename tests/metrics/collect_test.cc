#include "metrics/collect.h"

#include <limits>

#include "metrics/support.h"

namespace heald::metrics {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kEpoch = 1'700'000'000;

class CollectTest : public ::testing::Test {
 protected:
  void collectInFullDetail() {
    snapshot_.full_metrics = true;
    collectAt(100);
  }
  void collectAt(int seconds) { families_ = collect(snapshot_, sources_, at(seconds)); }
  std::optional<double> value(const std::string& name, const Labelled& labels = {}) const {
    return valueOf(families_, "heald_" + name, labels);
  }
  std::optional<double> breaker(const std::string& governor, const std::string& state) const {
    return value("circuit_breaker_state", {{"governor", governor}, {"state", state}});
  }

  engine::Snapshot snapshot_ = richSnapshot();
  Sources sources_ = richSources();
  std::vector<prometheus::MetricFamily> families_ = collect(snapshot_, sources_, at(100));
};

TEST_F(CollectTest, WhatACheckMeasuredIsThereUnderItsLabel) {
  EXPECT_EQ(value("check_perfdata", {{"check", "queue"}, {"label", "time"}}), 0.25);
  EXPECT_EQ(value("check_perfdata", {{"check", "queue"}, {"label", "size\uFFFD"}}), 1024);
  EXPECT_EQ(value("check_perfdata", {{"check", "site"}}), std::nullopt);
}

TEST_F(CollectTest, AStateSetHasAllStatesAndExactlyOneOfThemIsPresent) {
  for (const char* governor : {"self-healing-main", "web", "idle"}) {
    double sum = 0;
    for (const char* state : {"closed", "open", "half_open", "permanent_open"}) {
      sum += breaker(governor, state).value();
    }
    EXPECT_EQ(sum, 1) << governor;
  }
  EXPECT_EQ(breaker("self-healing-main", "permanent_open"), 1);
  EXPECT_EQ(breaker("web", "open"), 1);
  EXPECT_EQ(breaker("idle", "closed"), 1);
  EXPECT_EQ(value("check_health", {{"check", "queue"}, {"health", "unhealthy"}}), 1);
  EXPECT_EQ(value("status", {{"status", "dormant"}}), 1);
  EXPECT_EQ(value("status", {{"status", "healthy"}}), 0);
}

TEST_F(CollectTest, AnOpenBreakerReadsAsHalfOpenOnceItsDeadlineHasPassedByTheTimeOfTheScrape) {
  snapshot_.full_metrics = true;
  collectAt(100);
  EXPECT_EQ(value("circuit_breaker_retry_timestamp_seconds", {{"governor", "web"}}), kEpoch + 130);
  collectAt(130);
  EXPECT_EQ(breaker("web", "open"), 0);
  EXPECT_EQ(breaker("web", "half_open"), 1);
  EXPECT_EQ(value("circuit_breaker_retry_timestamp_seconds", {{"governor", "web"}}), 0);
}

TEST_F(CollectTest, TheRetryOfABreakerIsZeroWhenClosedAndInfiniteWhenPermanent) {
  collectInFullDetail();
  const std::string name = "circuit_breaker_retry_timestamp_seconds";
  EXPECT_EQ(value(name, {{"governor", "idle"}}), 0);
  EXPECT_EQ(value(name, {{"governor", "self-healing-main"}}), kInfinity);
}

TEST_F(CollectTest, TheNextAttemptIsZeroForNowAndInfiniteWhenNoTimeWillDo) {
  const std::string name = "next_attempt_timestamp_seconds";
  EXPECT_EQ(value(name, {{"governor", "idle"}}), 0);
  EXPECT_EQ(value(name, {{"governor", "web"}}), kEpoch + 130);
  EXPECT_EQ(value(name, {{"governor", "self-healing-main"}}), kInfinity);
}

TEST_F(CollectTest, TellsWhatMadeAGovernorDormantAndSinceWhen) {
  const Labelled main = {{"governor", "self-healing-main"}};
  EXPECT_EQ(value("dormant", main), 1);
  EXPECT_EQ(value("dormant", {{"governor", "web"}}), 0);
  EXPECT_EQ(value("dormant_since_timestamp_seconds", main), kEpoch + 90);
  EXPECT_EQ(value("dormant_since_timestamp_seconds", {{"governor", "web"}}), 0);
  for (const auto& [by, present] :
       {std::pair("automatic", 0), {"circuit_breaker", 1}, {"manual", 0}}) {
    const Labelled labels = {{"governor", "self-healing-main"}, {"triggered_by", by}};
    EXPECT_EQ(value("dormant_triggered_by", labels), present);
    EXPECT_EQ(value("dormant_triggered_by", {{"governor", "web"}, {"triggered_by", by}}), 0);
  }
}

TEST_F(CollectTest, EveryWordOfAnEnumerationIsThereFromTheStart) {
  const auto sizeOf = [this](const std::string& name) {
    const auto* family = familyNamed(families_, "heald_" + name);
    return family == nullptr ? 0 : family->metric.size();
  };
  EXPECT_EQ(sizeOf("healing_suppressed_total"), core::kGuardCount);
  EXPECT_EQ(sizeOf("circuit_breaker_transitions_total"), 3u * 4);
  EXPECT_EQ(sizeOf("circuit_breaker_resets_total"), 3u);
  EXPECT_EQ(sizeOf("resumes_total"), 3u);
  EXPECT_EQ(sizeOf("healing_failures_total"), 2u);
  EXPECT_EQ(sizeOf("healing_failure_reasons_total"), 5u);
  EXPECT_EQ(sizeOf("events_total"), 4u);
  EXPECT_EQ(sizeOf("events_dropped_total"), 4u);
  EXPECT_EQ(sizeOf("alerts_rejected_total"), 6u);
  EXPECT_EQ(sizeOf("background_task_rejections_total"), 3u);
  EXPECT_EQ(sizeOf("issues"), 3u);
  EXPECT_EQ(sizeOf("feature_enabled"), 4u);
  EXPECT_EQ(sizeOf("feature_configured"), 4u);
  EXPECT_EQ(sizeOf("log_messages_total"), 4u);
  EXPECT_EQ(value("events_total", {{"source", "alertmanager"}}), 0);
  EXPECT_EQ(value("events_total", {{"source", "preventive"}}), 1);
  EXPECT_EQ(value("circuit_breaker_transitions_total",
                  {{"governor", "self-healing-main"}, {"to", "open"}}),
            1);
  collectInFullDetail();
  EXPECT_EQ(sizeOf("healing_suppressed_total"), 3u * core::kGuardCount);
  EXPECT_EQ(sizeOf("circuit_breaker_transitions_total"), 3u * 12);
  EXPECT_EQ(sizeOf("circuit_breaker_resets_total"), 3u * 2);
  EXPECT_EQ(sizeOf("healing_failures_total"), 2u * 5);
  EXPECT_EQ(sizeOf("permits_total"), 3u * 7);
  EXPECT_EQ(value("circuit_breaker_transitions_total",
                  {{"governor", "self-healing-main"}, {"from", "closed"}, {"to", "open"}}),
            1);
  EXPECT_EQ(value("check_status", {{"check", "queue"}, {"status", "critical"}}), 1);
  EXPECT_EQ(value("check_status", {{"check", "queue"}, {"status", "ok"}}), 0);
}

TEST_F(CollectTest, AGovernorThatWasNeverAskedForAPermitHasNoSeriesOfThem) {
  EXPECT_EQ(value("permits_total", {{"governor", "idle"}}), std::nullopt);
  EXPECT_EQ(value("permits_outstanding", {{"governor", "idle"}}), std::nullopt);
}

TEST_F(CollectTest, PermitsReadZeroForTwoMinutesSoThatIncreaseSeesTheFirst) {
  const Labelled ok = {{"governor", "web"}, {"outcome", "ok"}};
  const Labelled denied = {{"governor", "web"}, {"outcome", "denied"}};
  for (const int since : {70, 100, 189}) {
    collectAt(since);
    EXPECT_EQ(value("permits_total", ok), 0) << since;
    EXPECT_EQ(value("permits_total", denied), 0) << since;
  }
  collectAt(190);
  EXPECT_EQ(value("permits_total", ok), 1);
  EXPECT_EQ(value("permits_total", denied), 2);
}

TEST_F(CollectTest, InfoHasTheLabelsOfTheConfigurationBesideItsOwn) {
  EXPECT_EQ(
      value("check_info",
            {{"check", "queue"}, {"kind", "http"}, {"team", "payments"}, {"service", "shop"}}),
      1);
  EXPECT_EQ(value("remedy_info", {{"remedy", "restart"}, {"kind", "exec"}}), 1);
  EXPECT_EQ(value("remedy_info", {{"team", "payments"}}), std::nullopt);
}

TEST_F(CollectTest, UnhealthySecondsGoOnUntilTheSnapshotAndSoNeverGoBack) {
  EXPECT_EQ(value("check_unhealthy_seconds_total", {{"check", "queue"}}), 70);
  EXPECT_EQ(value("check_unhealthy_seconds_total", {{"check", "site"}}), 0);
  collectAt(130);
  EXPECT_EQ(value("check_unhealthy_seconds_total", {{"check", "queue"}}), 70)
      << "it may be healthy since, and the snapshot does not have that yet";
  snapshot_.taken = at(130);
  collectAt(130);
  EXPECT_EQ(value("check_unhealthy_seconds_total", {{"check", "queue"}}), 100);
}

TEST_F(CollectTest, SaysWhatEndedIncidentsAndWhatHumansDid) {
  EXPECT_EQ(value("incidents_total", {{"ended_by", "remedy"}}), 7);
  EXPECT_EQ(value("incidents_total", {{"ended_by", "itself"}}), 2);
  EXPECT_EQ(value("incidents_total", {{"ended_by", "human"}}), 1);
  EXPECT_EQ(value("human_actions_total", {{"action", "resume"}}), 3);
  EXPECT_EQ(value("human_actions_total", {{"action", "run_check"}}), 0);
}

TEST_F(CollectTest, WhatIsNeverOnlyObservedHasNoCountOfIt) {
  EXPECT_EQ(value("healing_would_attempt_total", {{"remedy", "restart"}}), std::nullopt);
  EXPECT_EQ(value("healing_would_attempt_total", {{"remedy", "web"}}), 0);
  EXPECT_EQ(value("remedy_observe_mode", {{"remedy", "restart"}}), std::nullopt);
  EXPECT_EQ(value("remedy_observe_mode", {{"remedy", "web"}}), 1);
}

TEST_F(CollectTest, TheStartOfATaskStandsStillWhileItsUptimeGrows) {
  const Labelled once = {{"task", "once"}};
  EXPECT_EQ(value("background_task_start_timestamp_seconds", once), kEpoch);
  snapshot_.taken = {at(130).boot, at(131).wall};  // the wall clock was set
  snapshot_.tasks[1].uptime = std::chrono::seconds(130);
  collectAt(130);
  EXPECT_EQ(value("background_task_start_timestamp_seconds", once), kEpoch);
}

TEST_F(CollectTest, CountsABudgetInItsWindowAndShowsTheStricterOfTwoOfOneWindow) {
  EXPECT_EQ(value("budget_attempts", {{"governor", "web"}, {"window", "1h"}}), 3);
  EXPECT_EQ(value("budget_limit", {{"governor", "web"}, {"window", "24h"}}), 24);
  snapshot_.governors[1].policy.budgets = {{9, std::chrono::minutes(1)},
                                           {2, std::chrono::minutes(1)}};
  collectAt(100);
  EXPECT_EQ(value("budget_limit", {{"governor", "web"}, {"window", "1m"}}), 2);
  EXPECT_EQ(value("budget_attempts", {{"governor", "web"}, {"window", "1m"}}), 1);
}

TEST_F(CollectTest, ShowsTheTotalsOfARemedyWithItsGovernor) {
  const Labelled restart = {{"remedy", "restart"}, {"governor", "self-healing-main"}};
  EXPECT_EQ(value("healing_attempts_total", restart), 42);
  EXPECT_EQ(value("healing_successes_total", restart), 38);
  EXPECT_EQ(value("healing_failures_total", restart), 4);
  EXPECT_EQ(value("healing_failure_reasons_total", {{"reason", "timeout"}}), 4);
  collectInFullDetail();
  EXPECT_EQ(value("healing_failures_total", {{"remedy", "restart"}, {"reason", "timeout"}}), 2);
  EXPECT_EQ(value("healing_in_progress", {{"remedy", "restart"}}), 0);
  EXPECT_EQ(value("healing_in_progress", {{"remedy", "web"}}), 1);
}

TEST_F(CollectTest, ShowsAPauseUntilItIsOver) {
  EXPECT_EQ(value("remedy_paused", {{"remedy", "restart"}}), 0);
  EXPECT_EQ(value("remedy_paused_until_timestamp_seconds", {{"remedy", "restart"}}), std::nullopt);
  EXPECT_EQ(value("remedy_paused", {{"remedy", "web"}}), 1);
  EXPECT_EQ(value("remedy_paused_until_timestamp_seconds", {{"remedy", "web"}}), kEpoch + 160);
  collectAt(160);
  EXPECT_EQ(value("remedy_paused", {{"remedy", "web"}}), 0);
  EXPECT_EQ(value("remedy_paused_until_timestamp_seconds", {{"remedy", "web"}}), std::nullopt);
}

TEST_F(CollectTest, CountsDetectedAndAllowedBesideExecuted) {
  snapshot_.remedies[0].detected = 31;
  snapshot_.remedies[0].allowed = 7;
  collectInFullDetail();
  EXPECT_EQ(value("healing_detected_total", {{"remedy", "restart"}}), 31);
  EXPECT_EQ(value("healing_allowed_total", {{"remedy", "restart"}}), 7);
}

TEST_F(CollectTest, AHistogramIsCumulative) {
  const auto* family = familyNamed(families_, "heald_healing_duration_seconds");
  ASSERT_NE(family, nullptr);
  const auto& histogram = family->metric.at(0).histogram;
  EXPECT_EQ(histogram.sample_count, 2u);
  EXPECT_EQ(histogram.sample_sum, 6);
  EXPECT_EQ(histogram.bucket.front().cumulative_count, 0u);
  EXPECT_EQ(histogram.bucket.back().cumulative_count, 2u);
}

TEST_F(CollectTest, CountsTasksAndThoseThatAreEnabled) {
  EXPECT_EQ(value("background_tasks"), 2);
  EXPECT_EQ(value("background_tasks_active"), 1);
  EXPECT_EQ(value("background_tasks_limit"), 10);
  EXPECT_EQ(value("background_task_info", {{"task", "once"}, {"kind", "timeout"}}), 1);
}

TEST_F(CollectTest, WhatAReloadRemovedIsGoneAtTheNextScrape) {
  snapshot_.checks =
      engine::SharedList<engine::CheckView>(snapshot_.checks.begin() + 1, snapshot_.checks.end());
  collectAt(100);
  EXPECT_FALSE(value("check_executions_total", {{"check", "queue"}}));
  EXPECT_TRUE(value("check_executions_total", {{"check", "site"}}));
  snapshot_.checks.clear();
  collectAt(100);
  EXPECT_EQ(familyNamed(families_, "heald_check_executions_total"), nullptr);
}

TEST_F(CollectTest, ShowsTheLower48BitsOfTheConfigurationsHash) {
  EXPECT_EQ(value("config_hash"), static_cast<double>(0x5678'9abc'def0));
}

TEST_F(CollectTest, LeavesTheProcessOutWhenItCannotBeRead) {
  EXPECT_EQ(valueOf(families_, "process_threads"), 9);
  sources_.process.reset();
  collectAt(100);
  EXPECT_EQ(familyNamed(families_, "process_threads"), nullptr);
}

TEST_F(CollectTest, ShowsWhatProcessMonitoringHasFound) {
  const Labelled workers = {{"process", "workers"}};
  EXPECT_EQ(value("monitored_process_up", workers), 1);
  EXPECT_EQ(value("monitored_process_instances", workers), 20);
  EXPECT_EQ(value("monitored_process_orphans", workers), 3);
  EXPECT_EQ(value("monitored_process_resident_memory_bytes", workers), 1 << 20);
  EXPECT_EQ(value("monitored_process_start_time_seconds", workers), 1'700'000'000);
  EXPECT_EQ(value("monitored_process_cpu_seconds_total", workers), 12.5);
  EXPECT_EQ(value("monitored_process_restarts_total", workers), 2);
  EXPECT_EQ(value("monitored_process_up", {{"process", "gone"}}), 0);
}

TEST_F(CollectTest, NoSeriesIsThereTwice) {
  for (const auto& family : families_) {
    std::vector<std::vector<prometheus::ClientMetric::Label>> seen;
    for (const auto& metric : family.metric) {
      seen.push_back(metric.label);
    }
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(std::adjacent_find(seen.begin(), seen.end()), seen.end()) << family.name;
  }
}

}  // namespace
}  // namespace heald::metrics
