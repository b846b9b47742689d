// Commands that do not want to end, of checks and remedies alike, as heald's user and as another.
// None is left when runProcess() returns, soon after its timeout; and none outlives heald, killed
// at any moment, by more than its grace and a second.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <thread>
#include <tuple>

#include "process/process.h"
#include "process/process_fixture.h"
#include "support/eventually.h"
#include "support/temp_dir.h"

namespace heald::process {
namespace {

using Clock = std::chrono::steady_clock;
using test::eventually;

constexpr auto kTimeout = 400ms;
constexpr auto kGrace = 200ms;
// Twice a second is asked for; a machine with twenty runnable processes for each core needs more.
// What it must stay below is the five seconds after which heald gives up on a supervisor.
constexpr double kLate = 4;

// The program under a name that no other test uses: what runs it can be found whatever became of
// its session, environment and name.
class Hostile : public testing::TestWithParam<std::tuple<const char*, const char*>> {
 protected:
  Hostile() {
    std::filesystem::copy_file(HEALD_HOSTILE, program_);
    chmod(dir_.path().c_str(), 0755);
    spec_.command = {program_, mode()};
    spec_.timeout = kTimeout;
    spec_.kill_after = kGrace;
  }
  ~Hostile() override {
    forEachProcess([this](pid_t pid) {
      if (runs(pid)) kill(pid, SIGKILL);
    });
    killStrays();
  }

  void SetUp() override {
    if (user().empty()) return;
    if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
    spec_.run_as = std::make_shared<const io::RunAs>(*io::runAs(user(), ""));
  }

  static std::string mode() { return std::get<0>(GetParam()); }
  static std::string user() { return std::get<1>(GetParam()); }

  bool runs(pid_t pid) const {
    std::error_code error;
    const auto exe = std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/exe", error);
    return !error && exe == program_;
  }
  int alive() const {
    int count = 0;
    forEachProcess([&](pid_t pid) { count += runs(pid); });
    return count;
  }

  const test::TempDir dir_;
  const std::string program_ = std::filesystem::canonical(dir_.path()) / "hostile";
  ProcessSpec spec_;
};

INSTANTIATE_TEST_SUITE_P(
    , Hostile,
    testing::Combine(testing::Values("ignore", "double-fork", "orphans-and-exit", "daemonise",
                                     "fork-storm", "closed-output", "flooded-output", "stop-itself",
                                     "stop-the-parent", "adopt-out", "subreaper", "undumpable"),
                     testing::Values("", "nobody")),
    [](const auto& parameters) {
      const std::string as = std::get<1>(parameters.param);
      std::string name = std::get<0>(parameters.param) + (as.empty() ? "" : "-as-" + as);
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

TEST_P(Hostile, IsGoneSoonAfterItsTimeout) {
  const auto begin = Clock::now();
  const ProcessResult result = runProcess(spec_, {});
  EXPECT_LT(secondsOf(Clock::now() - begin - kTimeout - kGrace), kLate);
  EXPECT_NE(result.end, ProcessEnd::kNotStarted) << result.reason;
  EXPECT_EQ(alive(), 0) << result.reason;
}

TEST_P(Hostile, DoesNotOutliveHealdThatIsKilled) {
  const bool leaves = mode() == "orphans-and-exit";
  spec_.timeout = 60s;
  const pid_t heald = fork();
  if (heald == 0) {
    runProcess(spec_, {});
    _exit(0);
  }
  EXPECT_TRUE(leaves || eventually([&] { return alive() >= 1; }));
  kill(heald, SIGKILL);
  const auto begin = Clock::now();
  waitpid(heald, nullptr, 0);
  EXPECT_TRUE(eventually([&] { return alive() == 0; }));
  EXPECT_LT(secondsOf(Clock::now() - begin - kGrace), kLate);
}

TEST_P(Hostile, IsGoneWhenItIsCancelled) {
  spec_.timeout = 60s;
  io::CancelSource source;
  std::thread runner([&] { runProcess(spec_, source.token()); });
  const bool leaves = mode() == "orphans-and-exit";
  EXPECT_TRUE(leaves || eventually([&] { return alive() >= 1; }));
  const auto begin = Clock::now();
  source.cancel();
  runner.join();
  EXPECT_LT(secondsOf(Clock::now() - begin - kGrace), kLate);
  EXPECT_EQ(alive(), 0);
}

}  // namespace
}  // namespace heald::process
