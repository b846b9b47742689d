#include "api/status_json.h"

#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "fake_backend.h"

namespace heald::api {
namespace {

using nlohmann::ordered_json;
using std::chrono::seconds;

ordered_json statusOf(const engine::Snapshot& snapshot, core::Now now = testNow()) {
  return statusJson(snapshot, now, "1.2.3");
}

// Every key of the sample is there with its type and in its order; others come after them.
void holds(const ordered_json& sample, const ordered_json& answer, const std::string& path) {
  EXPECT_STREQ(sample.type_name(), answer.type_name()) << path;
  if (sample.is_object()) {
    auto present = answer.begin();
    for (const auto& [key, value] : sample.items()) {
      ASSERT_NE(present, answer.end()) << path << "." << key << " is missing";
      ASSERT_EQ(present.key(), key) << path;
      holds(value, *present++, path + "." + key);
    }
  } else if (sample.is_array() && !sample.empty()) {
    ASSERT_FALSE(answer.empty()) << path;
    for (const ordered_json& element : answer) holds(sample[0], element, path + "[]");
  } else if (sample.is_number()) {
    EXPECT_TRUE(answer.is_number_integer()) << path;
  }
}

TEST(StatusJson, HasTheKeysTypesAndOrderOfTheDesignsSample) {
  std::ifstream file(HEALD_SOURCE_DIR "/tests/testdata/status.sample.json");
  const ordered_json sample = ordered_json::parse(file);
  holds(sample, statusOf(sampleSnapshot()), "");
}

TEST(StatusJson, HasTheValuesOfTheDesignsSample) {
  std::ifstream file(HEALD_SOURCE_DIR "/tests/testdata/status.sample.json");
  const ordered_json sample = ordered_json::parse(file);
  const ordered_json status = statusOf(sampleSnapshot());
  for (const auto& [key, value] : sample["selfHealing"].items()) {
    EXPECT_EQ(status["selfHealing"][key], value) << key;
  }
  for (const auto& [key, value] : sample["circuitBreakers"][0].items()) {
    EXPECT_EQ(status["circuitBreakers"][0][key], value) << key;
  }
  for (const auto& [key, value] : sample["backgroundTasks"]["tasks"][0].items()) {
    EXPECT_EQ(status["backgroundTasks"]["tasks"][0][key], value) << key;
  }
  EXPECT_EQ(status["backgroundTasks"]["totalTasks"], 3);
  EXPECT_EQ(status["backgroundTasks"]["activeTasks"], 3);
  EXPECT_EQ(status["issues"], ordered_json::array());
  EXPECT_EQ(status["recommendations"], ordered_json::array());
}

TEST(StatusJson, SumsTotalsAndTakesTheWorstOfTheGovernors) {
  const auto healing = statusOf(troubledSnapshot())["selfHealing"];
  EXPECT_EQ(healing["isDormant"], true);
  EXPECT_EQ(healing["consecutiveFailures"], 10);
  EXPECT_EQ(healing["backoffDelay"], 600'000);
  EXPECT_EQ(healing["totalAttempts"], 52);
  EXPECT_EQ(healing["successfulHealings"], 38);
  EXPECT_EQ(healing["failedHealings"], 14);
  EXPECT_EQ(healing["status"], "dormant");
  EXPECT_EQ(healing["dormantGovernors"], ordered_json({"gateway"}));
}

TEST(StatusJson, ShowsTheDormancyRecordWithItsFixedKeys) {
  const auto status = statusOf(troubledSnapshot());
  EXPECT_EQ(status["selfHealing"]["dormancy"].dump(),
            R"({"reason":"Exceeded max failures","timestamp":"2026-11-23T19:47:00.000Z",)"
            R"("triggeredBy":"automatic","resumeConditions":["the key works again"],)"
            R"("manualResetRequired":true})");
  EXPECT_EQ(status["circuitBreakers"][1]["dormancy"], status["selfHealing"]["dormancy"]);
  EXPECT_TRUE(status["circuitBreakers"][0]["dormancy"].is_null());
}

TEST(StatusJson, PutsTheMainGovernorFirst) {
  const auto breakers = statusOf(troubledSnapshot())["circuitBreakers"];
  EXPECT_EQ(breakers[0]["name"], "self-healing-main");
  EXPECT_EQ(breakers[1]["name"], "gateway");
  EXPECT_EQ(breakers[1]["state"], "PERMANENT_OPEN");
  EXPECT_EQ(breakers[1]["lastFailureAgo"], 90'500);
  EXPECT_EQ(breakers[2]["name"], "queue");
}

TEST(StatusJson, ReadsAnExpiredOpenAsHalfOpenAtTheMomentOfTheAnswer) {
  const engine::Snapshot snapshot = troubledSnapshot();
  core::Now now = testNow();
  const auto before = statusOf(snapshot, now)["circuitBreakers"][2];
  EXPECT_EQ(before["state"], "OPEN");
  EXPECT_EQ(before["openUntil"], "2026-11-23T20:47:30.000Z");
  EXPECT_EQ(before["nextAttemptAt"], "2026-11-23T20:47:30.000Z");
  now.boot += seconds(30);
  const auto after = statusOf(snapshot, now)["circuitBreakers"][2];
  EXPECT_EQ(after["state"], "HALF_OPEN");
  EXPECT_TRUE(after["openUntil"].is_null());
  EXPECT_TRUE(after["nextAttemptAt"].is_null());
}

TEST(StatusJson, SaysOfEachBudgetWhatIsLeftAtTheMomentOfTheAnswer) {
  engine::Snapshot snapshot = sampleSnapshot();
  core::Now now = testNow();
  engine::GovernorView& main = snapshot.governors[0];
  main.policy.budgets = {{2, seconds(60)}, {10, seconds(3600)}};
  main.state.starts = {now.boot - seconds(50), now.boot - seconds(40), now.boot - seconds(5)};
  const auto left = [&] {
    std::vector<int> numbers;
    const auto budgets = statusOf(snapshot, now)["circuitBreakers"][0]["budgets"];
    for (const auto& budget : budgets) numbers.push_back(budget["left"]);
    return numbers;
  };
  EXPECT_THAT(left(), testing::ElementsAre(0, 7)) << "three have started, and two may";
  now.boot += seconds(15);
  EXPECT_THAT(left(), testing::ElementsAre(0, 7));
  now.boot += seconds(6);
  EXPECT_THAT(left(), testing::ElementsAre(1, 7)) << "two have left the window";
  EXPECT_EQ(statusOf(snapshot, now)["circuitBreakers"][0]["budgets"][0]["per"], 60'000);
}

TEST(StatusJson, CountsUptimeUpToTheMomentOfTheAnswer) {
  core::Now now = testNow();
  now.boot += seconds(2);
  const auto status = statusOf(sampleSnapshot(), now);
  EXPECT_EQ(status["backgroundTasks"]["tasks"][0]["uptime"], 3602);
}

TEST(StatusJson, MakesNoNegativeAgeWhenTheWallClockGoesBackwards) {
  core::Now now = testNow();
  now.wall -= std::chrono::hours(5);
  EXPECT_EQ(statusOf(troubledSnapshot(), now)["circuitBreakers"][1]["lastFailureAgo"], 0);
}

TEST(StatusJson, SaysWhatIsWrongAndWhatHelps) {
  const auto status = statusOf(troubledSnapshot());
  EXPECT_EQ(status["issues"][0]["severity"], "critical");
  EXPECT_EQ(status["issues"][0]["governor"], "gateway");
  EXPECT_EQ(status["issues"][0]["reason"], "dormant");
  EXPECT_EQ(status["recommendations"][0]["command"],
            "healdctl resume gateway --reason \"<what was fixed>\"");
}

TEST(StatusJson, AddsChecksRemediesAndFlags) {
  const auto status = statusOf(troubledSnapshot());
  EXPECT_EQ(status["checks"][0]["health"], "unhealthy");
  EXPECT_EQ(status["checks"][0]["interval"], 30'000);
  EXPECT_EQ(status["checks"][0]["durationMs"], 12);
  EXPECT_TRUE(status["checks"][0]["since"].is_null());
  EXPECT_EQ(status["remedies"][0]["phase"], "waiting");
  EXPECT_EQ(status["remedies"][0]["lastDeniedBy"], "backoff");
  EXPECT_EQ(status["remedies"][0]["nextAttemptAt"], "2026-11-23T20:47:12.000Z");
  EXPECT_EQ(status["remedies"][0]["failures"], 4);
  EXPECT_EQ(status["flags"].size(), core::kFeatureCount);
  EXPECT_EQ(status["flags"][0]["environmentName"], "FEATURE_AUTO_HEALING_ENABLED");
  EXPECT_EQ(status["version"], "1.2.3");
  EXPECT_EQ(status["time"], "2026-11-23T20:47:00.000Z");
}

TEST(StatusJson, IsEnabledOnlyWhenEveryLayerSaysSo) {
  engine::Snapshot snapshot = sampleSnapshot();
  ASSERT_TRUE(snapshot.features.setOverride(core::Feature::kAutoHealing, false, testNow().wall));
  const auto status = statusOf(snapshot);
  EXPECT_EQ(status["selfHealing"]["enabled"], false);
  EXPECT_EQ(status["selfHealing"]["status"], "disabled");
  EXPECT_EQ(status["flags"][0]["override"], false);
  EXPECT_EQ(status["flags"][0]["changedAt"], "2026-11-23T20:47:00.000Z");
}

TEST(StatusJson, ShowsTheBaseOfTheBackoffWithoutAnyGovernor) {
  const auto status = statusOf({});
  EXPECT_EQ(status["selfHealing"]["backoffDelay"], 5000);
  EXPECT_EQ(status["circuitBreakers"], ordered_json::array());
}

}  // namespace
}  // namespace heald::api
