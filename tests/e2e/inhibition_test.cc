#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>

#include "support/alertmanager.h"
#include "support/command.h"
#include "support/eventually.h"
#include "support/tiny_server.h"

// Which alerts the shipped configuration holds back while another one fires, by the real
// Alertmanager.
namespace heald::test {
namespace {

using nlohmann::json;
using testing::UnorderedElementsAre;

class Inhibition : public testing::Test {
 protected:
  void SetUp() override {
    if (!haveProgram("prometheus-alertmanager")) GTEST_SKIP() << "Alertmanager is not installed";
    alertmanager_.emplace(shippedAlertmanagerConfig(
        HEALD_SOURCE_DIR, dir_.write("slack-url", slack_.url("/slack")), slack_.url("/heartbeat")));
    ASSERT_TRUE(alertmanager_->ready()) << alertmanager_->log();
  }

  // An alert, by "HealdDormant web1 gateway": its name, its instance, its governor; or by
  // "HealdCheckFailing web1 check:api". "HealdDown web1@prod" is in a cluster.
  static json alert(const std::string& words) {
    std::istringstream in(words);
    std::string name, instance, governor;
    in >> name >> instance >> governor;
    json labels = {{"alertname", name}, {"job", "heald"}};
    if (const auto at = instance.find('@'); at != std::string::npos) {
      labels["cluster"] = instance.substr(at + 1);
      instance.resize(at);
    }
    if (!instance.empty()) labels["instance"] = instance;
    const bool of_check = governor.starts_with("check:");
    if (of_check) labels["check"] = governor.substr(6);
    if (!of_check && !governor.empty()) labels["governor"] = governor;
    return {{"labels", labels}, {"endsAt", "2099-01-01T00:00:00Z"}};
  }
  static std::string wordsOf(const json& alert) {
    const json& labels = alert.at("labels");
    std::string words = labels.at("alertname");
    if (labels.contains("instance")) words += " " + labels.at("instance").get<std::string>();
    if (labels.contains("cluster")) words += "@" + labels.at("cluster").get<std::string>();
    if (labels.contains("governor")) words += " " + labels.at("governor").get<std::string>();
    if (labels.contains("check")) words += " check:" + labels.at("check").get<std::string>();
    return words;
  }

  // Those of them that reach nobody.
  std::set<std::string> heldBack(const std::vector<std::string>& firing) {
    json alerts = json::array();
    for (const std::string& words : firing) alerts.push_back(alert(words));
    alertmanager_->tell(alerts);
    // Whoever is not held back is told of a second later; by then all have been judged.
    EXPECT_TRUE(eventually([&] { return !slack_.requests().empty(); }));
    EXPECT_EQ(alertmanager_->alerts().size(), firing.size());
    std::set<std::string> suppressed;
    for (const json& one : alertmanager_->alerts()) {
      if (!one.at("status").at("inhibitedBy").empty()) suppressed.insert(wordsOf(one));
    }
    return suppressed;
  }

  TempDir dir_;
  TinyServer slack_{
      [](const std::string&) { return TinyServer::reply(200, "ok", "Connection: close\r\n"); }};
  std::optional<RealAlertmanager> alertmanager_;
};

TEST_F(Inhibition, AHealdThatIsDownSilencesAllElseOfItsInstance) {
  EXPECT_THAT(heldBack({"HealdDown web1", "HealdDormant web1 gateway", "HealdCheckFailing web1",
                        "HealdDormant web2 gateway", "HealdWatchdog"}),
              UnorderedElementsAre("HealdDormant web1 gateway", "HealdCheckFailing web1"));
}

TEST_F(Inhibition, AHealdThatCannotBeScrapedAtTheMomentSilencesAllElseOfItsInstance) {
  EXPECT_THAT(
      heldBack({"HealdUnreachable web1", "HealdDormant web1 gateway", "HealdStoreFailing web1",
                "HealdStormBrake web1", "HealdPaused web1 check:api", "HealdDormant web2 gateway"}),
      UnorderedElementsAre("HealdDormant web1 gateway", "HealdStoreFailing web1",
                           "HealdStormBrake web1", "HealdPaused web1 check:api"));
}

TEST_F(Inhibition, SilencesNothingInAnotherCluster) {
  EXPECT_THAT(heldBack({"HealdDown web1@a", "HealdUnreachable web1@a", "HealdAbsent @a",
                        "HealdDormant web1@b gateway", "HealdApproachingDormancy web1@c gateway",
                        "HealdStormBrake web1@b", "HealdCheckFailing web1@c check:api",
                        "HealdDormant web1@a gateway"}),
              UnorderedElementsAre("HealdDown web1@a", "HealdUnreachable web1@a",
                                   "HealdDormant web1@a gateway"));
}

TEST_F(Inhibition, ACheckWhoseHealingHasStoppedDoesNotSayThatItFails) {
  EXPECT_THAT(
      heldBack({"HealdCheckNotHealed web1 check:api", "HealdCheckFailing web1 check:api",
                "HealdCheckUnknown web1 check:api", "HealdCheckFailing web1 check:db",
                "HealdCheckFailing web2 check:api", "HealdDormant web1 gateway"}),
      UnorderedElementsAre("HealdCheckFailing web1 check:api", "HealdCheckUnknown web1 check:api"));
}

TEST_F(Inhibition, OneCauseIsOneMessage) {
  EXPECT_THAT(
      heldBack({"HealdStoreFailing web1", "HealdStoreOnReserve web1", "HealdHttpErrors web1",
                "HealdReloadFailed web1", "HealdConfigurationsDiffer"}),
      UnorderedElementsAre("HealdStoreOnReserve web1", "HealdHttpErrors web1",
                           "HealdConfigurationsDiffer"));
}

TEST_F(Inhibition, DormantSilencesWhatLedToItUnderTheSameGovernor) {
  EXPECT_THAT(heldBack({"HealdDormant web1 gateway", "HealdApproachingDormancy web1 gateway",
                        "HealdBreakerOpenLong web1 gateway", "HealdPermanentlyOpen web1 gateway",
                        "HealdRemedyIneffective web1 gateway", "HealdBudgetNearlyUsed web1 gateway",
                        "HealdApproachingDormancy web1 mail", "HealdBreakerOpenLong web2 gateway",
                        "HealdStoreFailing web1"}),
              UnorderedElementsAre(
                  "HealdApproachingDormancy web1 gateway", "HealdBreakerOpenLong web1 gateway",
                  "HealdPermanentlyOpen web1 gateway", "HealdRemedyIneffective web1 gateway",
                  "HealdBudgetNearlyUsed web1 gateway"));
}

TEST_F(Inhibition, AStormSilencesTheSingleChecksButNotDormantGovernors) {
  EXPECT_THAT(heldBack({"HealdStormBrake web1", "HealdCheckFailing web1", "HealdCheckUnknown web1",
                        "HealdDormant web1 gateway", "HealdCheckFailing web2"}),
              UnorderedElementsAre("HealdCheckFailing web1", "HealdCheckUnknown web1"));
}

TEST_F(Inhibition, WhatIsPausedForMaintenanceDoesNotPage) {
  EXPECT_THAT(
      heldBack({"HealdPaused web1 check:api", "HealdPaused web1 gateway",
                "HealdCheckFailing web1 check:api", "HealdCheckFailing web1 check:db",
                "HealdCheckFailing web2 check:api", "HealdDormant web1 gateway",
                "HealdDormant web1 db", "HealdStoreFailing web1"}),
      UnorderedElementsAre("HealdCheckFailing web1 check:api", "HealdDormant web1 gateway"));
}

TEST_F(Inhibition, NothingSilencesTheWatchdog) {
  EXPECT_THAT(heldBack({"HealdDown web1", "HealdAbsent", "HealdWatchdog web1"}),
              UnorderedElementsAre("HealdDown web1"));
}

}  // namespace
}  // namespace heald::test
