// healdctl exec as the real program, against the real control listener over a fake engine.
#include "ctl/exec.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "support/command.h"
#include "support/eventually.h"

namespace heald::ctl {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

class Exec : public CtlTest {
 protected:
  void SetUp() override {
    CtlTest::SetUp();
    engine_->reply = engine::Reply{"given"};
    engine_->reply->permit = engine::Permit{};
    engine_->reply->permit->id = "7-abc";
  }

  std::vector<std::string> line(const std::vector<std::string>& options,
                                const std::vector<std::string>& command) {
    std::vector<std::string> words = {"/usr/bin/env",
                                      "HEALD_URL=" + environment_["HEALD_URL"],
                                      "HEALD_TOKEN_FILE=" + environment_["HEALD_TOKEN_FILE"],
                                      HEALD_BINARY_DIR "/healdctl",
                                      "exec",
                                      "--governor",
                                      "backup"};
    words.insert(words.end(), options.begin(), options.end());
    words.emplace_back("--");
    words.insert(words.end(), command.begin(), command.end());
    return words;
  }
  test::CommandResult exec(const std::vector<std::string>& options,
                           const std::vector<std::string>& command, const std::string& input = "") {
    engine_->settle();
    const test::CommandResult result = test::runCommand(line(options, command), input);
    engine_->settle();
    return result;
  }
  test::CommandResult shell(const std::string& script) { return exec({}, {"sh", "-c", script}); }
  const engine::ReportPermit& reported() { return engine_->asked<engine::ReportPermit>(); }

  // Starts it, waits until the command has made `file`, sends the signal, and returns the status.
  int signalled(const std::vector<std::string>& words, const std::string& file, int number) {
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    engine_->settle();
    const pid_t pid = fork();
    if (pid == 0) {
      execv(argv[0], argv.data());
      _exit(127);
    }
    EXPECT_TRUE(test::eventually([&] { return access(file.c_str(), F_OK) == 0; }));
    kill(pid, number);
    int status = 0;
    waitpid(pid, &status, 0);
    engine_->settle();
    return status;
  }
};

TEST_F(Exec, RunsTheCommandInThisPlaceAndReportsThatItEndedWell) {
  const auto result =
      exec({"--deadline", "30m"}, {"sh", "-c", "cat; echo $HEALD_PERMIT >&2"}, "from stdin\n");
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.output, "from stdin\n7-abc\n");
  const auto& asked = std::get<engine::RequestPermit>(engine_->events.front());
  EXPECT_EQ(asked.governor, "backup");
  EXPECT_EQ(asked.deadline, std::chrono::minutes(30));
  EXPECT_EQ(reported().id, "7-abc");
  EXPECT_TRUE(reported().ok);
}

TEST_F(Exec, AsksForAMemberOfAFleet) {
  EXPECT_EQ(exec({"--member", "node-7"}, {"true"}).code, 0);
  EXPECT_EQ(std::get<engine::RequestPermit>(engine_->events.front()).member, "node-7");
  engine_->reply->permit.reset();
  engine_->reply->denial = engine::Denial{"not_a_member", false, {}, {}, "no"};
  EXPECT_EQ(exec({"--wait", "1m"}, {"touch", files_.file("ran")}).code, kExecDenied);
}

TEST_F(Exec, HasTheExitCodeOfTheCommandAndReportsItWithTheEndOfStderr) {
  const auto result = shell("echo noise; echo 'Error: No active API keys' >&2; exit 3");
  EXPECT_EQ(result.code, 3);
  EXPECT_FALSE(reported().ok);
  EXPECT_THAT(reported().error, HasSubstr("exit code 3\nError: No active API keys\n"));
  EXPECT_EQ(shell("kill -KILL $$").code, 128 + SIGKILL);
  EXPECT_THAT(reported().error, HasSubstr("killed by signal SIGKILL"));
}

TEST_F(Exec, PassesAFloodOfStderrThroughAndReportsItsEnd) {
  const auto result = shell(
      "i=0; while [ $i -lt 3000 ]; do echo line number $i of many >&2; i=$((i+1)); done; "
      "exit 1");
  EXPECT_THAT(result.output, testing::StartsWith("line number 0 of many\n"));
  EXPECT_THAT(result.output, testing::EndsWith("line number 2999 of many\n"));
  EXPECT_LE(reported().error.size(), 17'000u);
  EXPECT_THAT(reported().error, testing::EndsWith("line number 2999 of many\n"));
}

TEST_F(Exec, FindsProgramsInThePathAndSaysWhatItCannotRun) {
  EXPECT_EQ(exec({}, {"true"}).code, 0);
  EXPECT_EQ(exec({}, {"/nonexistent"}).code, kExecNotFound);
  EXPECT_FALSE(reported().ok);
  EXPECT_THAT(reported().error, HasSubstr("cannot start /nonexistent"));
  EXPECT_EQ(exec({}, {files_.write("no-program", "#!/bin/sh\n")}).code, kExecNotRunnable);
}

TEST_F(Exec, RunsNothingWhenItIsDenied) {
  engine_->reply->permit.reset();
  engine_->reply->denial =
      engine::Denial{"breaker_open", true, api::testNow().wall + seconds(30), seconds(30), "no"};
  const auto result = exec({}, {"touch", files_.file("ran")});
  EXPECT_EQ(result.code, kExecDenied);
  EXPECT_THAT(result.output, HasSubstr("guard: breaker_open, until: 2026-11-23T20:47:30.000Z\n"));
  engine_->reply->denial = engine::Denial{"observe_mode", false, {}, {}, "no"};
  EXPECT_EQ(exec({"--wait", "1m"}, {"touch", files_.file("ran")}).code, kExecDenied)
      << "no waiting for what no time ends";
  EXPECT_NE(access(files_.file("ran").c_str(), F_OK), 0);
}

// The answer was lost, and by the time it is asked again another program of the member has ended
// it.
TEST_F(Exec, RunsNothingUnderAPermitThatHasEnded) {
  engine_->reply->permit->state = engine::PermitState::kOk;
  const auto result = exec({}, {"touch", files_.file("ran")});
  EXPECT_EQ(result.code, kExecNotAsked);
  EXPECT_THAT(result.output, HasSubstr("permit 7-abc may not be used any more: ok\n"));
  EXPECT_NE(access(files_.file("ran").c_str(), F_OK), 0);
}

TEST_F(Exec, RunsNothingWhenHealdCannotBeAsked) {
  engine_->reply = Error{ErrorCode::kNotFound, "no governor \"backup\""};
  EXPECT_EQ(exec({}, {"touch", files_.file("ran")}).code, kExecNotAsked);
  environment_["HEALD_TOKEN_FILE"] = files_.write("wrong", "0123\n");
  EXPECT_EQ(exec({}, {"touch", files_.file("ran")}).code, kExecNotAsked);
  environment_["HEALD_URL"] = "http://127.0.0.1:1";
  const auto result = exec({}, {"touch", files_.file("ran")});
  EXPECT_EQ(result.code, kExecNotAsked);
  EXPECT_THAT(result.output, HasSubstr("the command was not run: cannot reach heald"));
  EXPECT_NE(access(files_.file("ran").c_str(), F_OK), 0);
}

TEST_F(Exec, TakesNoArgumentsThatMakeNoSense) {
  EXPECT_EQ(ctl({"exec", "--", "true"}).code, 2);
  EXPECT_EQ(ctl({"exec", "--governor", "a"}).code, 2);
  EXPECT_EQ(ctl({"exec", "--governor", "a", "--deadline", "25h", "--", "true"}).code, 2);
  EXPECT_EQ(ctl({"exec", "--governor", "a", "--deadline", "soon", "--", "true"}).code, 2);
  EXPECT_TRUE(engine_->events.empty());
}

TEST_F(Exec, PassesSignalsOnToTheCommand) {
  for (const int number : {SIGTERM, SIGINT}) {
    const std::string file = files_.file("started" + std::to_string(number));
    const int status = signalled(
        line({}, {"sh", "-c",
                  "trap 'exit 42' TERM INT; : > " + file + "; while :; do sleep 0.05; done"}),
        file, number);
    EXPECT_EQ(WEXITSTATUS(status), 42);
    EXPECT_THAT(reported().error, HasSubstr("exit code 42"));
  }
}

TEST_F(Exec, EndsACommandWithAllThatItStartedWhenItsDeadlineIsOver) {
  const std::string beat = files_.file("beat");
  const auto begun = std::chrono::steady_clock::now();
  const auto result = exec({"--deadline", "1s"},
                           {"sh", "-c",
                            "trap '' TERM; (trap '' TERM; setsid sh -c 'trap \"\" TERM; while :; "
                            "do : > " +
                                beat + "; sleep 0.02; done') & wait; wait"});
  EXPECT_EQ(result.code, kExecDeadline);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(20));
  EXPECT_FALSE(reported().ok);
  EXPECT_THAT(reported().error, HasSubstr("deadline"));
  unlink(beat.c_str());
  EXPECT_FALSE(test::eventually([&] { return access(beat.c_str(), F_OK) == 0; }, milliseconds(300)))
      << "its child in another session is gone as well";
}

TEST_F(Exec, KilledItselfTakesTheCommandWithIt) {
  const std::string file = files_.file("started");
  const std::string beat = files_.file("beat");
  const int status = signalled(
      line({}, {"sh", "-c", ": > " + file + "; while :; do : > " + beat + "; sleep 0.02; done"}),
      file, SIGKILL);
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
  const auto quiet = [&] {
    unlink(beat.c_str());
    return !test::eventually([&] { return access(beat.c_str(), F_OK) == 0; }, milliseconds(200));
  };
  EXPECT_TRUE(test::eventually(quiet)) << "the command goes on without a permit";
  EXPECT_TRUE(std::holds_alternative<engine::RequestPermit>(engine_->events.back()))
      << "nobody reported: it expires";
}

TEST_F(Exec, EndsWhatTheCommandStartedWhenItWasAskedToEnd) {
  const std::string file = files_.file("started");
  const std::string beat = files_.file("beat");
  signalled(line({}, {"sh", "-c",
                      "(while :; do : > " + beat + "; sleep 0.02; done) & : > " + file + "; wait"}),
            file, SIGTERM);
  EXPECT_THAT(reported().error, HasSubstr("SIGTERM"));
  unlink(beat.c_str());
  EXPECT_FALSE(
      test::eventually([&] { return access(beat.c_str(), F_OK) == 0; }, milliseconds(300)));
}

TEST_F(Exec, OutlivesTheReaderOfItsStderr) {
  const auto result =
      test::runCommand({"bash", "-c", "\"$@\" 2>&1 > /dev/null | true; echo ${PIPESTATUS[0]}", "x",
                        "/usr/bin/env", "HEALD_URL=" + environment_["HEALD_URL"],
                        "HEALD_TOKEN_FILE=" + environment_["HEALD_TOKEN_FILE"],
                        HEALD_BINARY_DIR "/healdctl", "exec", "--governor", "backup", "--", "sh",
                        "-c", "sleep 0.2; echo a >&2; sleep 0.1; echo b >&2; exit 7"});
  engine_->settle();
  EXPECT_EQ(result.output, "7\n");
  EXPECT_THAT(reported().error, HasSubstr("a\nb\n"));
}

TEST_F(Exec, LeavesAloneWhatTheCommandLeavesRunning) {
  const std::string file = files_.file("later");
  EXPECT_EQ(shell("(sleep 0.4; : > " + file + ") > /dev/null 2>&1 &").code, 0);
  EXPECT_TRUE(test::eventually([&] { return access(file.c_str(), F_OK) == 0; }));
}

}  // namespace
}  // namespace heald::ctl
