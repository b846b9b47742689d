#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "fixture.h"
#include "http/tokens.h"

namespace heald::ctl {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

// healdctl against a control plane with named tokens.
class TokenCommandsTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(tokens_.load());
    api::Backend backend = engine_.backend();
    backend.tokens = &tokens_;
    backend.token_file = files_.file("control.token");
    http::GuardPolicy policy;
    policy.token = kTestToken;
    policy.token_file = files_.file("control.token");
    policy.tokens = &tokens_;
    server_ = std::make_unique<test::ControlListener>(api::controlRoutes(backend), policy);
    files_.write("control.token", std::string(kTestToken) + "\n");
  }

  Said ctl(std::vector<std::string> arguments, const std::string& token_file = "control.token") {
    std::ostringstream out, err;
    std::vector<const char*> argv = {"healdctl"};
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    const auto lookup = [&](const std::string& name) -> std::optional<std::string> {
      if (name == "HEALD_URL") return server_->url();
      if (name == "HEALD_TOKEN_FILE") return files_.file(token_file);
      return std::nullopt;
    };
    const int code = run(static_cast<int>(argv.size()), argv.data(),
                         {out, err, lookup, false, "alice@host", {}});
    return {code, out.str(), err.str()};
  }
  // "alerts", a problem, or "unknown".
  std::string found(const std::string& token) const {
    const auto match = tokens_.find(token);
    if (!match) return "unknown";
    return match->problem.empty() ? std::string(toString(match->grant.role)) : match->problem;
  }
  static std::string firstLineOf(const std::string& text) {
    return text.substr(0, text.find('\n'));
  }

  test::TempDir files_;
  api::FakeEngine engine_;
  http::Tokens tokens_{files_.file("tokens.json"), [] { return api::testNow().wall; }};
  std::unique_ptr<test::ControlListener> server_;
};

TEST_F(TokenCommandsTest, PrintANewTokenAloneToStandardOutput) {
  const Said said = ctl({"token", "create", "alice", "--role", "operate", "--expires", "90d"});
  ASSERT_EQ(said.code, 0) << said.err;
  EXPECT_EQ(said.out.size(), 65u);
  EXPECT_EQ(found(firstLineOf(said.out)), "operate");
  EXPECT_EQ(said.err,
            "Token alice (role operate, until 2027-02-21T20:47:00.000Z) is shown this once.\n");
  const Said again = ctl({"token", "create", "alice", "--role", "operate"});
  EXPECT_EQ(again.code, 1);
  EXPECT_EQ(again.out, "");
  EXPECT_THAT(again.err, HasSubstr("healdctl token rotate"));
}

TEST_F(TokenCommandsTest, WriteATokenForItsUserAlone) {
  const std::string file = files_.file("heald.token");
  const Said said = ctl({"token", "create", "alertmanager", "--role", "alerts", "--write", file,
                         "--owner", std::to_string(::geteuid())});
  ASSERT_EQ(said.code, 0) << said.err;
  EXPECT_EQ(said.out, "Token alertmanager (role alerts, without an end) is in " + file + ".\n");
  EXPECT_EQ(found(firstLineOf(files_.read("heald.token"))), "alerts");
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  const Said over = ctl({"token", "create", "other", "--role", "read", "--write", file});
  EXPECT_EQ(over.code, 2);
  EXPECT_THAT(over.err, HasSubstr("exists"));
  EXPECT_EQ(tokens_.list().size(), 1u);
}

TEST_F(TokenCommandsTest, MakeNoTokenWhereItsFileCannotBe) {
  const Said nowhere = ctl(
      {"token", "create", "a", "--role", "read", "--write", files_.file("missing/heald.token")});
  EXPECT_EQ(nowhere.code, 6);
  EXPECT_THAT(nowhere.err, HasSubstr("No such file or directory"));
  const Said nobody = ctl({"token", "create", "a", "--role", "read", "--write",
                           files_.file("heald.token"), "--owner", "no-such-user-here"});
  EXPECT_EQ(nobody.code, 2);
  EXPECT_THAT(nobody.err, HasSubstr("no-such-user-here"));
  EXPECT_TRUE(tokens_.list().empty());
  EXPECT_EQ(files_.read("heald.token"), "");
}

TEST_F(TokenCommandsTest, LeaveNoFileWhenHealdRefuses) {
  const std::string file = files_.file("heald.token");
  const Said said = ctl({"token", "create", "control", "--role", "read", "--write", file});
  EXPECT_EQ(said.code, 2);
  for (const auto& entry : std::filesystem::directory_iterator(files_.path())) {
    EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("heald.token")));
  }
}

TEST_F(TokenCommandsTest, RotateInPlaceAndKeepTheOldOneForAWhile) {
  const std::string file = files_.file("heald.token");
  ASSERT_EQ(ctl({"token", "create", "am", "--role", "alerts", "--write", file}).code, 0);
  ASSERT_EQ(::chmod(file.c_str(), 0640), 0);
  const std::string old = firstLineOf(files_.read("heald.token"));
  const Said said = ctl({"token", "rotate", "am", "--write", file});
  ASSERT_EQ(said.code, 0) << said.err;
  EXPECT_THAT(said.err, HasSubstr("The one before is good until 2026-11-23T20:48:00.000Z"));
  const std::string fresh = firstLineOf(files_.read("heald.token"));
  EXPECT_NE(fresh, old);
  EXPECT_EQ(found(old), "alerts");
  EXPECT_EQ(found(fresh), "alerts");
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0640u);
  const Said leaked = ctl({"token", "rotate", "am", "--grace", "0s", "--write", file});
  EXPECT_EQ(found(fresh), "was replaced by a newer one");
  EXPECT_EQ(ctl({"token", "rotate", "nobody"}).code, 5);
}

TEST_F(TokenCommandsTest, ListAndRevoke) {
  ASSERT_EQ(
      ctl({"token", "create", "cron", "--role", "permits", "--governor", "self-healing-main"}).code,
      0);
  const Said listed = ctl({"token", "list"});
  EXPECT_THAT(listed.out, HasSubstr("control"));
  EXPECT_THAT(listed.out, HasSubstr("permits: self-healing-main"));
  EXPECT_EQ(ctl({"token", "revoke", "cron"}).out,
            "Token cron is revoked: it is refused from now on.\n");
  const json list = json::parse(ctl({"token", "list", "--json"}).out);
  EXPECT_EQ(list["tokens"][1]["state"], "revoked");
  EXPECT_EQ(ctl({"token", "revoke", "corn"}).code, 5);
}

TEST_F(TokenCommandsTest, PrintJsonForScripts) {
  const Said said = ctl({"token", "create", "ci", "--role", "read", "--json"});
  const json made = json::parse(said.out);
  EXPECT_EQ(made["name"], "ci");
  EXPECT_EQ(found(made["token"]), "read");
  EXPECT_EQ(said.err, "");
}

TEST_F(TokenCommandsTest, SayWhatToDoAboutATokenThatIsNotEnough) {
  const std::string file = files_.file("am.token");
  ASSERT_EQ(ctl({"token", "create", "am", "--role", "alerts", "--write", file}).code, 0);
  const Said other = ctl({"dormant", "--all", "--reason", "x"}, "am.token");
  EXPECT_EQ(other.code, 4);
  EXPECT_THAT(other.err,
              HasSubstr("needs the role operate or admin; token am has the role alerts"));
  EXPECT_THAT(other.err, HasSubstr("healdctl used the token of " + file));
  EXPECT_THAT(other.err, HasSubstr("healdctl token create NAME --role ROLE"));
  ASSERT_EQ(ctl({"token", "revoke", "am"}).code, 0);
  const Said revoked = ctl({"dormant", "--all", "--reason", "x"}, "am.token");
  EXPECT_EQ(revoked.code, 4);
  EXPECT_THAT(revoked.err, HasSubstr("the token am was revoked at 2026-11-23T20:47:00.000Z"));
  EXPECT_THAT(revoked.err, HasSubstr("healdctl used the token of " + file));
}

TEST_F(TokenCommandsTest, RefuseWrongArguments) {
  EXPECT_THAT(ctl({"token", "create", "a", "--role", "boss"}).err, HasSubstr("permits"));
  EXPECT_EQ(ctl({"token", "create", "a"}).code, 2);
  EXPECT_EQ(ctl({"token", "create", "a", "--role", "read", "--owner", "root"}).code, 2);
  EXPECT_EQ(ctl({"token", "create", "a", "--role", "read", "--expires", "soon"}).code, 2);
  EXPECT_EQ(ctl({"token", "create", "a", "--role", "read", "--governor", "x"}).code, 5);
  EXPECT_EQ(ctl({"token"}).code, 2);
}

}  // namespace
}  // namespace heald::ctl
