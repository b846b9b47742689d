#include "checks/env.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "checks/check_fixture.h"
#include "support/temp_dir.h"

namespace heald::checks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

struct EnvCheck : CheckTest {
  CheckResult env(const std::string& yaml) { return run(envKind(), yaml); }
  ~EnvCheck() override { unsetenv("HEALD_TEST_KEY"); }
};

TEST_F(EnvCheck, LooksAtAVariableAnewEachTime) {
  const std::string yaml = "variable: HEALD_TEST_KEY";
  unsetenv("HEALD_TEST_KEY");
  EXPECT_RESULT(env(yaml), CheckStatus::kCritical, "variable HEALD_TEST_KEY is not set");
  setenv("HEALD_TEST_KEY", " \t\n", 1);
  EXPECT_RESULT(env(yaml), CheckStatus::kCritical, "variable HEALD_TEST_KEY is blank");
  setenv("HEALD_TEST_KEY", "hush", 1);
  EXPECT_RESULT(env(yaml), CheckStatus::kOk, "variable HEALD_TEST_KEY is set");
}

TEST_F(EnvCheck, LooksAtAFileAnewEachTime) {
  const test::TempDir dir;
  const std::string yaml = "file: " + dir.file("key");
  EXPECT_RESULT(env(yaml), CheckStatus::kCritical,
                "file " + dir.file("key") + ": No such file or directory");
  dir.write("key", "\n");
  EXPECT_RESULT(env(yaml), CheckStatus::kCritical, "file " + dir.file("key") + " is blank");
  dir.write("key", "hush\n");
  EXPECT_RESULT(env(yaml), CheckStatus::kOk, "file " + dir.file("key") + " is set");
}

TEST_F(EnvCheck, IsUnknownWhenTheFileCannotBeRead) {
  const test::TempDir dir;
  EXPECT_RESULT(env("file: " + dir.path()), CheckStatus::kUnknown, HasSubstr("not a regular file"));
  chmod(dir.write("key", "hush").c_str(), 0);
  if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
  EXPECT_RESULT(env("file: " + dir.file("key")), CheckStatus::kUnknown,
                HasSubstr("Permission denied"));
}

TEST(EnvCheckOptions, NameOnePlaceExactly) {
  const auto problems = [](const std::string& yaml) {
    return test::readKind(envKind(), yaml).problems;
  };
  EXPECT_THAT(problems("{}"), ElementsAre(HasSubstr("variable")));
  EXPECT_THAT(problems("{variable: A, file: /b}"), ElementsAre(HasSubstr("file")));
  EXPECT_THAT(problems("variable: A=B"), ElementsAre(HasSubstr("is not the name of a variable")));
}

}  // namespace
}  // namespace heald::checks
