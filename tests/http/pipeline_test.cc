#include "http/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace heald::http {
namespace {

using testing::HasSubstr;

class PipelineTest : public testing::Test {
 protected:
  static Router table() {
    Router router;
    router.get("/api/checks/{name}", Access::kOpen,
               [](const Request& r) { return text(r.parameter("name")); });
    router.get("/throws", Access::kOpen,
               [](const Request&) -> Response { throw std::runtime_error("its detail"); });
    router.get("/throws-int", Access::kOpen, [](const Request&) -> Response { throw 42; });
    router.get("/asks-for-a-segment-that-it-does-not-have", Access::kOpen,
               [](const Request& r) { return text(r.parameter("name")); });
    router.add("POST", "/api/dormant", Access::kOperate,
               [](const Request& request) { return text(request.body); });
    return router;
  }

  Response answer(std::string method, std::string path, Headers headers) {
    Request request;
    request.method = std::move(method);
    request.path = std::move(path);
    request.headers = std::move(headers);
    return pipeline_.answer(request, [this](Request& r, bool) -> std::optional<Response> {
      ++bodies_read_;
      r.body = "the body";
      return std::nullopt;
    });
  }
  Response get(std::string path) { return answer("GET", std::move(path), {{"Host", "localhost"}}); }

  std::vector<std::string> records_;
  std::vector<std::string> logs_;
  int bodies_read_ = 0;
  Pipeline pipeline_{table(),
                     GuardPolicy{.token = "the token"},
                     {.observe =
                          [this](const RequestRecord& r) {
                            EXPECT_GE(r.seconds, 0);
                            records_.push_back(std::string(r.method) + " " + std::string(r.route) +
                                               " " + std::to_string(r.status));
                          },
                      .log = [this](std::string_view line) { logs_.emplace_back(line); }}};
};

TEST_F(PipelineTest, GivesTheHandlerItsParameters) {
  EXPECT_EQ(get("/api/checks/a%20b").body, "a b");
  EXPECT_THAT(records_, testing::ElementsAre("GET /api/checks/{name} 200"));
}

TEST_F(PipelineTest, TurnsExceptionsInto500AndTellsTheLogAlone) {
  EXPECT_EQ(get("/throws").status, 500);
  EXPECT_EQ(get("/throws-int").status, 500);
  EXPECT_THAT(get("/throws").body, testing::Not(HasSubstr("detail")));
  EXPECT_THAT(logs_[0], HasSubstr("GET /throws failed: its detail"));
  EXPECT_THAT(records_, testing::Contains("GET /throws 500"));
}

TEST_F(PipelineTest, AFaultOfOurOwnInACallEndsThatCallAndNotTheDaemon) {
  EXPECT_EQ(get("/asks-for-a-segment-that-it-does-not-have").status, 500);
  EXPECT_THAT(logs_[0], HasSubstr("the route has no segment {name}"));
  EXPECT_EQ(get("/api/checks/x").status, 200);
}

TEST_F(PipelineTest, ReadsTheBodyOnlyOfAChangeThatIsAllowed) {
  const Headers::Field host{"Host", "localhost"};
  EXPECT_EQ(answer("POST", "/api/dormant", {host}).status, 401);
  EXPECT_EQ(answer("POST", "/nowhere", {host}).status, 404);
  EXPECT_EQ(answer("POST", "/api/checks/x", {host}).status, 405);
  EXPECT_EQ(answer("POST", "/api/dormant", {{"Host", "evil.com"}}).status, 403);
  get("/api/checks/x");
  EXPECT_EQ(bodies_read_, 0);
  const Response ok = answer("POST", "/api/dormant", {host, {"Authorization", "Bearer the token"}});
  EXPECT_EQ(ok.body, "the body");
  EXPECT_EQ(bodies_read_, 1);
}

TEST_F(PipelineTest, AsksTheHostBeforeItTellsWhatExists) {
  EXPECT_EQ(answer("GET", "/nowhere", {{"Host", "evil.com"}}).status, 403);
  EXPECT_EQ(answer("OPTIONS", "/api/dormant", {{"Host", "evil.com"}}).status, 403);
}

TEST_F(PipelineTest, KeepsTheLabelsOfMetricsFew) {
  get("/" + std::string(100, 'x'));
  answer("PROPFIND", "/api/dormant", {{"Host", "localhost"}});
  pipeline_.answerMalformed(400, "Bad request");
  EXPECT_THAT(records_, testing::ElementsAre("GET unmatched 404", "other unmatched 405",
                                             "other unmatched 400"));
}

TEST_F(PipelineTest, WorksWithoutHooks) {
  const Pipeline quiet(table(), {}, {});
  Request request;
  request.method = "GET";
  request.path = "/throws";
  request.headers.add("Host", "localhost");
  EXPECT_EQ(quiet.answer(request, nullptr).status, 500);
}

}  // namespace
}  // namespace heald::http
