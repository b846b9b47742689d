#include "process/process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "process/process_fixture.h"
#include "support/temp_dir.h"

namespace heald::process {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

class Process : public testing::Test {
 protected:
  static ProcessResult run(const ProcessSpec& spec) { return runProcess(spec, io::CancelToken()); }
  ProcessResult run(std::vector<std::string> command) {
    ProcessSpec spec;
    spec.command = std::move(command);
    return run(spec);
  }
  ProcessResult sh(const std::string& script) { return run({"/bin/sh", "-c", script}); }
};

TEST_F(Process, ReportsTheExitCode) {
  EXPECT_TRUE(sh("exit 0").ok());
  const auto result = sh("exit 3");
  EXPECT_EQ(result.end, ProcessEnd::kExited);
  EXPECT_EQ(result.code, 3);
  EXPECT_EQ(result.reason, "exit code 3");
}

TEST_F(Process, ReportsTheSignal) {
  const auto result = sh("kill -KILL $$");
  EXPECT_EQ(result.end, ProcessEnd::kSignaled);
  EXPECT_EQ(result.code, SIGKILL);
  EXPECT_EQ(result.reason, "killed by signal SIGKILL");
}

TEST_F(Process, KeepsStdoutAndStderrInTheOrderOfArrival) {
  EXPECT_EQ(sh("echo one; echo two >&2; echo three").output, "one\ntwo\nthree\n");
}

TEST_F(Process, SaysThatTheProgramIsNotThere) {
  const auto result = run({"/nowhere/x", "1"});
  EXPECT_EQ(result.end, ProcessEnd::kNotStarted);
  EXPECT_EQ(result.code, ENOENT);
  EXPECT_EQ(result.reason, "cannot start /nowhere/x: No such file or directory");
  EXPECT_EQ(run({"no-such-program"}).code, ENOENT);
}

TEST_F(Process, SaysThatTheProgramMayNotBeRun) {
  const test::TempDir dir;
  const auto result = run({dir.write("plain", "#!/bin/sh\n")});
  EXPECT_EQ(result.reason, "cannot start " + dir.file("plain") + ": Permission denied");
}

TEST_F(Process, SaysThatTheWorkingDirectoryIsNotThere) {
  ProcessSpec spec;
  spec.command = {"/bin/true"};
  spec.working_directory = "/nowhere";
  EXPECT_EQ(run(spec).reason, "cannot start /bin/true in /nowhere: No such file or directory");
}

TEST_F(Process, RefusesARelativeProgramAndAnEmptyCommand) {
  EXPECT_THAT(run({"bin/true"}).reason, HasSubstr("must be absolute"));
  EXPECT_THAT(run(std::vector<std::string>{}).reason, HasSubstr("must name a program"));
  EXPECT_THAT(run({std::string("/bin/true\0x", 11)}).reason, HasSubstr("NUL"));
}

TEST_F(Process, FindsAProgramInTheFixedPathOnly) {
  const std::string path = std::getenv("PATH");
  setenv("PATH", "/nowhere", 1);
  EXPECT_TRUE(run({"true"}).ok());
  setenv("PATH", path.c_str(), 1);
}

TEST_F(Process, GivesACleanEnvironmentAndNothingOfItsOwn) {
  setenv("SECRET_API_KEY", "hush", 1);
  setenv("HOME", "/home/of/heald", 1);
  ProcessSpec spec;
  spec.command = {"/usr/bin/env"};
  spec.environment = {{"A", "1"}, {"A", "2"}, {"LANG", "de_DE.UTF-8"}, {"HEALD_RUN", "mine"}};
  const std::string output = run(spec).output;
  unsetenv("SECRET_API_KEY");
  EXPECT_THAT(output, StartsWith("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:"
                                 "/bin\nHOME=/home/of/heald\nA=2\nLANG=de_DE.UTF-8\nHEALD_RUN="));
  EXPECT_EQ(std::count(output.begin(), output.end(), '\n'), 5);
}

TEST_F(Process, RunsInItsWorkingDirectoryAndSession) {
  ProcessSpec spec;
  spec.command = {"/bin/sh", "-c", "pwd; cut -d' ' -f1,6 /proc/self/stat"};
  spec.working_directory = "/usr";
  EXPECT_THAT(run(spec).output, StartsWith("/usr\n"));
  EXPECT_EQ(sh("[ $(cut -d' ' -f6 /proc/$$/stat) = $$ ] && echo leader").output, "leader\n");
}

TEST_F(Process, InheritsNoDescriptorAndReadsNothing) {
  const int leaked = open("/etc/hostname", O_RDONLY);              // without O_CLOEXEC
  EXPECT_EQ(run({"ls", "/proc/self/fd"}).output, "0\n1\n2\n3\n");  // 3 is the directory it reads
  close(leaked);
  EXPECT_EQ(run({"cat"}).output, "");
}

TEST_F(Process, ResetsTheSignals) {
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto old = signal(SIGPIPE, SIG_IGN);
  const std::string output = run({"grep", "-E", "Sig(Blk|Ign)", "/proc/self/status"}).output;
  signal(SIGPIPE, old);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  // glibc leaves its two internal signals, 32 and 33, ignored; every program's own start undoes it.
  EXPECT_THAT(output, MatchesRegex("SigBlk:\t0000000000000000\nSigIgn:\t0000000[01][08]0000000\n"));
}

TEST_F(Process, KeepsTheBeginningOfAFloodAndLetsItEnd) {
  const auto result = sh("head -c 5000000 /dev/zero | tr '\\0' x; exit 4");
  EXPECT_EQ(result.code, 4);
  EXPECT_EQ(result.output, std::string(64 * 1024, 'x'));
  EXPECT_TRUE(result.truncated);
}

TEST_F(Process, StopsAnEndlessFloodInTime) {
  ProcessSpec spec;
  spec.command = {"/bin/sh", "-c", "yes & yes >&2"};
  spec.timeout = 300ms;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(run(spec).end, ProcessEnd::kTimeout);
  EXPECT_LT(secondsOf(std::chrono::steady_clock::now() - begin), 5);
}

TEST_F(Process, WaitsForACommandThatClosedItsOutput) {
  EXPECT_EQ(sh("exec >/dev/null 2>&1; sleep 0.2; exit 5").code, 5);
}

TEST_F(Process, TimesOutAndSaysAfterHowLong) {
  ProcessSpec spec;
  spec.command = {"/bin/sh", "-c", "echo started; sleep 100"};
  spec.timeout = 250ms;
  const auto result = run(spec);
  EXPECT_EQ(result.end, ProcessEnd::kTimeout);
  EXPECT_EQ(result.reason, "timed out after 250ms");
  EXPECT_EQ(result.output, "started\n");
}

TEST_F(Process, LetsACommandTidyUpOnTerm) {
  ProcessSpec spec;
  spec.command = {"/bin/sh", "-c",
                  "trap 'head -c 300000 /dev/zero; echo tidy; exit 0' TERM; "
                  "echo up; while :; do sleep 0.02; done"};
  spec.timeout = 300ms;
  spec.kill_after = 20s;
  spec.output_limit = 1'000'000;
  const auto begin = std::chrono::steady_clock::now();
  const auto result = run(spec);
  EXPECT_EQ(result.end, ProcessEnd::kTimeout);
  EXPECT_THAT(result.output, HasSubstr("tidy\n"));
  EXPECT_LT(secondsOf(std::chrono::steady_clock::now() - begin), 10);
}

TEST_F(Process, IsCancelledBeforeItStarts) {
  io::CancelSource source;
  source.cancel();
  ProcessSpec spec;
  spec.command = {"/bin/true"};
  const auto result = runProcess(spec, source.token());
  EXPECT_EQ(result.end, ProcessEnd::kCancelled);
  EXPECT_EQ(result.reason, "cancelled");
}

TEST_F(Process, TurnsEveryShortageOfDescriptorsIntoAResult) {
  rlimit old{};
  getrlimit(RLIMIT_NOFILE, &old);
  const int used = open("/dev/null", O_RDONLY);
  close(used);
  int failed = 0, ran = 0;
  for (int spare = 0; spare < 16; ++spare) {
    const rlimit tight{static_cast<rlim_t>(used + spare), old.rlim_max};
    setrlimit(RLIMIT_NOFILE, &tight);
    const auto result = sh("exit 9");
    setrlimit(RLIMIT_NOFILE, &old);
    if (result.end == ProcessEnd::kExited) {
      EXPECT_EQ(result.code, 9);
      ++ran;
    } else {
      EXPECT_EQ(result.end, ProcessEnd::kNotStarted);
      EXPECT_EQ(result.reason, "cannot start /bin/sh: Too many open files");
      ++failed;
    }
  }
  EXPECT_GE(failed, 2);
  EXPECT_GE(ran, 2);
  killStrays();
}

// In a process of its own, as the limit holds for a user without privileges only.
TEST_F(Process, TurnsAShortageOfProcessesIntoAResult) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
  const pid_t pid = fork();
  if (pid == 0) {
    const rlimit none{0, 0};
    setrlimit(RLIMIT_NPROC, &none);
    if (setuid(65534) != 0) _exit(2);
    const auto result = sh("exit 9");
    _exit(result.end == ProcessEnd::kNotStarted && result.code == EAGAIN ? 0 : 1);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(Process, RunsManyAtOneTime) {
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 10; ++n) {
        const auto result = sh("echo " + std::to_string(i) + "; exit " + std::to_string(i));
        right += result.code == i && result.output == std::to_string(i) + "\n";
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 80);
}

TEST_F(Process, LeavesNoDescriptorOpen) {
  const auto count = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  };
  sh("exit 0");
  const auto before = count();
  for (int i = 0; i < 10; ++i) sh("sleep 100 & exit 0");
  EXPECT_EQ(count(), before);
}

}  // namespace
}  // namespace heald::process
