#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <thread>

#include "process/process.h"
#include "process/process_fixture.h"
#include "support/eventually.h"
#include "support/temp_dir.h"

namespace heald::process {
namespace {

using Clock = std::chrono::steady_clock;
using test::eventually;

// Whatever a command leaves behind is gone when runProcess() returns.
class ProcessTreeEnd : public testing::Test {
 protected:
  static ProcessResult run(const Script& script, const io::CancelToken& cancel = {}) {
    return runProcess(script.spec, cancel);
  }
  // Nothing but, at most, dead orphans that the next look takes away.
  void expectNoChildren() {
    endIdleSupervisors();
    const auto strays = killStrays();
    EXPECT_EQ(strays.killed, 0);
    siginfo_t info{};
    EXPECT_EQ(waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT), -1) << info.si_pid;
    EXPECT_EQ(errno, ECHILD);
  }
};

TEST_F(ProcessTreeEnd, KillsAGrandchildThatCalledSetsid) {
  Script script(kEscapee + " echo done; exit 6");
  const auto result = run(script);
  EXPECT_EQ(result.code, 6);
  EXPECT_EQ(result.output, "done\n");
  EXPECT_EQ(script.alive(), 0);
  expectNoChildren();
}

TEST_F(ProcessTreeEnd, KillsATreeOfEscapeesOnTimeout) {
  Script script("trap '' TERM; " + kEscapee + kEscapee + " (" + kEscapee + " ) & " +
                "while :; do sleep 100; done");
  script.spec.timeout = 400ms;
  script.spec.kill_after = 200ms;
  EXPECT_EQ(run(script).end, ProcessEnd::kTimeout);
  EXPECT_EQ(script.alive(), 0);
  expectNoChildren();
}

TEST_F(ProcessTreeEnd, KillsTheTreeWhenCancelled) {
  Script script(kEscapee + " sleep 100");
  io::CancelSource source;
  ProcessResult result;
  std::thread runner([&] { result = run(script, source.token()); });
  EXPECT_TRUE(eventually([&] { return script.alive() >= 4; }));
  const auto begin = Clock::now();
  source.cancel();
  runner.join();
  EXPECT_EQ(result.end, ProcessEnd::kCancelled);
  EXPECT_EQ(script.alive(), 0);
  EXPECT_LT(secondsOf(Clock::now() - begin), 5);
}

TEST_F(ProcessTreeEnd, IsNotHeldUpByABackgroundChildThatKeepsThePipe) {
  Script script("sleep 100 & echo hello");
  const auto begin = Clock::now();
  const auto result = run(script);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.output, "hello\n");
  EXPECT_LT(secondsOf(Clock::now() - begin), 2);
  EXPECT_EQ(script.alive(), 0);
}

TEST_F(ProcessTreeEnd, KillsAStoppedTree) {
  Script script("sleep 100 & kill -STOP $! ; kill -STOP $$");
  script.spec.timeout = 300ms;
  EXPECT_EQ(run(script).end, ProcessEnd::kTimeout);
  EXPECT_EQ(script.alive(), 0);
}

TEST_F(ProcessTreeEnd, KillsADaemonWithoutEnvironment) {
  const test::TempDir dir;
  Script script("setsid env -i /bin/sh -c 'echo $$ > " + dir.file("pid") +
                "; trap \"\" TERM; while :; do sleep 100; done' & "
                "while [ ! -s " +
                dir.file("pid") + " ]; do sleep 0.01; done; sleep 100");
  script.spec.timeout = 1s;
  script.spec.kill_after = 100ms;
  EXPECT_EQ(run(script).end, ProcessEnd::kTimeout);
  const pid_t pid = std::stoi(dir.read("pid"));
  ProcStat stat;
  EXPECT_FALSE(readProcStat(pid, stat) && stat.state != 'Z');
}

TEST_F(ProcessTreeEnd, OutrunsATreeThatKeepsForking) {
  Script script("f() { trap '' TERM; while :; do setsid sleep 100 & sleep 0.01; done; }; f & f");
  script.spec.timeout = 300ms;
  script.spec.kill_after = 100ms;
  EXPECT_EQ(run(script).end, ProcessEnd::kTimeout);
  EXPECT_EQ(script.alive(), 0);
  expectNoChildren();
}

TEST_F(ProcessTreeEnd, LeavesTheTreeOfAnotherRunAlone) {
  const test::TempDir dir;
  Script other(kEscapee + kEscapee + " while [ ! -e " + dir.file("go") +
               " ]; do sleep 0.02; done; exit 8");
  ProcessResult result;
  std::thread runner([&] { result = run(other); });
  EXPECT_TRUE(eventually([&] { return other.alive() >= 7; }));
  for (int i = 0; i < 5; ++i) {
    Script script(kEscapee + " exit 0");
    run(script);
    killStrays();
  }
  EXPECT_GE(other.alive(), 7);
  dir.write("go", "");
  runner.join();
  EXPECT_EQ(result.code, 8);
  EXPECT_EQ(other.alive(), 0);
}

TEST(Strays, AreKilledAndReaped) {
  const pid_t pid = fork();
  if (pid == 0) {
    pause();
    _exit(0);
  }
  int killed = 0, reaped = 0;
  EXPECT_TRUE(eventually([&] {
    const auto counts = killStrays();
    killed += counts.killed;
    reaped += counts.reaped;
    return reaped == 1;
  }));
  EXPECT_GE(killed, 1);
  EXPECT_EQ(kill(pid, 0), -1);
  EXPECT_EQ(killStrays().found, 0);
}

TEST(Strays, AreNeverTheChildrenOfARunUnderWay) {
  std::atomic<bool> stop = false;
  std::thread killer([&] {
    while (!stop) killStrays();
  });
  std::vector<std::thread> runners;
  std::atomic<int> right = 0;
  for (int i = 0; i < 3; ++i) {
    runners.emplace_back([&] {
      for (int n = 0; n < 40; ++n) {
        Script script("exit 7");
        right += runProcess(script.spec, {}).code == 7;
      }
    });
  }
  for (auto& runner : runners) runner.join();
  stop = true;
  killer.join();
  EXPECT_EQ(right, 120);
}

TEST(Supervisor, EndsTheWholeTreeWhenHealdIsKilled) {
  Script script("trap '' TERM; " + kEscapee + " (" + kEscapee + " ) & sleep 100; sleep 100");
  script.spec.kill_after = 300ms;
  const pid_t heald = fork();
  if (heald == 0) {
    runProcess(script.spec, {});
    _exit(0);
  }
  EXPECT_TRUE(eventually([&] { return script.alive() >= 7; }));
  kill(heald, SIGKILL);
  const auto begin = Clock::now();
  waitpid(heald, nullptr, 0);
  EXPECT_TRUE(eventually([&] { return script.alive() == 0; }));
  EXPECT_LT(secondsOf(Clock::now() - begin), 0.3 + 1);
  killStrays();
}

TEST(Supervisor, IsMissedByNobodyWhenItIsKilledItself) {
  const test::TempDir dir;
  Script script("echo $PPID > " + dir.file("supervisor.new") + "; mv " +
                dir.file("supervisor.new") + " " + dir.file("supervisor") + "; " + kEscapee +
                " sleep 100");
  ProcessResult result;
  std::thread runner([&] { result = runProcess(script.spec, {}); });
  EXPECT_TRUE(eventually([&] { return script.alive() >= 4 && !dir.read("supervisor").empty(); }));
  kill(std::stoi(dir.read("supervisor")), SIGKILL);
  runner.join();
  EXPECT_EQ(result.end, ProcessEnd::kSignaled);
  EXPECT_EQ(result.reason, "its supervisor was lost: killed by signal SIGKILL");
  EXPECT_EQ(script.alive(), 0);
}

TEST(Supervisor, SurvivesTheSignalsThatStopAService) {
  const test::TempDir dir;
  Script script("kill -TERM $PPID; kill -INT $PPID; kill -HUP $PPID; exit 5");
  EXPECT_EQ(runProcess(script.spec, {}).code, 5);
}

TEST(Supervisor, ReapsWhatALongRunLeavesBehind) {
  Script script(
      "for i in 1 2 3 4 5 6 7 8; do (sleep 0.01 &) ; done; sleep 0.5; "
      "ps -o stat= --ppid $PPID | grep -c Z");
  EXPECT_EQ(runProcess(script.spec, {}).output, "0\n");
}

}  // namespace
}  // namespace heald::process
