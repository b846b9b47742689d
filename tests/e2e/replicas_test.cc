// Several healds with one store in a real etcd, of which one acts.

#include <gtest/gtest.h>

#include <sstream>

#include "e2e/stories.h"
#include "support/etcd.h"

namespace heald::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class Replicas : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(etcd_.ready()) << etcd_.log();
    a_.emplace(replica("a"));
    b_.emplace(replica("b"));
  }

  // A heald whose remedy writes into the shared file who runs, ten times a second, until the file
  // `enough` is there.
  Launch replica(const std::string& name) const {
    std::string endpoints;
    for (const std::string& url : etcd_.urls()) endpoints += (endpoints.empty() ? "" : ", ") + url;
    return {.config = R"(
store:
  path: @DIR@/heald.db
  etcd: {endpoints: [)" +
                      endpoints + R"(], lease: 3s, name: )" + name + R"(, url: "http://)" + name +
                      R"(.example:3001"}
governor_defaults:
  backoff: {base: 50ms, max: 100ms}
  max_consecutive_failures: 3
checks:
  - name: service
    exec: {command: [/bin/sh, -c, 'test ! -e )" +
                      shared_.path() + R"(/sick || exit 2']}
    interval: 50ms
remedies:
  - name: restart
    when: {check: service}
    governor: self-healing-main
    verify: {after: 0}
    exec:
      timeout: 60s
      command: [/bin/sh, -c, 'while test ! -e )" +
                      shared_.path() + R"(/enough; do echo )" + name + R"( >> )" + shared_.path() +
                      R"(/ran; sleep 0.1; done; exit 1']
)"};
  }
  std::vector<std::string> ran() const {
    std::istringstream lines(shared_.read("ran"));
    std::vector<std::string> names;
    for (std::string name; lines >> name;) names.push_back(name);
    return names;
  }
  void fallSick() const { shared_.write("sick", ""); }
  static bool leads(const TestDaemon& daemon) { return daemon.metric("heald_leader") == 1; }
  static void awaitLeading(const TestDaemon& daemon) {
    daemon.await("leading", [&] { return leads(daemon); });
  }
  static void awaitStandingBy(const TestDaemon& daemon, const std::string& leader) {
    daemon.await("standing by", [&] {
      return daemon.get("/-/ready").body.find(leader + " (http") != std::string::npos;
    });
  }
  // "a" leads.
  void startBoth() {
    a_->start();
    awaitLeading(*a_);
    b_->start();
    awaitStandingBy(*b_, "a");
  }

  TempDir shared_;
  std::optional<TestDaemon> a_, b_;
  Etcd etcd_;  // ends before them: it is nothing that they have left behind
};

TEST_F(Replicas, OneActsAndTheOthersSayWhoItIs) {
  TestDaemon& a = *a_;
  a.start();
  awaitLeading(a);
  a.await("ready", [&] { return a.get("/-/ready").status == 200; });
  TestDaemon& b = *b_;
  b.start();
  awaitStandingBy(b, "a");
  EXPECT_EQ(b.get("/-/healthy").status, 200);
  EXPECT_EQ(b.get("/-/ready").status, 503);
  EXPECT_EQ(b.metric("heald_leader"), 0);
  const auto healing = b.status().at("selfHealing");
  EXPECT_EQ(healing.at("status"), "healthy") << "nothing of it is wrong";
  EXPECT_EQ(healing.at("headline"), "this replica stands by");
  const RawResponse refused = b.post("/api/dormant", R"({"reason":"maintenance"})");
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.body.find("a (http://a.example:3001) leads"), std::string::npos)
      << refused.body;
  a.await("both are known", [&] { return a.metric("heald_replicas") == 2; });
  const auto replicas = nlohmann::json::parse(b.get("/api/replicas").body);
  EXPECT_EQ(replicas.at("leader").at("name"), "a");
  EXPECT_EQ(replicas.at("leads"), false);
  fallSick();
  a.await("the remedy", [&] { return ran().size() > 3; });
  shared_.write("enough", "");
  for (const std::string& name : ran()) EXPECT_EQ(name, "a");
}

TEST_F(Replicas, WhoTakesOverAfterAKillKnowsWhatTheFirstKnew) {
  shared_.write("enough", "");
  startBoth();
  TestDaemon& a = *a_;
  TestDaemon& b = *b_;
  fallSick();
  a.await("dormant", [&] { return isDormant(a); });
  const auto attempts = a.governor(kMain).at("attempts");
  a.kill();
  awaitLeading(b);
  b.await("the state", [&] { return b.governor(kMain).at("attempts") == attempts; });
  EXPECT_TRUE(isDormant(b));
  awaitCheckRuns(b, "service", 10);
  EXPECT_EQ(b.governor(kMain).at("attempts"), attempts) << "a human has to resume it";
}

// The machine of it hangs, say, and comes back.
TEST_F(Replicas, WhatALeaderThatIsStoppedRunsIsOverBeforeTheNextLeads) {
  startBoth();
  TestDaemon& a = *a_;
  TestDaemon& b = *b_;
  fallSick();
  a.await("the remedy", [&] { return ran().size() > 2; });
  a.signal(SIGSTOP);
  awaitLeading(b);
  const std::size_t before = ran().size();
  b.await("the remedy of b", [&] { return ran().size() > before + 5; });
  const std::vector<std::string> all = ran();
  for (std::size_t i = before; i < all.size(); ++i) EXPECT_EQ(all[i], "b") << i;
  a.signal(SIGCONT);
  EXPECT_EQ(a.waitForExit(), 75) << "it ends, to start anew as one that stands by";
  const std::size_t later = ran().size();
  b.await("more of it", [&] { return ran().size() > later + 5; });
  shared_.write("enough", "");
  const std::vector<std::string> last = ran();
  for (std::size_t i = before; i < last.size(); ++i) EXPECT_EQ(last[i], "b") << i;
  a.start();
  awaitStandingBy(a, "b");
}

TEST_F(Replicas, WhoIsStoppedOrStepsDownHandsOver) {
  startBoth();
  TestDaemon& a = *a_;
  TestDaemon& b = *b_;
  EXPECT_EQ(b.post("/api/replicas/step-down", R"({"reason":"upgrade"})").status, 409);
  a.await("both are known", [&] { return a.metric("heald_replicas") == 2; });
  EXPECT_EQ(a.post("/api/replicas/step-down", R"({"reason":"upgrade"})").status, 202);
  awaitLeading(b);
  EXPECT_EQ(a.waitForExit(), 75);
  a.start();
  awaitStandingBy(a, "b");
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(b.stop(), 0);
  awaitLeading(a);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, milliseconds(2500)) << "no lease had to end";
}

TEST_F(Replicas, WithoutEtcdNothingStartsAndDetectionGoesOn) {
  TestDaemon& a = *a_;
  a.start();
  awaitLeading(a);
  a.await("the store", [&] { return a.metric("heald_store_up") == 1; });
  etcd_.pause();
  EXPECT_EQ(a.post("/api/dormant", R"({"reason":"try"})").status, 503);
  a.await("store_unavailable", [&] { return a.metric("heald_store_up") == 0; });
  fallSick();
  awaitCheckRuns(a, "service", 10);
  EXPECT_TRUE(ran().empty());
  etcd_.goOn();
  a.await("the remedy", [&] { return !ran().empty(); });
  shared_.write("enough", "");
}

// From a machine that was cloned, say.
TEST_F(Replicas, OneThatHasTheNameOfAnotherSaysSo) {
  TestDaemon& a = *a_;
  a.start();
  awaitLeading(a);
  TestDaemon& namesake = *b_;
  namesake.configure(replica("a").config);
  namesake.start();
  namesake.await("what is wrong", [&] {
    return namesake.get("/-/ready").body.find("needs a name of its own (store.etcd.name)") !=
           std::string::npos;
  });
}

TEST_F(Replicas, TheOthersSeeThatOneHasReadAnotherConfiguration) {
  startBoth();
  TestDaemon& a = *a_;
  TestDaemon& b = *b_;
  const auto config = [&](const TestDaemon& asked, std::size_t which) {
    const auto replicas = nlohmann::json::parse(asked.get("/api/replicas").body).at("replicas");
    return which < replicas.size() ? replicas[which].at("config").get<std::string>() : "";
  };
  a.await("both are known", [&] { return a.metric("heald_replicas") == 2; });
  const std::string before = config(b, 0);
  a.configure(replica("a").config + "# another\n");
  EXPECT_EQ(a.post("/-/reload", "").status, 200);
  b.await("it is told", [&] { return config(b, 0) != before; });
  EXPECT_EQ(nlohmann::json::parse(b.get("/api/replicas").body).at("leader").at("config"),
            config(b, 0));
}

}  // namespace
}  // namespace heald::test
