// Runs of a process that may act until a moment, and no longer.
#include "process/run_deadline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <filesystem>
#include <future>

#include "process/process_fixture.h"
#include "support/eventually.h"
#include "support/temp_dir.h"

namespace heald::process {
namespace {

using testing::HasSubstr;
using testing::Not;

std::int64_t bootIn(std::chrono::nanoseconds time) {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec + time.count();
}

class RunDeadline : public testing::Test {
 protected:
  ~RunDeadline() override { runDeadline() = kNever; }

  static Script ofALease(const std::string& text) {
    Script script(text);
    script.spec.ends_with_lease = true;
    return script;
  }
  std::string began() const { return folder_.file("began"); }
  bool hasBegun() const { return std::filesystem::exists(began()); }

  test::TempDir folder_;
};

TEST_F(RunDeadline, WhatIsLeftIsInNanosecondsOfTheBootClock) {
  runDeadline() = bootIn(10s);
  const auto left = leftOfRunDeadline(INT64_MAX);
  EXPECT_LE(left, std::chrono::nanoseconds(10s).count());
  EXPECT_GT(left, std::chrono::nanoseconds(5s).count());
  EXPECT_EQ(leftOfRunDeadline(5), 5);
  EXPECT_FALSE(runDeadlinePassed());
  runDeadline() = bootIn(-1ns);
  EXPECT_TRUE(runDeadlinePassed());
  runDeadline() = kNever;
  EXPECT_FALSE(runDeadlinePassed());
}

TEST_F(RunDeadline, BehindItNothingStarts) {
  runDeadline() = 0;
  const auto result = runProcess(ofALease("touch " + began()).spec, io::CancelToken());
  EXPECT_FALSE(result.ok());
  EXPECT_THAT(result.reason, HasSubstr("lease"));
  EXPECT_FALSE(hasBegun());
  ProcessSpec missing;
  missing.command = {"/x"};
  missing.ends_with_lease = true;
  EXPECT_THAT(runProcess(missing, io::CancelToken()).reason, HasSubstr("lease"))
      << "it was not even tried";
}

TEST_F(RunDeadline, WhatIsOfNoLeaseRunsAtAnyTime) {
  runDeadline() = 0;
  EXPECT_TRUE(runProcess(Script("exit 0").spec, io::CancelToken()).ok());
}

TEST_F(RunDeadline, WhatRunsIsKilledThenWithoutATermBefore) {
  Script script =
      ofALease("trap 'echo tidies up' TERM; touch " + began() + "; while :; do sleep 0.05; done");
  script.spec.kill_after = 60s;
  const auto begun = std::chrono::steady_clock::now();
  runDeadline() = bootIn(2s);
  const auto result = runProcess(script.spec, io::CancelToken());
  EXPECT_TRUE(hasBegun());
  EXPECT_FALSE(result.ok());
  EXPECT_THAT(result.reason, HasSubstr("lease"));
  EXPECT_THAT(result.output, Not(HasSubstr("tidies up")));
  EXPECT_LT(secondsOf(std::chrono::steady_clock::now() - begun), 20);
  EXPECT_EQ(script.alive(), 0);
}

TEST_F(RunDeadline, ThatIsMovedOnLetsARunGoOn) {
  Script script = ofALease("touch " + began() + "; sleep 2; echo done");
  runDeadline() = bootIn(1500ms);
  auto run =
      std::async(std::launch::async, [&] { return runProcess(script.spec, io::CancelToken()); });
  ASSERT_TRUE(test::eventually([&] { return hasBegun(); }));
  runDeadline() = bootIn(60s);
  const auto result = run.get();
  EXPECT_TRUE(result.ok()) << result.reason;
  EXPECT_THAT(result.output, HasSubstr("done"));
}

}  // namespace
}  // namespace heald::process
