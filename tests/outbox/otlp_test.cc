#include "outbox/otlp.h"

#include <nlohmann/json.hpp>

#include "support.h"

namespace heald::outbox {
namespace {

using nlohmann::json;

TEST(Otlp, FollowsTheRulesOfItsJson) {
  Span span{
      .trace = std::string(32, 'a'),
      .id = std::string(16, 'b'),
      .parent = std::string(16, 'c'),
      .name = "attempt restart",
      .start = at(0).wall,
      .end = at(5).wall,
      .status = Span::Status::kError,
      .message = "timed out",
      .attributes = {{"heald.remedy", std::string("restart")}, {"heald.attempt", std::int64_t{7}}},
      .events = {{at(1).wall, "detected", {}}}};
  const json body = json::parse(otlpBody({span}, {"web-1", "1.2.3"}));
  const json& resource = body.at("resourceSpans").at(0);
  EXPECT_EQ(resource.at("resource").at("attributes").at(0),
            json({{"key", "service.name"}, {"value", {{"stringValue", "heald"}}}}));
  const json& sent = resource.at("scopeSpans").at(0).at("spans").at(0);
  EXPECT_EQ(sent.at("traceId"), std::string(32, 'a'));
  EXPECT_EQ(sent.at("parentSpanId"), std::string(16, 'c'));
  EXPECT_EQ(sent.at("startTimeUnixNano"), "1795466820000000000") << "64 bits are a text";
  EXPECT_EQ(sent.at("endTimeUnixNano"), "1795466825000000000");
  EXPECT_EQ(sent.at("kind"), 1);
  EXPECT_EQ(sent.at("status"), json({{"code", 2}, {"message", "timed out"}}));
  EXPECT_EQ(sent.at("attributes").at(1),
            json({{"key", "heald.attempt"}, {"value", {{"intValue", "7"}}}}));
  EXPECT_EQ(sent.at("events").at(0).at("name"), "detected");
}

TEST(Otlp, ARootHasNoParentAndNoStatusIsAnEmptyOne) {
  const json body = json::parse(otlpBody({Span{.name = "x"}}, {}));
  const json& sent = body.at("resourceSpans").at(0).at("scopeSpans").at(0).at("spans").at(0);
  EXPECT_FALSE(sent.contains("parentSpanId"));
  EXPECT_EQ(sent.at("status"), json::object());
}

Exported answered(int status, const std::string& body = "{}") {
  io::HttpResponse response;
  response.end = io::HttpEnd::kAnswered;
  response.status = status;
  response.body = body;
  return judged(response);
}

TEST(Otlp, OnlyWhatTheProtocolSaysIsTriedAgain) {
  for (const int status : {429, 502, 503, 504}) {
    EXPECT_EQ(answered(status).end, Exported::End::kLater) << status;
  }
  for (const int status : {400, 401, 404, 413, 500}) {
    EXPECT_EQ(answered(status).end, Exported::End::kRefused) << status;
  }
  EXPECT_EQ(answered(200).end, Exported::End::kTaken);
  io::HttpResponse nobody;
  nobody.end = io::HttpEnd::kFailed;
  nobody.error = "connection refused";
  EXPECT_EQ(judged(nobody).end, Exported::End::kLater);
}

TEST(Otlp, APartOfThemMayBeRejected) {
  EXPECT_EQ(answered(200, R"({"partialSuccess": {"rejectedSpans": "3"}})").rejected, 3u);
  EXPECT_EQ(answered(200, R"({"partialSuccess": {"rejectedSpans": 2}})").rejected, 2u);
  for (const char* odd : {"", "[]", "no", R"({"partialSuccess": 7})",
                          R"({"partialSuccess": {"rejectedSpans": "x"}})"}) {
    EXPECT_EQ(answered(200, odd).rejected, 0u) << odd;
  }
}

}  // namespace
}  // namespace heald::outbox
