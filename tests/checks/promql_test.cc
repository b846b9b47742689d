#include "checks/promql.h"

#include "checks/check_fixture.h"
#include "support/temp_dir.h"
#include "support/tiny_server.h"

namespace heald::checks {
namespace {

using test::TinyServer;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string series(const std::string& instance, const std::string& value) {
  return R"({"metric":{"instance":")" + instance + R"("},"value":[1,")" + value + "\"]}";
}
std::string vectorAnswer(const std::string& all) {
  return R"({"status":"success","data":{"resultType":"vector","result":[)" + all + "]}}";
}

struct PromqlCheck : CheckTest {
  // What the check makes of an answer.
  CheckResult answered(const std::string& body, const std::string& more, int status = 200) {
    const TinyServer server([&](const std::string&) { return TinyServer::reply(status, body); });
    return run(promqlKind(), "{server: '" + server.url() + "', query: up, " + more + "}");
  }
};

TEST_F(PromqlCheck, ComparesTheOneNumber) {
  const std::string seven =
      R"({"status":"success","data":{"resultType":"scalar","result":[1,"7.5"]}})";
  EXPECT_RESULT(answered(seven, "critical: '> 7.5'"), CheckStatus::kOk, "7.5");
  EXPECT_RESULT(answered(seven, "critical: '> 5'"), CheckStatus::kCritical, "7.5 is > 5");
  EXPECT_RESULT(answered(seven, "warning: '>= 7', critical: '> 10'"), CheckStatus::kWarning,
                "7.5 is >= 7");
  EXPECT_RESULT(answered(seven, "warning: '>= 7', critical: '< 10'"), CheckStatus::kCritical,
                "7.5 is < 10");
}

TEST_F(PromqlCheck, NamesTheWorstOfSeveralSeries) {
  const std::string three =
      vectorAnswer(series("a", "6") + "," + series("b", "9") + "," + series("c", "1"));
  EXPECT_RESULT(answered(three, "critical: '> 5'"), CheckStatus::kCritical,
                R"(9 {instance="b"} is > 5, 2 of 3 series)");
  EXPECT_RESULT(answered(three, "critical: '< 5'"), CheckStatus::kCritical,
                R"(1 {instance="c"} is < 5, 1 of 3 series)");
  EXPECT_RESULT(answered(three, "critical: '> 9'"), CheckStatus::kOk,
                R"(9 {instance="b"} is the worst of 3 series)");
}

TEST_F(PromqlCheck, WithoutSeriesItIsWhatNoDataSays) {
  EXPECT_RESULT(answered(vectorAnswer(""), "critical: '> 5'"), CheckStatus::kUnknown, "no series");
  EXPECT_RESULT(answered(vectorAnswer(""), "critical: '> 5', no_data: ok"), CheckStatus::kOk,
                "no series");
  EXPECT_RESULT(answered(vectorAnswer(""), "critical: '> 5', no_data: critical"),
                CheckStatus::kCritical, "no series");
}

TEST_F(PromqlCheck, WhatIsNoFiniteNumberIsUnknown) {
  for (const char* number : {"NaN", "+Inf", "-Inf"}) {
    for (const char* comparison : {"> 5", "< 5", "!= 5"}) {
      EXPECT_RESULT(answered(vectorAnswer(series("a", number)),
                             std::string("critical: '") + comparison + "', warning: '> 0'"),
                    CheckStatus::kUnknown, HasSubstr(R"({instance="a"} says nothing)"));
    }
  }
  const std::string mixed = vectorAnswer(series("a", "NaN") + "," + series("b", "9"));
  EXPECT_RESULT(answered(mixed, "critical: '> 5'"), CheckStatus::kCritical,
                R"(9 {instance="b"} is > 5, 1 of 2 series)");
  EXPECT_RESULT(answered(mixed, "critical: '> 10'"), CheckStatus::kUnknown,
                R"(NaN {instance="a"} says nothing)");
}

TEST_F(PromqlCheck, NotKnowingIsNeverCritical) {
  const std::string no_data = "critical: '> 0', no_data: critical";
  EXPECT_RESULT(
      answered(R"({"status":"error","errorType":"bad_data","error":"parse error"})", no_data, 400),
      CheckStatus::kUnknown, "status 400: bad_data: parse error");
  EXPECT_RESULT(answered("Unauthorized", no_data, 401), CheckStatus::kUnknown,
                "status 401: no answer of Prometheus");
  EXPECT_RESULT(answered("", no_data, 302), CheckStatus::kUnknown, StartsWith("status 302"));
  EXPECT_RESULT(answered(vectorAnswer(series("a", "9")), no_data, 503), CheckStatus::kUnknown,
                "status 503");
  EXPECT_RESULT(answered("{", no_data), CheckStatus::kUnknown, "no answer of Prometheus");
  EXPECT_RESULT(answered(std::string(2 << 20, ' '), no_data), CheckStatus::kUnknown,
                "the answer is longer than 1 MiB (aggregate in the query)");
}

TEST_F(PromqlCheck, APrometheusThatIsNotThereIsUnknown) {
  const test::ClosedPort closed;
  EXPECT_RESULT(run(promqlKind(), "{server: 'http://127.0.0.1:" + std::to_string(closed.port()) +
                                      "', query: up, critical: '< 1'}"),
                CheckStatus::kUnknown, "Prometheus: connection refused");
  timeout = 150ms;
  const TinyServer silent([](const std::string&) { return ""; });
  const std::string yaml = "{server: '" + silent.url() + "', query: up, critical: '< 1'}";
  EXPECT_RESULT(run(promqlKind(), yaml), CheckStatus::kUnknown,
                "Prometheus: timed out after 150ms");
  cancel.cancel();
  EXPECT_RESULT(run(promqlKind(), yaml), CheckStatus::kUnknown, "cancelled");
}

TEST_F(PromqlCheck, SendsTheQueryAsAFormWithItsToken) {
  const test::TempDir dir;
  const TinyServer server(
      [](const std::string&) { return TinyServer::reply(200, vectorAnswer("")); });
  run(promqlKind(), "{server: '" + server.url("/prefix/") +
                        R"(', query: 'up{job="ä"} + 1 & 2', critical: '> 5', bearer_token_file: )" +
                        dir.write("token", "one") + "}");
  EXPECT_THAT(server.lastRequest(), StartsWith("POST /prefix/api/v1/query HTTP/1.1\r\n"));
  EXPECT_THAT(server.lastRequest(), HasSubstr("Authorization: Bearer one\r\n"));
  EXPECT_THAT(server.lastRequest(),
              testing::EndsWith("\r\n\r\nquery=up%7Bjob%3D%22%C3%A4%22%7D%20%2B%201%20%26%202"));
}

TEST_F(PromqlCheck, ItsMessageIsFitForPeople) {
  const std::string hostile = vectorAnswer(series(R"(\n\u001b[31m)" + std::string(9000, 'x'), "9"));
  EXPECT_RESULT(answered(hostile, "critical: '> 5'"), CheckStatus::kCritical,
                AllOf(StartsWith("9 {instance=\"  [31mxxx"), testing::EndsWith("… is > 5"),
                      testing::SizeIs(testing::Le(512u)), Not(HasSubstr("\n"))));
}

TEST(PromqlCheckOptions, AreRefusedWithTheReason) {
  const auto problems = [](const std::string& yaml) {
    return test::readKind(promqlKind(), yaml).problems;
  };
  EXPECT_THAT(problems("{server: 'http://x', query: up}"),
              ElementsAre(HasSubstr("never fails (give it critical or warning")));
  EXPECT_THAT(problems("{query: up, critical: '> 5'}"), ElementsAre(HasSubstr("\"server\"")));
  EXPECT_THAT(problems("{server: 'http://x', critical: '> 5'}"), ElementsAre(HasSubstr("query")));
  EXPECT_THAT(problems("{server: 'http://x', query: ' ', critical: '> 5'}"),
              ElementsAre(HasSubstr("is blank")));
  EXPECT_THAT(problems("{server: 'http://x/?a=b', query: up, critical: '> 5'}"),
              ElementsAre(HasSubstr("is more than the address of a server")));
  EXPECT_THAT(problems("{server: 'http://me:hush@x', query: up, critical: '> 5'}"),
              ElementsAre(HasSubstr("user or password")));
  EXPECT_THAT(problems("{server: 'http://x', query: up, critical: 5}"),
              ElementsAre(HasSubstr("is not a comparison with a number (examples: '> 5'")));
  EXPECT_THAT(problems("{server: 'http://x', query: up, critical: '> 5', no_data: warning}"),
              ElementsAre(HasSubstr("no_data")));
}

}  // namespace
}  // namespace heald::checks
