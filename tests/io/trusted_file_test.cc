#include "io/trusted_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "io/file.h"
#include "io/trusted_file_fixture.h"

namespace heald::io {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

// What a heald that is not root makes of it, as a process of its own.
std::string asUser(uid_t user, gid_t group, const std::function<std::string()>& work) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return "no pipe";
  const pid_t child = fork();
  if (child == 0) {
    const bool changed = setgid(group) == 0 && setuid(user) == 0;
    const std::string answer = changed ? work() : "ids not changed";
    _exit(::write(ends[1], answer.data(), answer.size()) < 0 ? 1 : 0);
  }
  close(ends[1]);
  std::string answer(4096, '\0');
  const ssize_t count = ::read(ends[0], answer.data(), answer.size());
  answer.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return answer;
}

TEST_F(TrustedFile, IsRootsAndNobodyElseMayWriteIt) {
  for (const mode_t mode : {0644, 0600, 0400, 0444, 0640, 0755}) {
    give(file_, 0, 0, mode);
    EXPECT_EQ(pathProblem(file_), "") << std::oct << mode;
    EXPECT_TRUE(readTrustedFile(file_).ok());
  }
}

TEST_F(TrustedFile, IsNotAnotherUsers) {
  give(file_, kDaemon, 0, 0600);
  EXPECT_EQ(pathProblem(file_), file_ +
                                    ": belongs to daemon (mode 0600), and heald obeys files of "
                                    "root alone; run heald as daemon, or run: chown root: " +
                                    file_ + " && chmod go-w " + file_);
  const auto read = readTrustedFile(file_);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, ErrorCode::kInvalid);
  EXPECT_EQ(read.error().message, pathProblem(file_));
}

TEST_F(TrustedFile, IsMendedByTheCommandThatTheMessageNames) {
  give(file_, kDaemon, kDaemon, 0666);
  const std::string problem = pathProblem(file_);
  const std::string command = problem.substr(problem.find("run: ") + 5);
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
  EXPECT_EQ(pathProblem(file_), "");
  const std::string odd = dir_.write("etc/it's odd.yml", "");
  give(odd, kDaemon, 0, 0646);
  const std::string other = pathProblem(odd);
  ASSERT_EQ(std::system(other.substr(other.find("run: ") + 5).c_str()), 0) << other;
  EXPECT_EQ(pathProblem(odd), "");
}

TEST_F(TrustedFile, MayNotBeWrittenByOthers) {
  give(file_, 0, 0, 0646);
  EXPECT_EQ(pathProblem(file_), file_ +
                                    ": may be written by everybody (mode 0646), and heald obeys "
                                    "files of root alone; run: chmod go-w " +
                                    file_);
  give(file_, 0, kDaemon, 0664);
  EXPECT_THAT(pathProblem(file_), HasSubstr(": may be written by group daemon (mode 0664)"));
  give(file_, 0, 0, 0664);  // root's own group
  EXPECT_EQ(pathProblem(file_), "");
}

TEST_F(TrustedFile, MayNotBeWrittenByAUserOfItsAccessList) {
  give(file_, 0, 0, 0644);
  if (std::system(("setfacl -m u:daemon:rw " + file_ + " 2>/dev/null").c_str()) != 0) {
    GTEST_SKIP() << "no setfacl, or a file system without access lists";
  }
  EXPECT_THAT(pathProblem(file_), HasSubstr("may be written by those of its access list"));
}

TEST_F(TrustedFile, CannotBePutIntoAFolderOfOthers) {
  give(folder_, kDaemon, 0, 0755);
  EXPECT_THAT(
      pathProblem(file_),
      AllOf(StartsWith(file_ + ": the folder " + folder_ + " belongs to daemon (mode 0755)"),
            EndsWith("run: chown root: " + folder_ + " && chmod go-w " + folder_)));
  give(folder_, 0, 0, 0777);
  EXPECT_THAT(pathProblem(file_),
              HasSubstr("the folder " + folder_ + " may be written by everybody"));
  give(folder_, 0, kDaemon, 0775);
  EXPECT_THAT(pathProblem(file_), HasSubstr("may be written by group daemon"));
  give(folder_, 0, 0, 01777);  // as /tmp: nobody can replace what is root's
  EXPECT_EQ(pathProblem(file_), "");
  EXPECT_TRUE(readTrustedFile(file_).ok());
}

TEST_F(TrustedFile, IsJudgedWithEveryFolderAboveIt) {
  give(dir_.path(), kDaemon, 0, 0755);
  EXPECT_THAT(pathProblem(file_), HasSubstr("the folder " + dir_.path() + " belongs to daemon"));
  EXPECT_THAT(pathProblem(folder_ + "/../etc/./heald.yml"), HasSubstr("belongs to daemon"));
}

TEST_F(TrustedFile, IsJudgedWithEveryLinkToIt) {
  const std::string link = dir_.file("link");
  ASSERT_EQ(symlink("etc/heald.yml", link.c_str()), 0);
  EXPECT_EQ(pathProblem(link), "");
  ASSERT_EQ(lchown(link.c_str(), kDaemon, 0), 0);
  EXPECT_THAT(pathProblem(link), AllOf(HasSubstr("the link " + link + " belongs to daemon"),
                                       EndsWith("run: chown -h root: " + link)));
  ASSERT_EQ(lchown(link.c_str(), 0, 0), 0);
  give(folder_, kDaemon, 0, 0755);
  EXPECT_THAT(pathProblem(link), HasSubstr("the folder " + folder_ + " belongs to daemon"));
}

// A ConfigMap: heald.yml -> ..data/heald.yml, ..data -> ..2026_11_28; all of it root's.
TEST_F(TrustedFile, MayBeAsKubernetesMountsIt) {
  mkdir(dir_.file("etc/..2026_11_28").c_str(), 0755);
  dir_.write("etc/..2026_11_28/config.yml", "checks: []\n");
  ASSERT_EQ(symlink("..2026_11_28", dir_.file("etc/..data").c_str()), 0);
  ASSERT_EQ(symlink("..data/config.yml", dir_.file("etc/config.yml").c_str()), 0);
  const std::string path = dir_.file("etc/config.yml");
  give(dir_.file("etc/..2026_11_28/config.yml"), 0, 10001, 0440);
  EXPECT_EQ(pathProblem(path), "");
  EXPECT_EQ(asUser(10001, 10001, [&] { return pathProblem(path); }), "");
  EXPECT_EQ(asUser(10001, 10001, [&] { return readTrustedFile(path).ok() ? "read" : "not read"; }),
            "read");
}

TEST_F(TrustedFile, IsRootsOrHealdsOwnForAHealdThatIsNotRoot) {
  const auto problem = [this] { return pathProblem(file_); };
  EXPECT_EQ(asUser(kDaemon, kDaemon, problem), "");
  give(file_, kDaemon, kDaemon, 0664);  // the group that is hers alone
  give(folder_, kDaemon, kDaemon, 0775);
  EXPECT_EQ(asUser(kDaemon, kDaemon, problem), "");
  EXPECT_THAT(asUser(kNobody, kNobody, problem),
              HasSubstr("belongs to daemon (mode 0775), and heald obeys files of root and nobody "
                        "alone; run: chown nobody: " +
                        folder_));
  give(folder_, kDaemon, kDaemon, 0755);
  give(file_, kDaemon, 33, 0664);
  EXPECT_THAT(asUser(kDaemon, 33, problem), HasSubstr("may be written by group www-data"));
}

TEST_F(TrustedFile, MayBeTheUsersWhomItRunsAs) {
  give(file_, kDaemon, 0, 0755);
  EXPECT_NE(pathProblem(file_), "");
  EXPECT_EQ(pathProblem(file_, kDaemon), "");
}

TEST_F(TrustedFile, IsNothingThatIsNotThere) {
  EXPECT_EQ(pathProblem(dir_.file("etc/other.yml")), "");
  ASSERT_EQ(symlink("loop", dir_.file("loop").c_str()), 0);
  EXPECT_EQ(pathProblem(dir_.file("loop")), "");
}

}  // namespace
}  // namespace heald::io
