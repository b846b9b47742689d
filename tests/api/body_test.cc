#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "api/call.h"
#include "api/control_routes.h"
#include "fake_backend.h"

namespace heald::api {
namespace {

using testing::HasSubstr;

// What hostile and careless bodies are told.
class BodyTest : public testing::Test {
 protected:
  std::string refusal(const std::string& method, const std::string& path, const std::string& body) {
    const http::Response response = ask(controlRoutes(engine_.backend()), method, path, body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_TRUE(engine_.events.empty()) << body;
    return nlohmann::json::parse(response.body)["error"]["message"];
  }
  std::string resume(const std::string& body) { return refusal("POST", "/api/resume", body); }
  std::string reasonTaken(const std::string& body) {
    EXPECT_EQ(ask(controlRoutes(engine_.backend()), "POST", "/api/resume", body).status, 200);
    return engine_.asked<engine::Resume>().reason;
  }

  FakeEngine engine_;
};

TEST_F(BodyTest, AFieldThatNoBodyHasIsAFaultOfTheTableOfCalls) {
  http::Request request;
  request.body = R"({"unknown": true})";
  try {
    (void)readBody(request, {{"unknown", FieldType::kBoolean, true, "a fault"}});
    FAIL() << "it was read";
  } catch (const std::logic_error& fault) {
    EXPECT_THAT(fault.what(), HasSubstr("\"unknown\", which Body does not have"));
  }
}

TEST_F(BodyTest, NamesTheKeyThatIsMissing) {
  const std::string message = "\"reason\" is missing: say what was found and fixed";
  EXPECT_EQ(resume(""), message);
  EXPECT_EQ(resume("{}"), message);
  EXPECT_EQ(refusal("PUT", "/api/flags/auto_healing", R"({"reason": "x"})"),
            "\"enabled\" is missing: true or false");
}

TEST_F(BodyTest, RefusesUnknownKeys) {
  EXPECT_EQ(resume(R"({"reason": "x", "Reason": "y"})"),
            "\"Reason\" is not known here; this call takes \"reason\"");
  EXPECT_EQ(refusal("POST", "/api/checks/api/run", R"({"force": true})"),
            "\"force\" is not known here: this call takes no body");
  EXPECT_LE(resume("{\"" + std::string(9000, 'k') + "\": 1}").size(), 200u);
}

TEST_F(BodyTest, RefusesOtherTypes) {
  for (const std::string value : {"1", "null", "true", "[]", "{}", "[\"x\"]"}) {
    EXPECT_THAT(resume("{\"reason\": " + value + "}"), HasSubstr("\"reason\" must be a text"));
  }
  for (const std::string value : {"1", "null", "\"true\"", "[]"}) {
    EXPECT_EQ(refusal("POST", "/api/governors/a/reset", "{\"force\": " + value + "}"),
              "\"force\" must be true or false");
  }
}

TEST_F(BodyTest, RefusesWhatIsNoDuration) {
  const auto pause = [this](const std::string& value) {
    return refusal("POST", "/api/pause", R"({"reason": "x", "for": )" + value + "}");
  };
  EXPECT_EQ(pause("\"5 parsecs\""), "\"for\": \"5 parsecs\" is not a duration (examples: 5s, 10m)");
  for (const std::string value : {"7200", "null", "[]", "\"0s\"", "\"0\""}) {
    EXPECT_THAT(pause(value), HasSubstr("\"for\" must be a duration (examples: 10m, 2h)"));
  }
  EXPECT_THAT(refusal("POST", "/api/pause", R"({"reason": "x"})"), HasSubstr("\"for\" is missing"));
}

TEST_F(BodyTest, RefusesABlankReason) {
  for (const std::string blank : {"", " ", "\\n\\t", "\\u0000", "\\u007f"}) {
    EXPECT_THAT(resume("{\"reason\": \"" + blank + "\"}"), HasSubstr("\"reason\" is blank"));
  }
}

TEST_F(BodyTest, LimitsTheReasonTo1KiB) {
  EXPECT_EQ(reasonTaken("{\"reason\": \"" + std::string(1024, 'x') + "\"}").size(), 1024u);
  engine_.events.clear();
  EXPECT_EQ(resume("{\"reason\": \"" + std::string(1025, 'x') + "\"}"),
            "\"reason\" has 1025 bytes; the limit is 1024");
}

TEST_F(BodyTest, ReplacesControlCharacters) {
  EXPECT_EQ(reasonTaken(R"({"reason": " a\nb\u0000c\u001b[31m "})"), "a b c [31m");
  EXPECT_EQ(reasonTaken("{\"reason\": \"schlüssel 🔑\"}"), "schlüssel 🔑");
}

TEST_F(BodyTest, RefusesWhatIsNoJsonObject) {
  for (const std::string body :
       {"[]", "\"reason\"", "null", "{", "{\"reason\": \"x\"} {}", "\xff", "{\"reason\": \"\xff\"}",
        "{\"reason\": \"\xed\xa0\x80\"}", "{\"reason\": \"\\ud800\"}", "{'reason': 'x'}"}) {
    EXPECT_THAT(resume(body), HasSubstr("line 1, column")) << body;
  }
  EXPECT_THAT(resume("{\"reason\": " + std::string(5000, '[') + std::string(5000, ']') + "}"),
              HasSubstr("nested deeper"));
}

}  // namespace
}  // namespace heald::api
