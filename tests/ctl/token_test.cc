#include "ctl/token.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "ctl/open_command.h"
#include "fixture.h"

namespace heald::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;

Lookup with(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

TEST(PageAddress, HandsTheTokenOverInTheFragmentWhichNoServerSees) {
  EXPECT_EQ(pageAddress("http://127.0.0.1:3001", "a b", "web/1"),
            "http://127.0.0.1:3001/#token=a%20b&to=%2Fgovernor%2Fweb%252F1");
  EXPECT_EQ(pageAddress("http://127.0.0.1:3001/", "", ""), "http://127.0.0.1:3001/#/");
}

TEST(Token, IsReadFromTheFileThatIsNamed) {
  test::TempDir files;
  const std::string first = files.write("first", " one\n");
  const std::string second = files.write("second", "two");
  const auto environment = with({{"HEALD_TOKEN_FILE", second}});
  EXPECT_EQ(findToken(first, environment).value, "one");
  EXPECT_EQ(findToken("", environment).value, "two");
  EXPECT_TRUE(findToken("", environment).named);
}

TEST(Token, IsNotLookedForElsewhereWhenANamedFileIsMissing) {
  test::TempDir files;
  files.write("control.token", "one");
  const Token token = findToken(files.file("none"), with({{"STATE_DIRECTORY", files.path()}}));
  EXPECT_EQ(token.value, "");
  EXPECT_EQ(token.failures.size(), 1u);
}

TEST(Token, IsFoundInTheUsualPlacesInTheirOrder) {
  test::TempDir state, home;
  std::filesystem::create_directories(home.file(".local/state/heald"));
  home.write(".local/state/heald/control.token", "of home");
  const auto environment =
      with({{"STATE_DIRECTORY", "/nowhere:" + state.path()}, {"HOME", home.path()}});
  EXPECT_EQ(findToken("", environment, "/nowhere").value, "");  // "of home" has a blank in it
  home.write(".local/state/heald/control.token", "of-home");
  EXPECT_EQ(findToken("", environment, "/nowhere").value, "of-home");
  state.write("control.token", "of-state");
  EXPECT_EQ(findToken("", environment, "/nowhere").value, "of-state");
  EXPECT_FALSE(findToken("", environment, "/nowhere").named);
}

TEST(Token, SaysWhereItWasLookedFor) {
  test::TempDir files;
  files.write("control.token", "\n");
  const std::string why =
      findToken("", with({{"STATE_DIRECTORY", files.path()}}), "/nowhere").whyNot();
  EXPECT_THAT(why, HasSubstr(files.file("control.token") + ": holds no token"));
  EXPECT_THAT(why, HasSubstr("/nowhere/control.token"));
}

class TokenOfCommands : public CtlTest {};

TEST_F(TokenOfCommands, IsNotNeededToRead) {
  environment_.erase("HEALD_TOKEN_FILE");
  EXPECT_EQ(ctl({"status"}).code, 0);
}

TEST_F(TokenOfCommands, IsMissedWithAListOfPlaces) {
  environment_["HEALD_TOKEN_FILE"] = files_.file("none");
  const Said said = ctl({"resume", "a", "--reason", "x"});
  EXPECT_EQ(said.code, 4);
  EXPECT_THAT(said.err, HasSubstr(files_.file("none")));
  EXPECT_THAT(said.err, HasSubstr("--token-file"));
}

TEST_F(TokenOfCommands, IsWrong) {
  const Said said =
      ctl({"resume", "a", "--reason", "x", "--token-file", files_.write("wrong", "guess")});
  EXPECT_EQ(said.code, 4);
  EXPECT_THAT(said.err, Not(HasSubstr("guess")));
  EXPECT_TRUE(engine_->events.empty());
}

TEST_F(TokenOfCommands, IsTakenFromTheStateDirectory) {
  environment_.erase("HEALD_TOKEN_FILE");
  environment_["STATE_DIRECTORY"] = files_.path();
  EXPECT_EQ(ctl({"resume", "a", "--reason", "x"}).code, 0);
}

}  // namespace
}  // namespace heald::ctl
