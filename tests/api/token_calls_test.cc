#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "api/control_routes.h"
#include "fake_backend.h"
#include "http/tokens.h"
#include "io/digest.h"
#include "support/temp_dir.h"

namespace heald::api {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class TokenCalls : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(tokens_.load()); }

  http::Response call(const std::string& method, const std::string& path,
                      const json& body = nullptr, const http::Headers& headers = {}) {
    Backend backend = engine_.backend();
    backend.tokens = &tokens_;
    backend.token_file = "/var/lib/heald/control.token";
    backend.tell = [this](engine::HistoryEntry entry) { told_.push_back(std::move(entry)); };
    return ask(controlRoutes(backend), method, path, body.is_null() ? "" : body.dump(), headers);
  }
  json tokens() { return json::parse(call("GET", "/api/tokens").body)["tokens"]; }
  static json wanted(const std::string& name, const std::string& token,
                     const std::string& role = "operate") {
    return {{"name", name}, {"role", role}, {"sha256", io::Digest(token).hex()}};
  }
  static std::string messageOf(const http::Response& response) {
    return json::parse(response.body)["error"]["message"];
  }

  FakeEngine engine_;
  core::WallTime now_ = testNow().wall;
  test::TempDir folder_;
  http::Tokens tokens_{folder_.file("tokens.json"), [this] { return now_; }};
  std::vector<engine::HistoryEntry> told_;
};

TEST_F(TokenCalls, MakeListRotateAndRevoke) {
  json body = wanted("ci", "the secret");
  body["expires"] = "90d";
  const http::Response created =
      call("POST", "/api/tokens", body, {{"X-Heald-Actor", "alice@host"}});
  ASSERT_EQ(created.status, 201) << created.body;
  EXPECT_EQ(json::parse(created.body)["expiresAt"], "2027-02-21T20:47:00.000Z");
  EXPECT_THAT(created.body, Not(HasSubstr(io::Digest("the secret").hex()))) << "not even the hash";
  ASSERT_EQ(tokens().size(), 2u);
  EXPECT_EQ(tokens()[0]["name"], "control");
  EXPECT_EQ(tokens()[0]["file"], "/var/lib/heald/control.token");
  EXPECT_EQ(tokens()[1]["state"], "valid");
  EXPECT_EQ(tokens()[1]["createdBy"], "token control from 127.0.0.1 as alice@host");
  EXPECT_EQ(call("POST", "/api/tokens/ci/rotate",
                 {{"sha256", io::Digest("another").hex()}, {"grace", "5m"}})
                .status,
            200);
  EXPECT_EQ(tokens()[1]["replacedGoodUntil"], "2026-11-23T20:52:00.000Z");
  EXPECT_EQ(call("POST", "/api/tokens/ci/revoke").status, 200);
  EXPECT_EQ(tokens()[1]["state"], "revoked");
  EXPECT_EQ(call("POST", "/api/tokens/nobody/revoke").status, 404);
  EXPECT_TRUE(engine_.events.empty()) << "the engine and its store are not asked";
}

TEST_F(TokenCalls, AreInTheHistoryWithWhoeverDidIt) {
  call("POST", "/api/tokens", wanted("ci", "a"));
  call("POST", "/api/tokens/ci/rotate", {{"sha256", io::Digest("b").hex()}});
  call("POST", "/api/tokens/ci/revoke");
  call("POST", "/api/tokens/ci/revoke", {{"unknown", 1}});
  call("POST", "/api/tokens", wanted("control", "x"));
  ASSERT_EQ(told_.size(), 3u) << "what was refused has changed nothing";
  EXPECT_EQ(told_[0].event, "token_created");
  EXPECT_EQ(told_[0].message, "token ci is created: role operate, without an end");
  EXPECT_EQ(told_[0].actor, "token control from 127.0.0.1");
  EXPECT_EQ(told_[1].event, "token_rotated");
  EXPECT_EQ(told_[2].event, "token_revoked");
}

TEST_F(TokenCalls, SayWhatWouldBeRight) {
  json body = wanted("ci", "a", "boss");
  EXPECT_THAT(messageOf(call("POST", "/api/tokens", body)),
              HasSubstr("\"boss\" is no role (there are: read, alerts, permits, operate, admin)"));
  body = wanted("ci", "a", "permits");
  EXPECT_THAT(messageOf(call("POST", "/api/tokens", body)), HasSubstr("names of its governors"));
  body["governors"] = {"self-healing-mian"};
  const http::Response unknown = call("POST", "/api/tokens", body);
  EXPECT_EQ(unknown.status, 404);
  EXPECT_THAT(messageOf(unknown), HasSubstr("(there are: self-healing-main)"));
  body["governors"] = "self-healing-main";
  EXPECT_EQ(call("POST", "/api/tokens", body).status, 400);
  body["governors"] = {"self-healing-main"};
  EXPECT_EQ(call("POST", "/api/tokens", body).status, 201);
  body = wanted("x", "b");
  body["sha256"] = "the token itself";
  EXPECT_THAT(messageOf(call("POST", "/api/tokens", body)), HasSubstr("64 digits"));
}

TEST_F(TokenCalls, AskedTwiceAreDoneOnce) {
  EXPECT_EQ(call("POST", "/api/tokens", wanted("ci", "a"), {{"Idempotency-Key", "k"}}).status, 201);
  EXPECT_EQ(call("POST", "/api/tokens", wanted("ci", "a"), {{"Idempotency-Key", "k"}}).status, 201);
  EXPECT_EQ(tokens().size(), 2u);
  EXPECT_EQ(call("POST", "/api/tokens", wanted("ci", "a"), {{"Idempotency-Key", "a b"}}).status,
            400);
}

}  // namespace
}  // namespace heald::api
