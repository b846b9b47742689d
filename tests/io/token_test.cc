#include "io/token.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

namespace heald::io {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Token : public testing::Test {
 protected:
  Token() {
    std::string name = (fs::temp_directory_path() / "heald-token-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    path_ = folder_ / "control.token";
  }
  ~Token() override { fs::remove_all(folder_); }

  void write(const std::string& text, mode_t mode = 0600) {
    std::ofstream(path_) << text;
    ::chmod(path_.c_str(), mode);
  }
  std::string refusal() const {
    const auto token = readOrCreateToken(path_.string());
    return token.ok() ? "accepted" : token.error().message;
  }

  fs::path folder_;
  fs::path path_;
};

TEST_F(Token, IsMadeOnceAndThenRead) {
  const auto made = readOrCreateToken(path_.string());
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->size(), 64u);
  EXPECT_EQ(made->find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(*readOrCreateToken(path_.string()), *made);
}

TEST_F(Token, IsReadableByItsOwnerAlone) {
  const mode_t before = ::umask(0);
  ASSERT_TRUE(readOrCreateToken(path_.string()).ok());
  ::umask(before);
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(Token, LeavesNoOtherFile) {
  ASSERT_TRUE(readOrCreateToken(path_.string()).ok());
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
}

TEST_F(Token, IsTheSameForAllWhoStartAtOnce) {
  std::vector<std::string> tokens(8);
  {
    std::vector<std::jthread> threads;
    for (std::string& token : tokens) {
      threads.emplace_back([&] { token = *readOrCreateToken(path_.string()); });
    }
  }
  for (const std::string& token : tokens) EXPECT_EQ(token, tokens.front());
}

TEST_F(Token, MayBeAnOperatorsOwn) {
  const std::string own = "the-operators-own-token-0123456789";
  write(own + "\n", 0400);
  EXPECT_EQ(*readOrCreateToken(path_.string()), own);
}

TEST_F(Token, MayBeBehindALinkAsKubernetesMountsThem) {
  write(std::string(40, 'k'));
  fs::rename(path_, folder_ / "real");
  fs::create_symlink("real", path_);
  EXPECT_EQ(*readOrCreateToken(path_.string()), std::string(40, 'k'));
}

TEST_F(Token, IsRefusedWhenOthersMayReadIt) {
  for (const mode_t mode : {0640, 0604, 0666, 0620}) {
    write(std::string(40, 'a'), mode);
    EXPECT_THAT(refusal(), HasSubstr("chmod 600 " + path_.string())) << std::oct << mode;
  }
}

// What a heald that is neither root nor the owner makes of the file, as a process of its own: ids
// cannot be given back. `groups` are its supplementary ones.
std::string asUser(uid_t user, gid_t group, std::vector<gid_t> groups, const std::string& path) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return "no pipe";
  const pid_t child = ::fork();
  if (child == 0) {
    const bool changed = ::setgroups(groups.size(), groups.data()) == 0 && ::setgid(group) == 0 &&
                         ::setuid(user) == 0;
    const auto token = readOrCreateToken(path);
    const std::string answer = !changed     ? "ids not changed"
                               : token.ok() ? "accepted"
                                            : token.error().message;
    (void)!::write(ends[1], answer.data(), answer.size());
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string answer(4096, '\0');
  const ssize_t count = ::read(ends[0], answer.data(), answer.size());
  answer.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return answer;
}

constexpr uid_t kUser = 10001;
constexpr gid_t kGroup = 10001;

class TokenOfRoot : public Token {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can hand a file to another user";
    ::chmod(folder_.c_str(), 0755);
  }
  void give(uid_t owner, gid_t group, mode_t mode) {
    write(std::string(40, 'r'), 0600);
    ASSERT_EQ(::chown(path_.c_str(), owner, group), 0);
    ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
  }
};

TEST_F(TokenOfRoot, MayBeReadableForAGroupOfHealdAsASecretWithAnFsGroup) {
  for (const mode_t mode : {0440, 0640}) {
    give(0, kGroup, mode);
    EXPECT_EQ(asUser(kUser, kGroup, {}, path_), "accepted") << std::oct << mode;
    EXPECT_EQ(asUser(kUser, 20002, {30003, kGroup}, path_), "accepted") << std::oct << mode;
  }
}

TEST_F(TokenOfRoot, IsRefusedWhenAnybodyElseMayReadOrAnyGroupMayWriteIt) {
  for (const mode_t mode : {0444, 0644, 0660, 0450, 0441}) {
    give(0, kGroup, mode);
    EXPECT_THAT(asUser(kUser, kGroup, {}, path_), HasSubstr("is open to others"))
        << std::oct << mode;
  }
}

TEST_F(TokenOfRoot, IsRefusedFromAnyOtherOwnerEvenHealdItself) {
  for (const uid_t owner : {kUser, uid_t{20002}}) {
    give(owner, kGroup, 0640);
    EXPECT_THAT(asUser(kUser, kGroup, {}, path_), HasSubstr("is open to others")) << owner;
  }
}

TEST_F(TokenOfRoot, IsRefusedByAHealdThatIsRootWhenItIsAnotherUsers) {
  give(1, 1, 0600);
  EXPECT_EQ(asUser(0, 0, {}, path_),
            "token file " + path_.string() +
                " belongs to daemon, who could so command heald; run: chown root: " +
                path_.string() + " && chmod 600 " + path_.string());
}

TEST_F(TokenOfRoot, IsRefusedByAHealdThatIsRootAsItNeedsNoGroup) {
  give(0, kGroup, 0640);
  EXPECT_THAT(asUser(0, kGroup, {kGroup}, path_), HasSubstr("is open to others"));
}

// As setfacl(1) has it: "u:10001:r".
void grant(const fs::path& path, const std::string& entries) {
  const std::string command = "setfacl -m " + entries + " " + path.string();
  ASSERT_EQ(std::system(command.c_str()), 0) << "the package acl has it";
}

TEST_F(TokenOfRoot, MayBeReadableForHealdByAnAclAsACredentialOfSystemd) {
  give(0, 0, 0400);
  EXPECT_THAT(asUser(kUser, kGroup, {}, path_), HasSubstr("Permission denied"));
  grant(path_, "u:10001:r");
  ASSERT_EQ(fs::status(path_).permissions(), fs::perms::owner_read | fs::perms::group_read);
  EXPECT_EQ(asUser(kUser, kGroup, {}, path_), "accepted");
}

TEST_F(TokenOfRoot, MayBeReadableForAGroupOfHealdByAnAcl) {
  give(0, 0, 0400);
  grant(path_, "g:10001:r");
  EXPECT_EQ(asUser(kUser, kGroup, {}, path_), "accepted");
  EXPECT_EQ(asUser(kUser, 20002, {kGroup}, path_), "accepted");
}

TEST_F(TokenOfRoot, IsRefusedWhenItsAclGrantsMoreThanReadingToHealdAlone) {
  for (const std::string more : {"u:10001:rw", "u:20002:r", "g:30003:r", "o::r", "g::r"}) {
    give(0, 0, 0400);
    grant(path_, "u:10001:r");
    grant(path_, more);
    EXPECT_THAT(asUser(kUser, kGroup, {}, path_), HasSubstr("is open to others")) << more;
    fs::remove(path_);
  }
}

TEST_F(TokenOfRoot, IsRefusedWhenAnAclHidesAnotherUserBehindTheModeOfItsGroup) {
  give(0, kGroup, 0440);
  grant(path_, "u:20002:r");
  EXPECT_THAT(asUser(kUser, kGroup, {}, path_), HasSubstr("is open to others"));
}

TEST_F(TokenOfRoot, MayHaveAnAclWhoseMaskGrantsNothing) {
  give(0, kGroup, 0400);
  grant(path_, "u:20002:r");
  ASSERT_EQ(::chmod(path_.c_str(), 0600), 0);  // takes the mask away, and the entry stays
  EXPECT_EQ(asUser(0, 0, {}, path_), "accepted");
}

TEST_F(TokenOfRoot, IsRefusedByAHealdThatIsRootWhenAnAclGrantsAnything) {
  give(0, 0, 0400);
  grant(path_, "u:10001:r");
  EXPECT_THAT(asUser(0, 0, {}, path_), HasSubstr("is open to others"));
}

TEST_F(TokenOfRoot, CannotBeReadFromAnotherGroup) {
  give(0, kGroup, 0440);
  EXPECT_THAT(asUser(kUser, 20002, {}, path_), HasSubstr("Permission denied"));
}

TEST_F(Token, IsRefusedWhenItIsTooShortOrEmpty) {
  write("");
  EXPECT_THAT(refusal(), HasSubstr("is empty"));
  write(" \n\n");
  EXPECT_THAT(refusal(), HasSubstr("is empty"));
  write(std::string(31, 'a') + "\n");
  EXPECT_THAT(refusal(), HasSubstr("fewer than 32 characters"));
  EXPECT_THAT(refusal(), testing::Not(HasSubstr("aaa")));
}

TEST_F(Token, IsRefusedWhenItIsNoFile) {
  fs::create_directory(path_);
  ::chmod(path_.c_str(), 0700);
  EXPECT_THAT(refusal(), HasSubstr("is not a regular file"));
}

TEST_F(Token, NamesTheFolderThatIsMissing) {
  const auto token = readOrCreateToken((folder_ / "missing" / "control.token").string());
  ASSERT_FALSE(token.ok());
  EXPECT_EQ(token.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(token.error().message, HasSubstr("No such file or directory"));
}

}  // namespace
}  // namespace heald::io
