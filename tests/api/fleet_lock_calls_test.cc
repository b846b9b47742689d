#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "api/control_calls.h"
#include "api/control_routes.h"
#include "fake_backend.h"

namespace heald::api {
namespace {

using nlohmann::json;
using std::chrono::seconds;
using testing::HasSubstr;

class FleetLock : public testing::Test {
 protected:
  static constexpr const char* kBody = R"({"client_params": {"id": "node-7", "group": "reboots"}})";

  http::Response post(const std::string& path, const std::string& body = kBody,
                      const char* header = "true") {
    http::Headers headers;
    if (header != nullptr) headers.add("fleet-lock-protocol", header);
    return ask(controlRoutes(engine_.backend()), "POST", path, body, headers);
  }
  static std::string kindOf(const http::Response& response) {
    return json::parse(response.body)["kind"];
  }

  FakeEngine engine_;
};

TEST_F(FleetLock, ReadsNoBodyThatIsMoreThanTwoNames) {
  http::Headers headers;
  headers.add("fleet-lock-protocol", "true");
  headers.add("Content-Length", std::to_string(17 * 1024));
  for (const char* path : {"/v1/pre-reboot", "/v1/steady-state"}) {
    const auto answer = ask(controlRoutes(engine_.backend()), "POST", path, kBody, headers);
    EXPECT_EQ(answer.status, 413) << path;
    EXPECT_EQ(kindOf(answer), "too_large");
  }
}

TEST_F(FleetLock, AsksForThePermitOfTheMemberBeforeAReboot) {
  engine_.reply = engine::Reply{"given"};
  engine_.reply->permit = engine::Permit{};
  EXPECT_EQ(post("/v1/pre-reboot").status, 200);
  const auto& asked = engine_.asked<engine::RequestPermit>();
  EXPECT_EQ(asked.governor, "reboots");
  EXPECT_EQ(asked.member, "node-7");
  EXPECT_EQ(asked.deadline, std::chrono::hours(1));
  EXPECT_TRUE(asked.again) << "a client that lost the answer asks again";
}

TEST_F(FleetLock, ReportsThatTheMemberIsWell) {
  EXPECT_EQ(post("/v1/steady-state").status, 200);
  const auto& reported = engine_.asked<engine::ReportPermit>();
  EXPECT_EQ(reported.id, "");
  EXPECT_EQ(reported.governor, "reboots");
  EXPECT_EQ(reported.member, "node-7");
  EXPECT_TRUE(reported.ok);
}

TEST_F(FleetLock, SaysWhyNotInTheWordsOfTheProtocol) {
  engine_.reply = engine::Reply{"not now"};
  engine_.reply->denial =
      engine::Denial{"backoff", true, testNow().wall + seconds(12), seconds(12), "denied"};
  const http::Response denied = post("/v1/pre-reboot");
  EXPECT_EQ(denied.status, 409);
  EXPECT_EQ(json::parse(denied.body), json::parse(R"({"kind": "backoff", "value": "not now"})"));
  EXPECT_EQ(denied.headers.get("Retry-After"), "12");
  engine_.reply->denial = engine::Denial{"not_a_member", false, {}, {}, "denied"};
  EXPECT_EQ(kindOf(post("/v1/pre-reboot")), "not_a_member");
  engine_.reply = Error{ErrorCode::kNotFound, "no governor"};
  EXPECT_EQ(post("/v1/pre-reboot").status, 404);
  EXPECT_EQ(kindOf(post("/v1/steady-state")), "not_found");
}

// Tokens are for governors.
TEST_F(FleetLock, RefusesTheTokenOfAnotherGovernor) {
  for (const char* path : {"/v1/pre-reboot", "/v1/steady-state"}) {
    for (const bool mine : {false, true}) {
      http::Request request;
      request.method = "POST";
      request.path = path;
      request.body = kBody;
      request.headers.add("fleet-lock-protocol", "true");
      request.who = {http::Identity::Proof::kToken, "nodes",
                     config::Grant{config::Role::kPermits, {mine ? "reboots" : "backup"}}};
      for (const Call& call : fleetLockCalls(engine_.backend())) {
        if (call.path != path) continue;
        engine_.events.clear();
        http::Response response = call.handler(request);
        if (const auto later = std::exchange(response.later, nullptr)) {
          later([&](const http::Response::Maker& make) { response = make(); });
        }
        EXPECT_EQ(response.status, mine ? 200 : 403) << path;
        EXPECT_EQ(engine_.events.empty(), !mine) << path;
        if (!mine) {
          EXPECT_EQ(kindOf(response), "wrong_role");
          EXPECT_THAT(response.body, HasSubstr("may not ask for permits of"));
        }
      }
    }
  }
}

TEST_F(FleetLock, RefusesWhatIsNoRequestOfTheProtocol) {
  for (const char* path : {"/v1/pre-reboot", "/v1/steady-state"}) {
    EXPECT_EQ(post(path, kBody, nullptr).status, 400);
    EXPECT_THAT(post(path, kBody, "false").body, HasSubstr("fleet-lock-protocol"));
    for (const char* body :
         {"", "[]", "{}", R"({"client_params": 1})", R"({"client_params": {"id": "a"}})",
          R"({"client_params": {"id": "", "group": "g"}})",
          R"({"client_params": {"id": 1, "group": "g"}})"}) {
      const http::Response response = post(path, body);
      EXPECT_EQ(response.status, 400) << body;
      EXPECT_EQ(kindOf(response), "bad_request") << body;
    }
  }
  EXPECT_TRUE(engine_.events.empty());
}

// Else one request after the other writes a megabyte into the log.
TEST_F(FleetLock, SaysNoLongNameAgain) {
  const std::string longest(253, 'x');
  const auto body = [](const std::string& id, const std::string& group) {
    return json{{"client_params", {{"id", id}, {"group", group}}}}.dump();
  };
  for (const char* path : {"/v1/pre-reboot", "/v1/steady-state"}) {
    EXPECT_EQ(post(path, body(longest, "reboots")).status, 200);
    engine_.events.clear();
    for (const http::Response& refused :
         {post(path, body(longest + "x", "reboots")), post(path, body("node-7", longest + "x"))}) {
      EXPECT_EQ(refused.status, 400);
      EXPECT_EQ(kindOf(refused), "bad_request");
      EXPECT_THAT(refused.body, HasSubstr("has 254 bytes; a name has at most 253"));
    }
    EXPECT_TRUE(engine_.events.empty());
  }
}

}  // namespace
}  // namespace heald::api
