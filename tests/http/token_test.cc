#include "http/token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

namespace heald::http {
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
}  // namespace heald::http
