// What waits for a human, and permits that a check decides, over kill -9.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "support/command.h"
#include "support/daemon.h"

namespace heald::test {
namespace {

using testing::HasSubstr;

class Approvals : public testing::Test {
 protected:
  CommandResult ctl(std::vector<std::string> words) {
    words.insert(words.begin(), {HEALD_BINARY_DIR "/healdctl", "--url", daemon_.url(),
                                 "--token-file", daemon_.file("control.token")});
    return runCommand(words);
  }
  std::ptrdiff_t runs() {
    const std::string text = daemon_.read("runs");
    return std::count(text.begin(), text.end(), '\n');
  }
  nlohmann::json approvals() { return nlohmann::json::parse(daemon_.get("/api/approvals").body); }
  void awaitAWish() {
    daemon_.await("an attempt that waits for a human",
                  [&] { return approvals()["wanted"].size() == 1; });
  }

  TestDaemon daemon_{{R"(
checks: [{name: service, interval: 50ms, file: {path: '@DIR@/well'}}]
remedies:
  - name: mend
    when: {check: service}
    approval: required
    exec: {command: [/bin/sh, -c, 'echo >> @DIR@/runs']}
    verify: {after: 10ms, within: 50ms}
    governor: mend
governors: {mend: {backoff: {base: 10ms, max: 10ms}, budgets: []}}
)"}};
};

TEST_F(Approvals, LetOneAttemptStartThoughHealdIsKilledInBetween) {
  daemon_.dir().write("runs", "");
  daemon_.start();
  awaitAWish();
  ASSERT_EQ(ctl({"pause", "mend", "--for", "1h", "--reason", "not now"}).code, 0);
  const CommandResult given = ctl({"approve", "mend", "--reason", "seen by a human"});
  ASSERT_EQ(given.code, 0) << given.output;
  daemon_.kill();
  daemon_.start();
  ASSERT_EQ(approvals()["approvals"].size(), 1u);
  EXPECT_EQ(approvals()["approvals"][0]["reason"], "seen by a human");
  EXPECT_EQ(runs(), 0);
  ASSERT_EQ(ctl({"unpause", "mend"}).code, 0);
  daemon_.await("the attempt", [&] { return runs() == 1; });
  awaitAWish();
  daemon_.kill();
  daemon_.start();
  awaitAWish();
  EXPECT_TRUE(approvals()["approvals"].empty());
  EXPECT_EQ(runs(), 1) << "an approval is for one attempt";
  const std::string history = daemon_.get("/api/history?remedy=mend&kind=approval").body;
  EXPECT_THAT(history, HasSubstr("used"));
}

TEST_F(Approvals, ThatAreTakenBackLetNothingStart) {
  daemon_.dir().write("runs", "");
  daemon_.start();
  awaitAWish();
  ASSERT_EQ(ctl({"pause", "mend", "--for", "1h", "--reason", "not now"}).code, 0);
  ASSERT_EQ(ctl({"approve", "mend", "--reason", "a mistake"}).code, 0);
  ASSERT_EQ(ctl({"unapprove", "mend"}).code, 0);
  ASSERT_EQ(ctl({"unpause", "mend"}).code, 0);
  awaitAWish();
  EXPECT_TRUE(approvals()["approvals"].empty());
  EXPECT_EQ(runs(), 0);
}

class PermitVerification : public testing::Test {
 protected:
  std::string permit() {
    const RawResponse answer =
        daemon_.post("/api/permits", R"({"governor": "jobs", "deadline": "1m"})");
    EXPECT_EQ(answer.status, 201) << answer.body;
    return nlohmann::json::parse(answer.body)["id"];
  }
  RawResponse report(const std::string& id, bool ok) {
    return daemon_.post("/api/permits/" + id + "/result", nlohmann::json{{"ok", ok}}.dump());
  }
  nlohmann::json jobs() { return daemon_.governor("jobs"); }

  // The window is long where a test ends it by what the check finds, and short where by time.
  static std::string config(const std::string& within) {
    return R"(
checks: [{name: service, interval: 50ms, file: {path: '@DIR@/well'}}]
governors:
  jobs: {verify: {check: service, after: 50ms, within: )" +
           within + R"(}, max_consecutive_failures: 1, budgets: []}
)";
  }

  TestDaemon daemon_{{config("1m")}};
};

TEST_F(PermitVerification, GoesOnAfterKillMinusNineUntilTheCheckDecides) {
  daemon_.start();
  const std::string id = permit();
  EXPECT_EQ(report(id, true).status, 200);
  EXPECT_EQ(jobs()["inFlight"][0]["permitState"], "verifying");
  daemon_.kill();
  daemon_.start();
  EXPECT_EQ(jobs()["inFlight"][0]["permitState"], "verifying");
  EXPECT_EQ(jobs()["successes"], 0) << "the caller's word is not enough";
  daemon_.dir().write("well", "");
  daemon_.await("the check's word", [&] { return jobs()["successes"] == 1; });
  EXPECT_TRUE(jobs()["inFlight"].empty());
}

TEST_F(PermitVerification, OfWhatDoesNotHelpIsAFailureThoughTheCallerSaysItWasNone) {
  daemon_.configure(config("300ms"));
  daemon_.start();
  const std::string id = permit();
  EXPECT_EQ(report(id, true).status, 200);
  daemon_.await("the end of the window", [&] { return jobs()["isDormant"] == true; });
  EXPECT_EQ(jobs()["failures"], 1);
  EXPECT_THAT(daemon_.get("/api/history?governor=jobs").body, HasSubstr("not_verified"));
  EXPECT_EQ(daemon_.post("/api/permits", R"({"governor": "jobs"})").status, 409);
}

TEST_F(PermitVerification, AFailureThatTheCallerReportsIsOneWhateverTheCheckSays) {
  daemon_.dir().write("well", "");
  daemon_.start();
  EXPECT_EQ(report(permit(), false).status, 200);
  EXPECT_EQ(jobs()["isDormant"], true);
}

}  // namespace
}  // namespace heald::test
