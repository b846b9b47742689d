#include "checks/memory.h"

#include "checks/check_fixture.h"

namespace heald::checks {
namespace {

using core::Measurement;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kMeminfo =
    "MemTotal:        1048576 kB\nMemFree:          10000 kB\nMemAvailable:     104858 kB\n"
    "SwapTotal:        524288 kB\nSwapFree:         131072 kB\n";

TEST(MemoryCheck, CountsWhatProgramsCanStillGet) {
  const CheckResult result = judgeMemory({}, kMeminfo);
  EXPECT_EQ(result.status, CheckStatus::kOk);
  EXPECT_EQ(result.message, "102 MiB (10 %) available, 128 MiB (25 %) of swap free");
  EXPECT_THAT(result.measurements, ElementsAre(Measurement{"available_bytes", 104858.0 * 1024},
                                               Measurement{"available_ratio", 104858.0 / 1048576},
                                               Measurement{"swap_free_bytes", 131072.0 * 1024},
                                               Measurement{"swap_free_ratio", 0.25}));
}

TEST(MemoryCheck, HasLimitsForBothMemoryAndSwap) {
  MemoryLimits limits;
  limits.available.critical = "200MiB";
  EXPECT_RESULT(judgeMemory(limits, kMeminfo), CheckStatus::kCritical,
                HasSubstr("available (at least 200MiB wanted)"));
  limits = {};
  limits.swap.warning = "50%";
  EXPECT_RESULT(judgeMemory(limits, kMeminfo), CheckStatus::kWarning,
                HasSubstr("of swap free (at least 50% wanted)"));
}

TEST(MemoryCheck, IsWellWithoutSwap) {
  MemoryLimits limits;
  limits.swap.critical = "50%";
  EXPECT_RESULT(judgeMemory(limits, "MemTotal: 100 kB\nMemAvailable: 50 kB\nSwapTotal: 0 kB\n"),
                CheckStatus::kOk, "50 KiB (50 %) available");
}

TEST(MemoryCheck, IsUnknownWhenTheKernelDoesNotSay) {
  EXPECT_RESULT(judgeMemory({}, ""), CheckStatus::kUnknown, HasSubstr("/proc/meminfo has no"));
  EXPECT_RESULT(judgeMemory({}, "MemTotal: x kB\nMemAvailable: 5 kB\n"), CheckStatus::kUnknown,
                HasSubstr("/proc/meminfo has no"));
}

struct MemoryOfThisMachine : CheckTest {};

TEST_F(MemoryOfThisMachine, IsThere) {
  EXPECT_RESULT(run(memoryKind(), "{available: {critical: 1kB}}"), CheckStatus::kOk,
                HasSubstr("available"));
}

}  // namespace
}  // namespace heald::checks
