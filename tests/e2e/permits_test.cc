// The governor as a service, with real programs: healdctl exec around scripts, and kill -9 of
// either side.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "e2e/stories.h"
#include "support/command.h"

namespace heald::test {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

// Every default time of a governor, divided by 1000; the budgets as they are.
const char* const kQuickBackup = R"(
governors:
  backup:
    backoff: {base: 5ms, max: 600ms}
    breaker: {open_for: 60ms}
)";

std::vector<std::string> execLine(const TestDaemon& daemon, const std::vector<std::string>& options,
                                  const std::string& script) {
  std::vector<std::string> line = {
      HEALD_BINARY_DIR "/healdctl", "--url", daemon.url(), "--token-file",
      daemon.file("control.token"), "exec",  "--governor", "backup"};
  line.insert(line.end(), options.begin(), options.end());
  line.insert(line.end(), {"--", "/bin/sh", "-c", script});
  return line;
}

// A program that runs beside the test.
class Background {
 public:
  explicit Background(const std::vector<std::string>& line) {
    std::vector<char*> argv;
    for (const std::string& word : line) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    if (posix_spawn(&pid_, argv[0], nullptr, nullptr, argv.data(), environ) != 0) pid_ = 0;
  }
  ~Background() {
    if (pid_ > 0) wait(SIGKILL);
  }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  // Its exit code, or minus the signal that ended it.
  int wait(int signal_number = 0) {
    if (signal_number != 0) ::kill(pid_, signal_number);
    int status = 0;
    ::waitpid(std::exchange(pid_, 0), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  pid_t pid_ = 0;
};

bool exists(const TestDaemon& daemon, const std::string& name) {
  return ::access(daemon.file(name).c_str(), F_OK) == 0;
}

std::size_t linesOf(const TestDaemon& daemon, const std::string& name) {
  const std::string text = daemon.read(name);
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

json backup(const TestDaemon& daemon) {
  return daemon.governor("backup");
}

TEST(PermitsE2e, WhatACommandPrintedIsShownWithTheTokenAlone) {
  TestDaemon daemon({kQuickBackup});
  daemon.start();
  ASSERT_EQ(runCommand(execLine(daemon, {}, "echo postgres://backup:hunter2@db >&2; exit 3")).code,
            3);
  const std::string history = "/api/history?kind=attempt";
  for (const std::string& path :
       {history, std::string("/api/status"), std::string("/api/governors"),
        std::string("/api/governors/backup")}) {
    EXPECT_THAT(daemon.get(path).body, testing::Not(HasSubstr("hunter2"))) << path;
  }
  EXPECT_THAT(daemon.get(history).body, HasSubstr("exit code 3"));
  const std::string bearer = "Authorization: Bearer " + daemon.token() + "\r\n";
  EXPECT_THAT(get(daemon.controlPort(), history, bearer).body, HasSubstr("hunter2"));
  EXPECT_THAT(daemon.log(), HasSubstr("hunter2"));
}

TEST(PermitsE2e, TenShellsInALoopAroundAFailingScriptMakeTenAttemptsInAllAndThenNoMore) {
  TestDaemon daemon({std::string("metrics: {detail: full}\n") + kQuickBackup});
  daemon.start();
  const auto line = execLine(daemon, {}, "echo $$ >> " + daemon.file("runs") + "; exit 1");
  std::atomic<bool> enough{false};
  std::atomic<int> denied{0}, failed{0}, other{0};
  std::vector<std::thread> shells;
  for (int i = 0; i < 10; ++i) {
    shells.emplace_back([&] {
      while (!enough) {
        const int code = runCommand(line).code;
        ++(code == 75 ? denied : code == 1 ? failed : other);
      }
    });
  }
  const bool dormant =
      eventually([&] { return backup(daemon).at("isDormant").get<bool>(); }, seconds(60));
  const int then = denied;
  eventually([&] { return denied >= then + 50; }, seconds(60));
  enough = true;
  for (std::thread& shell : shells) shell.join();
  EXPECT_TRUE(dormant);
  EXPECT_EQ(linesOf(daemon, "runs"), 10u);
  EXPECT_EQ(failed, 10);
  EXPECT_EQ(other, 0);
  EXPECT_GE(denied, then + 50);
  EXPECT_EQ(backup(daemon).at("attempts"), 10);
  EXPECT_EQ(backup(daemon).at("failures"), 10);
  EXPECT_EQ(backup(daemon).at("state"), "PERMANENT_OPEN");
  EXPECT_EQ(daemon.metric("heald_permits_total{governor=\"backup\",outcome=\"failed\"}"), 10);
  EXPECT_EQ(daemon.metric("heald_permits_total{governor=\"backup\",outcome=\"denied\"}"),
            static_cast<double>(denied));
}

TEST(PermitsE2e, OneUnauthorizedOnStderrIsEnough) {
  TestDaemon daemon({kQuickBackup});
  daemon.start();
  const auto first = runCommand(execLine(daemon, {}, "echo '401 Unauthorized' >&2; exit 22"));
  EXPECT_EQ(first.code, 22);
  EXPECT_EQ(first.output, "401 Unauthorized\n");
  const auto second = runCommand(execLine(daemon, {"--wait", "1m"}, "true"));
  EXPECT_EQ(second.code, 75);
  EXPECT_THAT(second.output, HasSubstr("guard: dormant\n"));
}

TEST(PermitsE2e, WaitingOutlastsABackoff) {
  TestDaemon daemon({kQuickBackup});
  daemon.start();
  EXPECT_EQ(runCommand(execLine(daemon, {}, "exit 1")).code, 1);
  EXPECT_EQ(runCommand(execLine(daemon, {"--wait", "1m"}, "exit 0")).code, 0);
  EXPECT_EQ(backup(daemon).at("consecutiveFailures"), 0);
}

TEST(PermitsE2e, AHealdctlThatIsKilledIsCountedAsFailedAtTheDeadline) {
  TestDaemon daemon({kQuickBackup});
  daemon.start();
  Background ctl(execLine(daemon, {"--deadline", "5s"},
                          ": > " + daemon.file("started") + "; while :; do sleep 0.05; done"));
  daemon.await("the command", [&] { return exists(daemon, "started"); });
  EXPECT_EQ(ctl.wait(SIGKILL), -SIGKILL);
  EXPECT_EQ(backup(daemon).at("inFlight").size(), 1u);
  EXPECT_EQ(backup(daemon).at("failures"), 0);
  daemon.await("the deadline", [&] { return backup(daemon).at("failures") == 1; });
  EXPECT_EQ(backup(daemon).at("attempts"), 1);
  EXPECT_EQ(backup(daemon).at("permits").at("expired"), 1);
  EXPECT_TRUE(backup(daemon).at("inFlight").empty());
}

TEST(PermitsE2e, AHealdThatIsKilledMeanwhileCountsTheAttemptExactlyOnce) {
  TestDaemon daemon({kQuickBackup});
  daemon.start();
  Background ctl(execLine(daemon, {"--deadline", "5m"},
                          ": > " + daemon.file("started") + "; while ! test -e " +
                              daemon.file("go") + "; do sleep 0.02; done"));
  daemon.await("the command", [&] { return exists(daemon, "started"); });
  daemon.launch().flags = {"--web.control-address=127.0.0.1:" +
                           std::to_string(daemon.controlPort())};
  for (int i = 0; i < 2; ++i) {
    daemon.kill();
    daemon.start();
    EXPECT_EQ(backup(daemon).at("inFlight").size(), 1u) << "it is still running";
    EXPECT_EQ(backup(daemon).at("failures"), 0);
  }
  daemon.kill();
  daemon.dir().write("go", "");  // it ends while nobody can be told
  daemon.start();
  EXPECT_EQ(ctl.wait(), 0);
  EXPECT_EQ(backup(daemon).at("attempts"), 1);
  EXPECT_EQ(backup(daemon).at("successes"), 1);
  EXPECT_EQ(backup(daemon).at("failures"), 0);
  daemon.kill();
  daemon.start();
  EXPECT_EQ(backup(daemon).at("successes"), 1);
}

TEST(PermitsE2e, APermitWhoseDeadlinePassesWhileHealdIsDownFailsExactlyOnce) {
  TestDaemon daemon({kQuickBackup});
  daemon.start();
  const auto given =
      daemon.post("/api/permits", R"({"governor": "backup", "deadline": "1s", "reason": "x"})");
  ASSERT_EQ(given.status, 201) << given.body;
  const std::string id = json::parse(given.body).at("id");
  daemon.kill();
  daemon.start();
  daemon.await("the deadline", [&] { return backup(daemon).at("failures") == 1; });
  daemon.kill();
  daemon.start();
  EXPECT_EQ(backup(daemon).at("failures"), 1);
  EXPECT_EQ(backup(daemon).at("attempts"), 1);
  const auto late = daemon.post("/api/permits/" + id + "/result", R"({"ok": true})");
  EXPECT_EQ(late.status, 409);
  EXPECT_THAT(late.body, HasSubstr("has expired"));
}

TEST(PermitsE2e, AReportIsAnsweredTheSameAgainAfterKill9) {
  TestDaemon daemon({kQuickBackup});
  daemon.start();
  const auto given = daemon.post("/api/permits", R"({"governor": "backup"})");
  const std::string path =
      "/api/permits/" + json::parse(given.body).at("id").get<std::string>() + "/result";
  const std::string body = R"({"ok": false, "error": "exit code 1"})";
  const auto first = daemon.post(path, body);
  EXPECT_EQ(first.status, 200);
  daemon.kill();
  daemon.start();
  const auto again = daemon.post(path, body);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(backup(daemon).at("failures"), 1);
  EXPECT_EQ(daemon.post(path, R"({"ok": true})").status, 409);
  EXPECT_EQ(daemon.post("/api/permits/7-x/result", R"({"ok": true})").status, 404);
}

TEST(PausesE2e, APauseHoldsOverKill9UntilAHumanOrTimeEndsIt) {
  TestDaemon daemon({sickService("exit 1", kHundredTimesFaster)});
  daemon.start();
  const auto pause = [&](const std::string& length) {
    return daemon
        .post("/api/remedies/restart/pause", R"({"reason": "disk", "for": ")" + length + "\"}")
        .status;
  };
  ASSERT_EQ(pause("1h"), 200);
  daemon.dir().write("sick", "");
  daemon.kill();
  daemon.start();
  EXPECT_EQ(daemon.remedy("restart").at("pause").at("reason"), "disk");
  EXPECT_EQ(daemon.post("/api/remedies/restart/run", "").status, 409);
  awaitCheckRuns(daemon, "service", 5);
  EXPECT_TRUE(startsOf(daemon).empty());
  EXPECT_EQ(daemon.metric("heald_remedy_paused{remedy=\"restart\"}"), 1);
  EXPECT_GT(*daemon.metric("heald_healing_detected_total{remedy=\"restart\"}"), 0);
  EXPECT_EQ(daemon.metric(
                "heald_healing_attempts_total{remedy=\"restart\",governor=\"self-healing-main\"}"),
            0);
  ASSERT_EQ(daemon.post("/api/remedies/restart/unpause", "").status, 200);
  daemon.await("an attempt", [&] { return !startsOf(daemon).empty(); });
  ASSERT_EQ(pause("1s"), 200);
  daemon.await("the end", [&] { return daemon.remedy("restart").at("pause").is_null(); });
  EXPECT_EQ(daemon.metric("heald_remedy_paused{remedy=\"restart\"}"), 0);
  daemon.await("the note", [&] { return daemon.logHas("a pause is over"); });
}

}  // namespace
}  // namespace heald::test
