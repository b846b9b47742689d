#include "checks/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checks/check_fixture.h"
#include "support/temp_dir.h"

namespace heald::checks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

struct FileCheck : CheckTest {
  CheckResult file(const std::string& name, const std::string& more = "") {
    return run(fileKind(), "{path: " + dir.file(name) + more + "}");
  }
  void makeOlder(const std::string& name, std::chrono::seconds by) const {
    struct stat status {};
    stat(dir.file(name).c_str(), &status);
    const timespec modified{status.st_mtim.tv_sec - by.count(), status.st_mtim.tv_nsec};
    const timespec times[] = {modified, modified};
    utimensat(AT_FDCWD, dir.file(name).c_str(), times, 0);
  }

  const test::TempDir dir;
};

TEST_F(FileCheck, WantsItToBeThere) {
  EXPECT_RESULT(file("x"), CheckStatus::kCritical, dir.file("x") + " is not there");
  dir.write("x", "four");
  EXPECT_RESULT(file("x"), CheckStatus::kOk, MatchesRegex(dir.file("x") + ": .*s old, 4 bytes"));
  EXPECT_RESULT(file("x/y"), CheckStatus::kCritical, HasSubstr("is not there"));
}

TEST_F(FileCheck, OrNotToBeThere) {
  EXPECT_RESULT(file("x", ", exists: false"), CheckStatus::kOk, dir.file("x") + " is not there");
  dir.write("x", "");
  EXPECT_RESULT(file("x", ", exists: false"), CheckStatus::kCritical,
                dir.file("x") + " is there, and must not be");
}

TEST_F(FileCheck, LooksAtItsAge) {
  dir.write("x", "");
  EXPECT_RESULT(file("x", ", max_age: 1h"), CheckStatus::kOk, HasSubstr("old, 0 bytes"));
  EXPECT_RESULT(file("x", ", min_age: 1h"), CheckStatus::kCritical,
                HasSubstr("; at least 1h wanted"));
  makeOlder("x", 2h);
  EXPECT_RESULT(file("x", ", max_age: 1h"), CheckStatus::kCritical,
                MatchesRegex(".*: 2h.*s? old, 0 bytes; at most 1h wanted"));
  EXPECT_RESULT(file("x", ", min_age: 1h, max_age: 3h"), CheckStatus::kOk, HasSubstr("2h"));
}

TEST_F(FileCheck, OneFromTheFutureIsNew) {
  dir.write("x", "");
  makeOlder("x", -1h);
  EXPECT_RESULT(file("x", ", max_age: 1s"), CheckStatus::kOk, HasSubstr(": 0s old"));
}

TEST_F(FileCheck, LooksAtItsSize) {
  dir.write("x", std::string(2048, 'x'));
  EXPECT_RESULT(file("x", ", min_size: 2KiB, max_size: 2048"), CheckStatus::kOk,
                HasSubstr("2048 bytes"));
  EXPECT_RESULT(file("x", ", min_size: 3kB"), CheckStatus::kCritical,
                HasSubstr("2048 bytes; at least 3kB wanted"));
  EXPECT_RESULT(file("x", ", max_size: 2kB"), CheckStatus::kCritical,
                HasSubstr("2048 bytes; at most 2kB wanted"));
  EXPECT_RESULT(file("", ", max_size: 1TiB"), CheckStatus::kCritical,
                HasSubstr("not a regular file"));
}

TEST_F(FileCheck, DoesNotHangOnAFifoAndFollowsLinks) {
  ASSERT_EQ(mkfifo(dir.file("fifo").c_str(), 0600), 0);
  EXPECT_RESULT(file("fifo"), CheckStatus::kOk, HasSubstr("old, 0 bytes"));
  ASSERT_EQ(symlink("nowhere", dir.file("link").c_str()), 0);
  EXPECT_RESULT(file("link"), CheckStatus::kCritical, HasSubstr("is not there"));
  dir.write("nowhere", "x");
  EXPECT_RESULT(file("link"), CheckStatus::kOk, HasSubstr("old, 1 byte"));
}

TEST_F(FileCheck, IsUnknownWhenItMayNotLook) {
  ASSERT_EQ(symlink("loop", dir.file("loop").c_str()), 0);
  EXPECT_RESULT(file("loop"), CheckStatus::kUnknown,
                dir.file("loop") + ": Too many levels of symbolic links");
  EXPECT_RESULT(file("loop", ", exists: false"), CheckStatus::kUnknown, HasSubstr("Too many"));
  cancel.cancel();
  EXPECT_RESULT(file("x"), CheckStatus::kUnknown, "cancelled");
}

TEST(FileCheckOptions, AreRefusedWithTheReason) {
  const auto problems = [](const std::string& yaml) {
    return test::readKind(fileKind(), yaml).problems;
  };
  EXPECT_THAT(problems("exists: true"), ElementsAre(HasSubstr("has no \"path\"")));
  EXPECT_THAT(problems("path: db.dump"),
              ElementsAre("t.yml:1:1: path: \"db.dump\" is not an absolute path (example: "
                          "/var/backups/db.dump)"));
  EXPECT_THAT(problems("{path: /x, max_size: 10 megs}"),
              ElementsAre("t.yml:1:12: max_size: \"10 megs\" is not a size in bytes (examples: "
                          "4096, 500kB, 10MiB)"));
  EXPECT_THAT(problems("{path: /x, max_size: 1KiB, min_size: 2KiB}"),
              ElementsAre(HasSubstr("max_size: 1KiB is below min_size, which is 2KiB")));
  EXPECT_THAT(problems("{path: /x, max_age: 1m, min_age: 2m}"),
              ElementsAre(HasSubstr("max_age: 1m is below min_age, which is 2m")));
  EXPECT_THAT(problems("{path: /x, exists: false, max_age: 1m}"),
              ElementsAre(HasSubstr("max_age: says nothing of a file that must not be there")));
  EXPECT_THAT(problems("{path: /x, min_size: 0, max_size: 0}"), IsEmpty());
}

}  // namespace
}  // namespace heald::checks
