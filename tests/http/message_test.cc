#include "http/message.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace heald::http {
namespace {

TEST(Headers, AreFoundWithoutCase) {
  const Headers headers{{"Content-Type", "a"}, {"content-type", "b"}};
  EXPECT_EQ(headers.get("CONTENT-TYPE"), "a");
  EXPECT_EQ(headers.count("Content-type"), 2u);
  EXPECT_FALSE(headers.get("Content"));
}

TEST(Response, IsTheFixedShapeForAnError) {
  const Response response = error(409, "conflict", "it is \"dormant\"");
  EXPECT_EQ(response.status, 409);
  EXPECT_EQ(response.content_type, "application/json; charset=utf-8");
  EXPECT_EQ(response.body, R"({"error":{"code":"conflict","message":"it is \"dormant\""}})");
}

TEST(Response, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(error(400, "invalid", "\xff!").body,
            "{\"error\":{\"code\":\"invalid\",\"message\":\"\xef\xbf\xbd!\"}}");
}

TEST(Response, EscapesWhatSteersATerminalAndSaysTheSame) {
  const std::string hostile = "\x1b[2J\u009b2J \u202egpj.exe \U000E0041";
  const std::string body = http::json(nlohmann::json{{"message", hostile}}).body;
  EXPECT_EQ(body, R"({"message":"\u001b[2J\u009b2J \u202egpj.exe \udb40\udc41"})");
  EXPECT_EQ(nlohmann::json::parse(body).at("message"), hostile);
}

TEST(Response, KeepsTheOrderOfKeys) {
  nlohmann::ordered_json value;
  value["z"] = 1;
  value["a"] = 2;
  EXPECT_EQ(http::json(value).body, R"({"z":1,"a":2})");
}

TEST(Response, HasOneStatusForEachKindOfError) {
  EXPECT_EQ(error(Error{ErrorCode::kInvalid, ""}).status, 400);
  EXPECT_EQ(error(Error{ErrorCode::kNotFound, ""}).status, 404);
  EXPECT_EQ(error(Error{ErrorCode::kConflict, ""}).status, 409);
  EXPECT_EQ(error(Error{ErrorCode::kLimit, ""}).status, 429);
  EXPECT_EQ(error(Error{ErrorCode::kUnavailable, ""}).status, 503);
  EXPECT_EQ(error(Error{ErrorCode::kShutdown, "stopping"}).body,
            R"({"error":{"code":"shutdown","message":"stopping"}})");
}

TEST(Request, ThrowsWhenARouteAsksForASegmentItDoesNotHave) {
  EXPECT_THROW(Request{}.parameter("name"), std::logic_error);
}

}  // namespace
}  // namespace heald::http
