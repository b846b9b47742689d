#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "api/control_routes.h"
#include "core/error_matcher.h"
#include "fake_backend.h"

namespace heald::api {
namespace {

using nlohmann::json;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

class PermitCalls : public testing::Test {
 protected:
  http::Response post(const std::string& path, const std::string& body) {
    return ask(controlRoutes(engine_.backend()), "POST", path, body);
  }
  std::string refusal(const std::string& body) {
    const http::Response response = post("/api/permits", body);
    EXPECT_EQ(response.status, 400) << body;
    return json::parse(response.body)["error"]["message"];
  }

  static engine::Permit permit() {
    return {"7-abc", "backup",  7,      3, testNow().boot + minutes(10), testNow().wall, {},
            {},      "nightly", "cron", ""};
  }

  FakeEngine engine_;
};

TEST_F(PermitCalls, GiveAPermitWithItsDeadline) {
  engine_.reply = engine::Reply{"given"};
  engine_.reply->permit = permit();
  const http::Response response =
      post("/api/permits", R"({"governor": "backup", "deadline": "30m", "reason": "nightly"})");
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(engine_.asked<engine::RequestPermit>().governor, "backup");
  EXPECT_EQ(engine_.asked<engine::RequestPermit>().deadline, minutes(30));
  EXPECT_EQ(engine_.asked<engine::RequestPermit>().reason, "nightly");
  EXPECT_EQ(engine_.asked<engine::RequestPermit>().by, "token control from 127.0.0.1");
  const json value = json::parse(response.body);
  EXPECT_EQ(value["id"], "7-abc");
  EXPECT_EQ(value["governor"], "backup");
  EXPECT_EQ(value["attempt"], 7);
  EXPECT_EQ(value["epoch"], 3);
  EXPECT_EQ(value["deadline"], "2026-11-23T21:17:00.000Z");
  post("/api/permits", R"({"governor": "backup"})");
  EXPECT_EQ(engine_.asked<engine::RequestPermit>().deadline, minutes(10));
}

TEST_F(PermitCalls, NameTheMemberOfAFleet) {
  engine_.reply = engine::Reply{"given"};
  engine_.reply->permit = permit();
  engine_.reply->permit->member = "node-7";
  const http::Response response =
      post("/api/permits", R"({"governor": "backup", "member": "node-7"})");
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(engine_.asked<engine::RequestPermit>().member, "node-7");
  EXPECT_EQ(engine_.asked<engine::RequestPermit>().governor, "backup");
  EXPECT_EQ(json::parse(response.body)["member"], "node-7");
  engine_.reply = engine::Reply{"no permit"};
  engine_.reply->denial = engine::Denial{"not_a_member", false, {}, {}, "no"};
  const http::Response denied = post("/api/permits", R"({"governor": "backup"})");
  EXPECT_EQ(denied.status, 409);
  EXPECT_EQ(json::parse(denied.body)["error"]["code"], "not_a_member");
  EXPECT_THAT(refusal(R"({"governor": "backup", "member": ""})"), HasSubstr("is empty"));
}

TEST_F(PermitCalls, SayWhichGuardDeniesItAndUntilWhen) {
  engine_.reply = engine::Reply{"no permit"};
  engine_.reply->denial = engine::Denial{"backoff", true, testNow().wall + seconds(12),
                                         std::chrono::milliseconds(11'400), "denied"};
  const http::Response response = post("/api/permits", R"({"governor": "backup"})");
  EXPECT_EQ(response.status, 409);
  EXPECT_EQ(json::parse(response.body), json::parse(R"({
    "error": {"code": "denied", "message": "no permit"}, "guard": "backoff",
    "until": "2026-11-23T20:47:12.000Z", "retry_after_seconds": 12})"));
  EXPECT_EQ(response.headers.get("Retry-After"), "12");
}

TEST_F(PermitCalls, PromiseNoTimeWhereTimeAloneDoesNotHelp) {
  engine_.reply = engine::Reply{"no permit"};
  engine_.reply->denial = engine::Denial{"dormant", true, {}, {}, "denied"};
  const http::Response dormant = post("/api/permits", R"({"governor": "backup"})");
  EXPECT_EQ(json::parse(dormant.body)["until"], nullptr);
  EXPECT_EQ(json::parse(dormant.body)["retry_after_seconds"], nullptr);
  EXPECT_FALSE(dormant.headers.get("Retry-After"));
  engine_.reply->denial = engine::Denial{"observe_mode", false, {}, {}, "only observes"};
  const json observe = json::parse(post("/api/permits", R"({"governor": "backup"})").body);
  EXPECT_EQ(observe["error"]["code"], "observe_mode");
  EXPECT_EQ(observe["guard"], nullptr);
}

TEST_F(PermitCalls, TakeAResult) {
  engine_.reply = engine::Reply{"permit 7-abc has ended: failed"};
  const http::Response response =
      post("/api/permits/7-abc/result", R"({"ok": false, "error": "exit code 1\nunauthorized\n"})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"message":"permit 7-abc has ended: failed"})");
  EXPECT_EQ(engine_.asked<engine::ReportPermit>().id, "7-abc");
  EXPECT_FALSE(engine_.asked<engine::ReportPermit>().ok);
  EXPECT_EQ(engine_.asked<engine::ReportPermit>().error, "exit code 1\nunauthorized\n");
  EXPECT_EQ(engine_.asked<engine::ReportPermit>().text, "exit code 1");
  EXPECT_EQ(engine_.asked<engine::ReportPermit>().output, "unauthorized\n");
  post("/api/permits/7-abc/result", R"({"ok": true})");
  EXPECT_TRUE(engine_.asked<engine::ReportPermit>().ok);
  EXPECT_EQ(post("/api/permits/7-abc/result", "{}").status, 400);
}

TEST_F(PermitCalls, TakeAnErrorThatBeginsWithBlankLines) {
  post("/api/permits/7-abc/result",
       json{{"ok", false}, {"error", "\n  \nexit code 1\nunauthorized\n"}}.dump());
  EXPECT_EQ(engine_.asked<engine::ReportPermit>().text, "exit code 1");
  EXPECT_EQ(engine_.asked<engine::ReportPermit>().output, "unauthorized\n");
}

TEST_F(PermitCalls, TakeAPermitBackThatWasNotUsed) {
  EXPECT_EQ(post("/api/permits/7-abc/result", R"({"ok": true, "unused": true})").status, 200);
  EXPECT_TRUE(engine_.asked<engine::ReportPermit>().unused);
  post("/api/permits/7-abc/result", R"({"ok": true})");
  EXPECT_FALSE(engine_.asked<engine::ReportPermit>().unused);
  const auto asked = engine_.events.size();
  EXPECT_EQ(post("/api/permits/7-abc/result", R"({"ok": false, "unused": true})").status, 400);
  EXPECT_EQ(engine_.events.size(), asked) << "a failure that is kept from the governor";
}

TEST_F(PermitCalls, TakeALongErrorWithoutLosingTheResult) {
  post("/api/permits/7-abc/result",
       json{{"ok", false}, {"error", std::string(200'000, 'x')}}.dump());
  EXPECT_EQ(engine_.asked<engine::ReportPermit>().error.size(), core::kErrorTextLimit);
  EXPECT_LE(engine_.asked<engine::ReportPermit>().text.size(), 512u);
}

TEST_F(PermitCalls, RefuseWhatIsNoRequest) {
  EXPECT_THAT(refusal("{}"), HasSubstr("\"governor\" is missing"));
  EXPECT_THAT(refusal(R"({"governor": ""})"), HasSubstr("\"governor\" is empty"));
  EXPECT_THAT(refusal(R"({"governor": 7})"), HasSubstr("\"governor\" must be a text"));
  EXPECT_THAT(refusal(R"({"governor": "a", "deadline": 600})"), HasSubstr("must be a duration"));
  EXPECT_THAT(refusal(R"({"governor": "a", "name": "b"})"), HasSubstr("\"name\" is not known"));
  EXPECT_TRUE(engine_.events.empty());
}

TEST_F(PermitCalls, PassOnTheEnginesRefusal) {
  engine_.reply = Error{ErrorCode::kNotFound, "no permit"};
  EXPECT_EQ(post("/api/permits/7-abc/result", R"({"ok": true})").status, 404);
  engine_.reply = Error{ErrorCode::kConflict, "has expired"};
  EXPECT_EQ(post("/api/permits/7-abc/result", R"({"ok": true})").status, 409);
  engine_.reply = Error{ErrorCode::kUnavailable, "store"};
  EXPECT_EQ(post("/api/permits", R"({"governor": "a"})").status, 503);
}

TEST_F(PermitCalls, ListThoseThatAreOutstanding) {
  engine::Snapshot snapshot = sampleSnapshot();
  snapshot.permits = {permit()};
  snapshot.governors[0].name = "backup";
  snapshot.governors[0].state.in_flight = {{7, 3, 0, "", testNow().wall}};
  engine_.show(snapshot);
  const auto get = [this](const std::string& path) {
    return json::parse(ask(controlRoutes(engine_.backend()), "GET", path).body);
  };
  ASSERT_EQ(get("/api/permits")["permits"].size(), 1u);
  EXPECT_EQ(get("/api/permits")["permits"][0]["by"], "cron");
  EXPECT_EQ(get("/api/permits")["permits"][0]["deadline"], "2026-11-23T20:57:00.000Z");
  EXPECT_EQ(get("/api/governors/backup")["inFlight"][0]["permit"], "7-abc");
  EXPECT_EQ(get("/api/governors/backup")["permits"]["denied"], 0);
  EXPECT_EQ(get("/api/status")["selfHealing"]["permitsOutstanding"], 1);
}

}  // namespace
}  // namespace heald::api
