#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "api/control_calls.h"
#include "api/control_routes.h"
#include "fake_backend.h"

namespace heald::api {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class NotificationCalls : public testing::Test {
 protected:
  http::Response call(const std::string& method, const std::string& path,
                      const std::string& body = "") {
    Backend backend = engine_.backend();
    backend.receivers = [this] { return receivers_; };
    backend.test_receiver = [this](const std::string& name, const outbox::Outbox::Tested& done) {
      asked_.push_back(name);
      done(results_);
    };
    return ask(controlRoutes(backend), method, path, body);
  }

  FakeEngine engine_;
  std::vector<outbox::ReceiverView> receivers_ = {
      {.name = "ops", .kind = "slack", .sent = 3, .last_sent = testNow().wall},
      {.name = "mail",
       .kind = "mail",
       .pending = 2,
       .failed = 4,
       .failing_since = testNow().wall,
       .error = "connection refused"}};
  std::vector<std::string> asked_;
  Result<std::vector<outbox::TestResult>> results_ =
      std::vector<outbox::TestResult>{{"ops", ""}, {"mail", "connection refused"}};
};

TEST_F(NotificationCalls, TellOfEveryReceiver) {
  const json answer = json::parse(call("GET", "/api/notifications").body);
  ASSERT_EQ(answer["receivers"].size(), 2u);
  EXPECT_EQ(answer["receivers"][0]["state"], "ok");
  EXPECT_EQ(answer["receivers"][0]["lastSentAt"], "2026-11-23T20:47:00.000Z");
  EXPECT_EQ(answer["receivers"][1]["state"], "failing");
  EXPECT_EQ(answer["receivers"][1]["pending"], 2);
  EXPECT_EQ(answer["receivers"][1]["error"], "connection refused");
}

TEST_F(NotificationCalls, AReceiverInTroubleIsAnIssueOfTheStatus) {
  const json status = json::parse(call("GET", "/api/status").body);
  EXPECT_EQ(status["issues"].back()["reason"], "notifications");
  EXPECT_EQ(status["issues"].back()["message"],
            "receiver mail cannot be reached since 2026-11-23T20:47:00.000Z: connection "
            "refused");
  EXPECT_THAT(call("GET", "/api/status?format=markdown").body, HasSubstr("receiver mail cannot"));
}

TEST_F(NotificationCalls, ATestSaysOfEachHowItEnded) {
  const http::Response response = call("POST", "/api/notifications/test", "{}");
  EXPECT_EQ(response.status, 200);
  const json answer = json::parse(response.body);
  EXPECT_EQ(answer["receivers"][0], json({{"name", "ops"}, {"ok", true}, {"error", nullptr}}));
  EXPECT_EQ(answer["receivers"][1]["error"], "connection refused");
  EXPECT_EQ(asked_, std::vector<std::string>{""});
}

TEST_F(NotificationCalls, ATestOfOneNamesItAndAnUnknownOneIsNotFound) {
  results_ = Error{ErrorCode::kNotFound, "no receiver \"x\" (there are: ops, mail)"};
  const http::Response response = call("POST", "/api/notifications/test", R"({"receiver": "x"})");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(asked_, std::vector<std::string>{"x"});
}

TEST_F(NotificationCalls, ABodyWithAnotherKeyIsRefused) {
  EXPECT_EQ(call("POST", "/api/notifications/test", R"({"name": "ops"})").status, 400);
  EXPECT_TRUE(asked_.empty());
}

}  // namespace
}  // namespace heald::api
