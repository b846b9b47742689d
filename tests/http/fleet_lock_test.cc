#include "http/fleet_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "http/pipeline.h"
#include "io/base64.h"

namespace heald::http {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr const char* kTokenOfNodes = "the token of all nodes";

// As zincati sends it: a token in the address, and no type of the body.
class FleetLockClient : public testing::Test {
 protected:
  static Router table() {
    Router router;
    router.add("POST", "/v1/pre-reboot", Access::kPermits, [](const Request& request) -> Response {
      if (request.body == "throw") throw std::runtime_error("its detail");
      return error(409, "denied", "not now");
    });
    return router;
  }
  Response answer(const Headers& headers, const std::string& body = "{}",
                  const std::string& method = "POST", const std::string& path = "/v1/pre-reboot") {
    Request request;
    request.method = method;
    request.path = path;
    request.headers = headers;
    if (request.headers.count("Host") == 0) request.headers.add("Host", "localhost");
    request.headers.add("Content-Length", std::to_string(body.size()));
    request.headers.add("fleet-lock-protocol", "true");
    return pipeline_.answer(request, [&](Request& r, bool) -> std::optional<Response> {
      r.body = body;
      return std::nullopt;
    });
  }
  static Headers with(const std::string& token) {
    return {{"Authorization", "Basic " + io::toBase64("node:" + token)}};
  }
  static void expectKind(const Response& response, int status, const std::string& kind) {
    const json body = json::parse(response.body, nullptr, false);
    EXPECT_EQ(response.status, status) << kind;
    ASSERT_TRUE(body.is_object() && body.contains("kind") && body.contains("value"))
        << response.body;
    EXPECT_EQ(body["kind"], kind);
    EXPECT_NE(body["value"], "");
    EXPECT_EQ(body.size(), 2U) << response.body;
  }

  Pipeline pipeline_{table(), GuardPolicy{.token = kTokenOfNodes, .body_limit = 100}, {}};
};

// Else it logs "(unknown server error)", and nobody finds out that the token is wrong.
TEST_F(FleetLockClient, ReadsWhyItIsRefusedBeforeAnyCallIsMadeOfIt) {
  expectKind(answer(with("another")), 401, "unauthorized");
  expectKind(answer({}), 401, "unauthorized");
  EXPECT_THAT(answer(with("another")).headers.get("WWW-Authenticate"),
              testing::Optional(HasSubstr("Bearer")));
  Headers elsewhere = with(kTokenOfNodes);
  elsewhere.add("Host", "heald.example:3001");
  expectKind(answer(elsewhere), 403, "forbidden");
  EXPECT_THAT(answer(elsewhere).body, HasSubstr("web.allowed_hosts"));
  Headers typed = with(kTokenOfNodes);
  typed.add("Content-Type", "text/plain");
  expectKind(answer(typed), 415, "unsupported_media_type");
  expectKind(answer(with(kTokenOfNodes), std::string(101, 'x')), 413, "too_large");
  expectKind(answer(with(kTokenOfNodes), "", "GET"), 405, "method_not_allowed");
  expectKind(answer(with(kTokenOfNodes), "{}", "POST", "/v1/pre-reboots"), 404, "not_found");
}

TEST_F(FleetLockClient, ReadsWhatACallRefusesAndThatOneHasFailed) {
  expectKind(answer(with(kTokenOfNodes)), 409, "denied");
  expectKind(answer(with(kTokenOfNodes), "throw"), 500, "internal");
  EXPECT_THAT(answer(with(kTokenOfNodes), "throw").body, testing::Not(HasSubstr("detail")));
}

TEST_F(FleetLockClient, ChangesNothingForAnybodyElse) {
  Request request;
  request.method = "POST";
  request.path = "/v1/pre-reboot";
  request.headers = {{"Host", "localhost"}};
  const auto refusal = pipeline_.admit(request).refusal;
  ASSERT_TRUE(refusal);
  EXPECT_EQ(json::parse(refusal->body)["error"]["code"], "unauthorized");
}

TEST(FleetLockWords, AreTheGuardThatHasDeniedWhereOneHas) {
  const auto body = [](const char* text) {
    Response response;
    response.status = 409;
    response.body = text;
    response.headers.add("Retry-After", "12");
    return inWordsOfFleetLock(std::move(response));
  };
  const Response denied =
      body(R"({"error": {"code": "denied", "message": "not now"}, "guard": "backoff"})");
  EXPECT_EQ(denied.body, R"({"kind":"backoff","value":"not now"})");
  EXPECT_EQ(denied.headers.get("Retry-After"), "12");
  EXPECT_EQ(body(R"({"error": {"code": "paused", "message": "m"}, "guard": null})").body,
            R"({"kind":"paused","value":"m"})");
  for (const char* other : {"", "plain", "[]", R"({"kind":"a","value":"b"})", R"({"error":"text"})",
                            R"({"error":{"code":"ok"},"status":1)"}) {
    EXPECT_EQ(body(other).body, other);
  }
}

TEST(FleetLockWords, AreNotForWhatWasDone) {
  Response done;
  done.body = R"({"error": {"code": "a", "message": "b"}})";
  EXPECT_EQ(inWordsOfFleetLock(done).body, done.body);
}

}  // namespace
}  // namespace heald::http
