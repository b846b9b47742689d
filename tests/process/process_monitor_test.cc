#include "process/process_monitor.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "support/fake_proc.h"

namespace heald::process {
namespace {

const ProcessSelector kWorkers{.match = "/opt/app/worker"};

class ProcessMonitorTest : public testing::Test {
 protected:
  ProcessMonitorTest() { monitor_.watch({{"workers", kWorkers}}); }

  static test::FakeProc::Process worker(pid_t pid, std::uint64_t started = 100) {
    return {.pid = pid, .arguments = {"/opt/app/worker"}, .started = started};
  }
  void add(test::FakeProc::Process process, double cpu_seconds = 0) {
    process.cpu_ticks = static_cast<std::uint64_t>(cpu_seconds / secondsOfTicks(1));
    proc_.add(process);
  }
  MonitoredProcess look() {
    EXPECT_TRUE(monitor_.look(proc_.path()));
    return monitor_.figures().at(0);
  }
  static std::uint64_t later() { return ticksSinceBoot() + 10; }

  const test::FakeProc proc_;
  io::Looks looks_;
  ProcessMonitor monitor_{looks_};
};

TEST_F(ProcessMonitorTest, ShowsNothingBeforeTheFirstLook) {
  const auto figures = monitor_.figures();
  ASSERT_EQ(figures.size(), 1u);
  EXPECT_EQ(figures[0].name, "workers");
  EXPECT_EQ(figures[0].instances, 0);
  EXPECT_EQ(figures[0].start_time_seconds, 0);
}

TEST_F(ProcessMonitorTest, AddsTheInstancesUp) {
  auto first = worker(5'000'001, 200);
  auto second = worker(5'000'002, 300);
  first.pages = 2;
  second.pages = 3;
  second.parent = 5'000'001;
  add(first);
  add(second);
  const MonitoredProcess found = look();
  EXPECT_EQ(found.instances, 2);
  EXPECT_EQ(found.orphans, 1);
  EXPECT_EQ(found.resident_bytes, 5u * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)));
  const auto oldest = wallTimeOfTicks(200).time_since_epoch();
  EXPECT_NEAR(found.start_time_seconds, std::chrono::duration<double>(oldest).count(), 0.1);
}

TEST_F(ProcessMonitorTest, CpuTimeGrowsByWhatIsUsedWhileItIsWatchedAndNeverFalls) {
  add(worker(5'000'001), 500);
  EXPECT_EQ(look().cpu_seconds, 0) << "what was used before is not counted";
  add(worker(5'000'001), 502);
  EXPECT_EQ(look().cpu_seconds, 2);
  add(worker(5'000'002, later()), 3);
  EXPECT_EQ(look().cpu_seconds, 5) << "one that came since the last look counts from its start";
  proc_.remove(5'000'001);
  EXPECT_EQ(look().cpu_seconds, 5);
  add(worker(5'000'001, later()), 1);
  EXPECT_EQ(look().cpu_seconds, 6) << "a number that is used again is another process";
  proc_.remove(5'000'001);
  proc_.remove(5'000'002);
  EXPECT_EQ(look().cpu_seconds, 6);
}

TEST_F(ProcessMonitorTest, ARestartIsThatAllAreGoneAndOthersCame) {
  EXPECT_EQ(look().restarts, 0u);
  add(worker(5'000'001));
  EXPECT_EQ(look().restarts, 0u) << "the first start is none";
  add(worker(5'000'002, later()));
  EXPECT_EQ(look().restarts, 0u) << "one more is none";
  proc_.remove(5'000'001);
  EXPECT_EQ(look().restarts, 0u) << "one is still the same";
  proc_.remove(5'000'002);
  add(worker(5'000'003, later()));
  EXPECT_EQ(look().restarts, 1u) << "replaced between two looks";
  proc_.remove(5'000'003);
  EXPECT_EQ(look().restarts, 1u) << "down is none";
  EXPECT_EQ(look().instances, 0);
  add(worker(5'000'004, later()));
  EXPECT_EQ(look().restarts, 2u) << "up again";
  add(worker(5'000'004, later() + 50));
  EXPECT_EQ(look().restarts, 3u) << "the same number, another process";
}

TEST_F(ProcessMonitorTest, KeepsItsFiguresWhenItCannotLook) {
  add(worker(5'000'001));
  EXPECT_EQ(look().instances, 1);
  EXPECT_FALSE(monitor_.look("/nowhere"));
  EXPECT_EQ(monitor_.figures().at(0).instances, 1);
}

TEST_F(ProcessMonitorTest, OneThatCannotBeToldLeavesTheOthersTheirFigures) {
  monitor_.watch({{"ghosts", {.user = "nobody-of-this-name"}}, {"workers", kWorkers}});
  add(worker(5'000'001));
  EXPECT_FALSE(monitor_.look(proc_.path()));
  EXPECT_EQ(monitor_.figures().at(1).instances, 1);
}

TEST_F(ProcessMonitorTest, ANewListKeepsWhatIsKnownOfThoseThatStay) {
  add(worker(5'000'001), 1);
  look();
  add(worker(5'000'001), 4);
  EXPECT_EQ(look().cpu_seconds, 3);
  monitor_.watch({{"others", {.match = "/opt/app/other"}}, {"workers", kWorkers}});
  EXPECT_EQ(monitor_.figures().at(0).name, "others");
  EXPECT_EQ(monitor_.figures().at(1).cpu_seconds, 3);
  monitor_.watch({{"workers", {.match = "/opt/app/worker mail"}}});
  ASSERT_EQ(monitor_.figures().size(), 1u);
  EXPECT_EQ(monitor_.figures().at(0).cpu_seconds, 0) << "another selector is another process";
}

}  // namespace
}  // namespace heald::process
