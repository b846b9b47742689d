#include "checks/disk.h"

#include <unistd.h>

#include "checks/check_fixture.h"
#include "support/temp_dir.h"

namespace heald::checks {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;

struct DiskCheck : CheckTest {
  CheckResult disk(const std::string& yaml) { return run(diskKind(), yaml); }
};

TEST_F(DiskCheck, SaysWhatIsFreeAndMeasuresIt) {
  const CheckResult result = disk("{path: /proc/.., free: {critical: 1B}, inodes: {critical: 0}}");
  EXPECT_EQ(result.status, CheckStatus::kOk) << result.message;
  EXPECT_THAT(result.message, MatchesRegex("/proc/..: [0-9.]+ .iB \\([0-9.]+ %\\) free.*"));
  ASSERT_FALSE(result.measurements.empty());
  EXPECT_EQ(result.measurements[0].label, "free_bytes");
  EXPECT_GT(result.measurements[0].value, 1e6);
}

TEST_F(DiskCheck, IsCriticalAndWarnsBelowItsLimits) {
  EXPECT_RESULT(disk("{path: /, free: {critical: 8000TiB}}"), CheckStatus::kCritical,
                HasSubstr("(at least 8000TiB wanted)"));
  EXPECT_RESULT(disk("{path: /, free: {critical: 1B, warning: 8000TiB}}"), CheckStatus::kWarning,
                HasSubstr("(at least 8000TiB wanted)"));
  EXPECT_RESULT(disk("{path: /dev/shm, free: {critical: 0B}, inodes: {critical: 100000000000}}"),
                CheckStatus::kCritical, HasSubstr("(at least 100000000000 wanted)"));
}

TEST_F(DiskCheck, OfAPseudoFileSystemHasNothingToLackOf) {
  EXPECT_RESULT(disk("path: /proc"), CheckStatus::kOk, AllOf(HasSubstr("0 bytes free")));
}

TEST_F(DiskCheck, OfAPathThatIsGoneIsCritical) {
  EXPECT_RESULT(disk("path: /nowhere"), CheckStatus::kCritical,
                "/nowhere: No such file or directory");
  const test::TempDir dir;
  ASSERT_EQ(symlink("loop", dir.file("loop").c_str()), 0);
  EXPECT_RESULT(disk("path: " + dir.file("loop")), CheckStatus::kUnknown, HasSubstr("Too many"));
}

TEST_F(DiskCheck, CanInsistOnAMountAndOnWriting) {
  const test::TempDir dir;
  EXPECT_RESULT(disk("{path: /proc, mounted: true}"), CheckStatus::kOk, HasSubstr("free"));
  EXPECT_RESULT(disk("{path: " + dir.path() + ", mounted: true, free: {critical: 0B}}"),
                CheckStatus::kCritical, HasSubstr("nothing is mounted there"));
  EXPECT_RESULT(disk("{path: " + dir.path() + ", writable: true, free: {critical: 0B}}"),
                CheckStatus::kOk, HasSubstr("free"));
}

TEST(DiskCheckOptions, AreRefusedWithTheReason) {
  const auto problems = [](const std::string& yaml) {
    return test::readKind(diskKind(), yaml).problems;
  };
  EXPECT_THAT(problems("path: var"), ElementsAre(HasSubstr("is not an absolute path")));
  EXPECT_THAT(problems("{path: /, free: {critical: much}}"),
              ElementsAre("t.yml:1:18: free.critical: \"much\" is neither a size nor a percentage "
                          "(examples: 2GiB, 500MB, 5%)"));
  EXPECT_THAT(problems("{path: /, free: {critical: 101%}}"),
              ElementsAre(HasSubstr("is neither a size nor a percentage")));
  EXPECT_THAT(
      problems("{path: /, free: {warning: 5%, critical: 5%}}"),
      ElementsAre(HasSubstr("5% is not above critical, which is 5% (a warning comes first)")));
  EXPECT_THAT(problems("{path: /, inodes: {critical: -1}}"),
              ElementsAre(HasSubstr("is neither a number nor a percentage")));
}

}  // namespace
}  // namespace heald::checks
