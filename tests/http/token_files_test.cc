#include "http/token_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <mutex>

#include "support/eventually.h"
#include "support/temp_dir.h"

namespace heald::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class TokenFilesTest : public testing::Test {
 protected:
  TokenFilesTest() { (void)tokens_.load(); }

  void put(const std::string& secret) {
    dir_.write("next", secret + "\n");
    std::filesystem::permissions(dir_.file("next"), std::filesystem::perms(0600));
    std::filesystem::rename(dir_.file("next"), dir_.file("ci.token"));
  }
  void open() {
    const config::TokenOption option{"ci", Grant{Role::kRead}, dir_.file("ci.token")};
    files_.emplace(std::vector{option}, tokens_,
                   [this](const std::string& name, const std::string& problem) {
                     const std::lock_guard lock(mutex_);
                     told_.push_back(name + ": " + problem);
                   });
  }
  std::vector<std::string> told() {
    const std::lock_guard lock(mutex_);
    return told_;
  }
  bool isGood(const std::string& secret) const {
    const auto match = tokens_.find(secret);
    return match && match->problem.empty() && match->name == "ci";
  }

  const std::string one_ = std::string(32, 'a');
  const std::string other_ = std::string(32, 'b');
  test::TempDir dir_;
  Tokens tokens_{dir_.file("tokens.json"), [] { return core::WallTime{}; }};
  std::mutex mutex_;
  std::vector<std::string> told_;
  std::optional<TokenFiles> files_;
};

TEST_F(TokenFilesTest, AreReadAnewWhenTheyChange) {
  put(one_);
  open();
  EXPECT_TRUE(isGood(one_));
  EXPECT_TRUE(told().empty());
  put(other_);
  EXPECT_TRUE(test::eventually([&] { return isGood(other_); }));
  EXPECT_FALSE(isGood(one_));
  EXPECT_TRUE(test::eventually([&] { return !told().empty(); }));
  EXPECT_THAT(told(), ElementsAre("ci: "));
  EXPECT_EQ(tokens_.list().size(), 1u) << "it takes the place of the old one";
}

TEST_F(TokenFilesTest, ThatCannotBeReadLetNobodyInUntilTheyCan) {
  open();
  EXPECT_THAT(told(), ElementsAre(StartsWith("ci: ")));
  EXPECT_FALSE(isGood(""));
  EXPECT_TRUE(tokens_.list().at(0).unreadable);
  EXPECT_FALSE(tokens_.create({"ci", {Role::kRead}, std::string(64, '0')})) << "its name is kept";
  put(one_);
  EXPECT_TRUE(test::eventually([&] { return isGood(one_); }));
  EXPECT_FALSE(tokens_.list().at(0).unreadable);
  std::filesystem::remove(dir_.file("ci.token"));
  EXPECT_TRUE(test::eventually([&] { return !isGood(one_); }));
  put(one_);
  std::filesystem::permissions(dir_.file("ci.token"), std::filesystem::perms(0666));
  EXPECT_TRUE(test::eventually([&] { return told().back().size() > 4 && told().size() >= 3; }));
  EXPECT_FALSE(isGood(one_)) << "others may write it";
}

TEST_F(TokenFilesTest, AreFoundBehindALinkThatIsChanged) {
  for (const std::string* secret : {&one_, &other_}) {
    const std::string folder = "at-" + secret->substr(0, 1);
    std::filesystem::create_directories(dir_.file(folder));
    dir_.write(folder + "/ci.token", *secret);
    std::filesystem::permissions(dir_.file(folder + "/ci.token"), std::filesystem::perms(0600));
  }
  std::filesystem::create_symlink("at-a", dir_.file("now"));
  std::filesystem::create_symlink("now/ci.token", dir_.file("ci.token"));
  open();
  EXPECT_TRUE(isGood(one_));
  std::filesystem::create_symlink("at-b", dir_.file("next"));
  std::filesystem::rename(dir_.file("next"), dir_.file("now"));  // as the kubelet does
  EXPECT_TRUE(test::eventually([&] { return isGood(other_); }));
}

}  // namespace
}  // namespace heald::http
