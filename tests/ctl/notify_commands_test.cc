#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "fixture.h"

namespace heald::ctl {
namespace {

using testing::HasSubstr;

class NotifyCommandsTest : public testing::Test {
 protected:
  void SetUp() override {
    api::Backend backend = engine_.backend();
    backend.receivers = [this] { return receivers_; };
    backend.test_receiver = [this](const std::string& name, const outbox::Outbox::Tested& done) {
      if (name == "opps") return done(Error{ErrorCode::kNotFound, "no receiver \"opps\""});
      done(std::vector<outbox::TestResult>{{"ops", error_}});
    };
    http::GuardPolicy policy;
    policy.token = kTestToken;
    policy.token_file = files_.file("control.token");
    server_ = std::make_unique<test::ControlListener>(api::controlRoutes(backend), policy);
    files_.write("control.token", std::string(kTestToken) + "\n");
  }

  Said ctl(std::vector<std::string> arguments) {
    std::ostringstream out, err;
    std::vector<const char*> argv = {"healdctl"};
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    const auto lookup = [&](const std::string& name) -> std::optional<std::string> {
      if (name == "HEALD_URL") return server_->url();
      if (name == "HEALD_TOKEN_FILE") return files_.file("control.token");
      return std::nullopt;
    };
    const int code = run(static_cast<int>(argv.size()), argv.data(),
                         {out, err, lookup, false, "alice@host", {}});
    return {code, out.str(), err.str()};
  }

  test::TempDir files_;
  api::FakeEngine engine_;
  std::vector<outbox::ReceiverView> receivers_;
  std::string error_;
  std::unique_ptr<test::ControlListener> server_;
};

TEST_F(NotifyCommandsTest, ListShowsWhoCannotBeToldAndWhy) {
  receivers_ = {{.name = "ops", .kind = "slack"},
                {.name = "mail",
                 .kind = "mail",
                 .pending = 2,
                 .failing_since = api::testNow().wall,
                 .error = "connection refused"}};
  const Said said = ctl({"notify", "list"});
  EXPECT_EQ(said.code, 0);
  EXPECT_THAT(said.out, HasSubstr("failing since 2026-11-23T20:47:00.000Z"));
  EXPECT_THAT(said.out, HasSubstr("connection refused"));
}

TEST_F(NotifyCommandsTest, ListWithoutReceiversSaysWhereTheyAreNamed) {
  EXPECT_THAT(ctl({"notify", "list"}).out, HasSubstr("notifications.receivers"));
}

TEST_F(NotifyCommandsTest, ATestThatIsTakenEndsWithZero) {
  const Said said = ctl({"notify", "test", "ops"});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_EQ(said.out, "ops: sent\n");
}

TEST_F(NotifyCommandsTest, ATestThatIsNotTakenEndsWithOneAndTheReason) {
  error_ = "status 404: no_service";
  const Said said = ctl({"notify", "test"});
  EXPECT_EQ(said.code, 1);
  EXPECT_EQ(said.err, "healdctl: ops: not sent: status 404: no_service\n");
  const Said json = ctl({"notify", "test", "--json"});
  EXPECT_EQ(json.code, 1);
  EXPECT_FALSE(nlohmann::json::parse(json.out)["receivers"][0]["ok"].get<bool>());
}

TEST_F(NotifyCommandsTest, AnUnknownReceiverIsNotFound) {
  EXPECT_EQ(ctl({"notify", "test", "opps"}).code, 5);
}

}  // namespace
}  // namespace heald::ctl
