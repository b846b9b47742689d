#include "process/process_selector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/user.h"
#include "process/process.h"
#include "support/eventually.h"
#include "support/fake_proc.h"

namespace heald::process {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<std::string> kWorker = {"/opt/app/worker", "mail"};

class ProcessSelectorTest : public testing::Test {
 protected:
  Result<Selection> select(const ProcessSelector& selector) const {
    const auto table = readProcesses(proc_.path());
    return table ? selectProcesses(*table, selector) : Result<Selection>(table.error());
  }
  std::vector<pid_t> alive(const ProcessSelector& selector = {.match = "/opt/app/worker"}) const {
    std::vector<pid_t> pids;
    const auto found = select(selector);
    EXPECT_TRUE(found.ok()) << found.error().message;
    for (const auto& each : found->alive) pids.push_back(each.process.pid);
    return pids;
  }
  std::vector<pid_t> orphans() const {
    std::vector<pid_t> pids;
    const auto found = select({.match = "/opt/app/worker"});
    for (const auto& each : found->alive) {
      if (each.orphan) pids.push_back(each.process.pid);
    }
    EXPECT_EQ(found->orphans(), static_cast<int>(pids.size()));
    return pids;
  }

  const test::FakeProc proc_;
  const test::TempDir dir_;
};

TEST_F(ProcessSelectorTest, FindsProcessesByCommandUserAndPidFile) {
  proc_.add({.pid = 5'000'001, .arguments = kWorker});
  proc_.add({.pid = 5'000'002, .arguments = {"/opt/app/other"}});
  const std::string me = std::to_string(geteuid());
  EXPECT_THAT(alive(), ElementsAre(5'000'001));
  EXPECT_THAT(alive({.user = me}), ElementsAre(1, 5'000'001, 5'000'002));
  EXPECT_THAT(alive({.match = "/opt/app/other", .user = me}), ElementsAre(5'000'002));
  EXPECT_THAT(alive({.match = "/opt/app/other", .user = "4000000000"}), IsEmpty());
  EXPECT_THAT(alive({.pid_file = dir_.write("pid", "5000002\n")}), ElementsAre(5'000'002));
  EXPECT_THAT(alive({.match = "/opt/app/worker", .pid_file = dir_.file("pid")}), IsEmpty());
}

TEST_F(ProcessSelectorTest, ReadsWhatTheKernelTellsWhateverTheNameHolds) {
  proc_.add({.pid = 5'000'001,
             .parent = 42,
             .session = 41,
             .arguments = kWorker,
             .name = "a) R 1 (b",
             .started = 777,
             .cpu_ticks = 55,
             .pages = 3});
  const auto found = select({.match = "/opt/app/worker"});
  ASSERT_EQ(found->alive.size(), 1u);
  const ProcessInfo& process = found->alive[0].process;
  EXPECT_EQ(process.name, "a) R 1 (b");
  EXPECT_EQ(process.state, 'S');
  EXPECT_EQ(process.parent, 42);
  EXPECT_EQ(process.session, 41);
  EXPECT_EQ(process.started, 777u);
  EXPECT_EQ(process.cpu_ticks, 55u);
  EXPECT_EQ(process.resident_bytes, 3u * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)));
  EXPECT_EQ(process.user, geteuid());
  EXPECT_EQ(process.arguments, kWorker);
}

TEST_F(ProcessSelectorTest, AZombieIsCountedAsNothingElse) {
  proc_.add({.pid = 5'000'001, .arguments = kWorker});
  proc_.add({.pid = 5'000'002, .name = "worker", .state = 'Z'});
  proc_.add({.pid = 5'000'003, .name = "other", .state = 'Z'});
  const auto found = select({.match = "/opt/app/worker"});
  EXPECT_EQ(found->alive.size(), 1u);
  EXPECT_EQ(found->zombies, 1);
}

TEST_F(ProcessSelectorTest, AChildOfProcessOneIsAnOrphan) {
  proc_.add({.pid = 5'000'001, .parent = 1, .session = 1, .arguments = kWorker});
  proc_.add({.pid = 5'000'002, .parent = 1, .session = 5'000'002, .arguments = kWorker});
  proc_.add({.pid = 5'000'003, .parent = 0, .session = 0, .arguments = kWorker});
  EXPECT_THAT(orphans(), ElementsAre(5'000'001, 5'000'002));
}

TEST_F(ProcessSelectorTest, TheChildOfOneThatIsMeantIsNoOrphan) {
  proc_.add({.pid = 1, .parent = 0, .session = 1, .arguments = kWorker});
  proc_.add({.pid = 5'000'001, .parent = 1, .session = 1, .arguments = kWorker});
  EXPECT_THAT(orphans(), IsEmpty());
}

TEST_F(ProcessSelectorTest, AStrangeSessionTellsThatASubreaperHasAdoptedIt) {
  proc_.add({.pid = 5'000'000, .session = 5'000'000, .arguments = {"/opt/app/supervisor"}});
  proc_.add({.pid = 5'000'001, .parent = 5'000'000, .session = 4'999'999, .arguments = kWorker});
  proc_.add({.pid = 5'000'002, .parent = 5'000'000, .session = 5'000'000, .arguments = kWorker});
  proc_.add({.pid = 5'000'003, .parent = 5'000'000, .session = 5'000'003, .arguments = kWorker});
  proc_.add({.pid = 5'000'004, .parent = 5'000'000, .session = 0, .arguments = kWorker});
  EXPECT_THAT(orphans(), ElementsAre(5'000'001));
}

TEST_F(ProcessSelectorTest, WhatSystemdHasStartedItselfIsNoOrphan) {
  proc_.add({.pid = 1, .parent = 0, .session = 1, .arguments = {"/sbin/init"}, .name = "systemd"});
  proc_.add({.pid = 5'000'000, .session = 5'000'000, .arguments = {"systemd"}, .name = "systemd"});
  for (const auto& [parent, base] : {std::pair(1, 5'000'010), std::pair(5'000'000, 5'000'020)}) {
    const pid_t manager = parent;
    const pid_t main = base;
    proc_.add({.pid = main,
               .parent = manager,
               .session = main,
               .arguments = kWorker,
               .environment = {"A=b", "SYSTEMD_EXEC_PID=" + std::to_string(main)}});
    proc_.add({.pid = main + 1,
               .parent = manager,
               .session = main + 1,
               .arguments = kWorker,
               .environment = {"SYSTEMD_EXEC_PID=" + std::to_string(main)}});
    // Older than SYSTEMD_EXEC_PID, or not for heald to read.
    proc_.add({.pid = main + 2, .parent = manager, .session = main + 2, .arguments = kWorker});
    proc_.add({.pid = main + 3, .parent = manager, .session = main, .arguments = kWorker});
  }
  EXPECT_THAT(orphans(), ElementsAre(5'000'011, 5'000'013, 5'000'021, 5'000'023));
}

TEST_F(ProcessSelectorTest, APidFileThatNamesNoProcessSaysWhy) {
  const auto note = [&](const std::string& path) {
    const auto found = select({.pid_file = path});
    EXPECT_TRUE(found.ok() && found->alive.empty());
    return found->note;
  };
  EXPECT_EQ(note(dir_.file("none")),
            "pid file " + dir_.file("none") + ": No such file or directory");
  const std::string path = dir_.write("pid", "5000009");
  EXPECT_EQ(note(path), "no process 5000009, which " + path + " names");
}

TEST_F(ProcessSelectorTest, ALaterProcessWithTheNumberOfThePidFileIsNotMeant) {
  const std::string path = dir_.write("pid", "5000001\n");
  const std::uint64_t hour_ahead = ticksSinceBoot() * 2 + 360'000;
  proc_.add({.pid = 5'000'001, .arguments = kWorker, .started = hour_ahead});
  const auto later = select({.pid_file = path});
  EXPECT_THAT(later->alive, IsEmpty());
  EXPECT_EQ(later->note, "process 5000001 is newer than the pid file");
  proc_.add({.pid = 5'000'001, .arguments = kWorker, .started = 1});
  EXPECT_EQ(select({.pid_file = path})->alive.size(), 1u);
  const auto other = select({.match = "/opt/app/other", .pid_file = path});
  EXPECT_THAT(other->alive, IsEmpty());
  EXPECT_EQ(other->note, "process 5000001 is another program");
}

TEST_F(ProcessSelectorTest, APidFileOfAUserMeansTheProcessesOfThatUserAlone) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file to another user";
  chmod(dir_.path().c_str(), 0755);
  proc_.add({.pid = 5'000'001, .arguments = kWorker, .started = 1});
  const std::string path = dir_.write("pid", "5000001\n");
  EXPECT_EQ(select({.pid_file = path})->alive.size(), 1u);
  ASSERT_EQ(chown(path.c_str(), 1, 1), 0);
  const auto found = select({.match = "/opt/app/worker", .pid_file = path});
  ASSERT_TRUE(found.ok());
  EXPECT_THAT(found->alive, IsEmpty());
  EXPECT_EQ(found->note, "process 5000001 runs as root, and daemon may write the pid file");
}

TEST_F(ProcessSelectorTest, WhatCannotBeToldIsAnErrorAndNotZero) {
  EXPECT_THAT(select({.pid_file = dir_.write("pid", "many\n")}).error().message,
              HasSubstr("holds no pid"));
  EXPECT_THAT(select({.pid_file = dir_.path()}).error().message, HasSubstr("not a regular file"));
  EXPECT_EQ(select({.user = "nobody-of-this-name"}).error().message,
            "there is no user nobody-of-this-name");
  EXPECT_THAT(readProcesses("/nowhere").error().message, HasSubstr("/nowhere"));
  EXPECT_THAT(readProcesses(dir_.path()).error().message, HasSubstr("shows no processes"));
}

TEST_F(ProcessSelectorTest, HiddenProcessesAreAnErrorUnlessOnlyOnesOwnAreWanted) {
  proc_.remove(1);
  proc_.add({.pid = 5'000'001, .arguments = kWorker});
  EXPECT_THAT(select({.match = "/opt/app/worker"}).error().message, HasSubstr("hidepid"));
  const auto own = select({.match = "/opt/app/worker", .user = std::to_string(geteuid())});
  EXPECT_TRUE(own.ok());
  EXPECT_EQ(own->alive.size(), 1u);
}

TEST(ProcessSelector, NeverFindsThisProcessOrWhatItRuns) {
  const auto all = [] {
    std::vector<pid_t> pids;
    const auto found = selectProcesses({.user = std::to_string(geteuid())});
    for (const auto& each : found->alive) pids.push_back(each.process.pid);
    return pids;
  };
  EXPECT_THAT(all(), testing::Not(testing::Contains(getpid())));
  const test::TempDir dir;
  io::CancelSource cancel;
  ProcessSpec spec;
  spec.command = {"/bin/sh", "-c", "sleep 300 & echo $! > " + dir.file("pid") + "; wait"};
  std::thread runner([&] { runProcess(spec, cancel.token()); });
  EXPECT_TRUE(test::eventually([&] { return dir.read("pid").ends_with('\n'); }));
  const pid_t pid = std::stoi(dir.read("pid"));
  EXPECT_TRUE(readProcess(pid).has_value());
  EXPECT_THAT(all(), testing::Not(testing::Contains(pid)));
  cancel.cancel();
  runner.join();
}

TEST(ProcessSelector, RefusesWhatIsNoUserAndNoPath) {
  EXPECT_EQ(io::userNameProblem("www-data"), "");
  EXPECT_EQ(io::userNameProblem("1000"), "");
  EXPECT_EQ(io::userNameProblem("a b"), "is not the name of a user (examples: www-data, 1000)");
  EXPECT_EQ(pidFileProblem("/run/app.pid"), "");
  EXPECT_EQ(pidFileProblem("app.pid"), "is not an absolute path (example: /run/app.pid)");
}

}  // namespace
}  // namespace heald::process
