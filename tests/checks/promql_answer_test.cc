#include "checks/promql_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace heald::checks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string vectorOf(const std::string& series) {
  return R"({"status":"success","data":{"resultType":"vector","result":[)" + series + "]}}";
}
std::string withNumber(const std::string& number) {
  return vectorOf(R"({"metric":{},"value":[1.5,")" + number + "\"]}");
}
std::string problemOf(const std::string& body) {
  const auto answer = readPromqlAnswer(body);
  return answer ? "none" : answer.error().message;
}

TEST(PromqlAnswer, OfAVectorHasASampleForEachSeries) {
  const auto answer = readPromqlAnswer(
      vectorOf(R"({"metric":{"job":"node","__name__":"up"},"value":[1700000000,"1"]},
                  {"metric":{},"value":[1700000000.25,"-2.5e+30"]})"));
  ASSERT_TRUE(answer);
  EXPECT_THAT(*answer, ElementsAre(PromqlSample{1, R"({__name__="up", job="node"})"},
                                   PromqlSample{-2.5e30, ""}));
}

TEST(PromqlAnswer, OfAScalarIsOneSample) {
  const auto answer = readPromqlAnswer(
      R"({"status":"success","data":{"resultType":"scalar","result":[1,"42"]},"infos":["x"]})");
  ASSERT_TRUE(answer);
  EXPECT_THAT(*answer, ElementsAre(PromqlSample{42, ""}));
}

TEST(PromqlAnswer, MayBeEmpty) {
  const auto answer = readPromqlAnswer(vectorOf(""));
  ASSERT_TRUE(answer);
  EXPECT_THAT(*answer, IsEmpty());
}

TEST(PromqlAnswer, NumbersMayBeNoNumberOrInfinite) {
  EXPECT_TRUE(std::isnan(readPromqlAnswer(withNumber("NaN"))->front().value));
  EXPECT_EQ(readPromqlAnswer(withNumber("+Inf"))->front().value, INFINITY);
  EXPECT_EQ(readPromqlAnswer(withNumber("-Inf"))->front().value, -INFINITY);
}

TEST(PromqlAnswer, ARefusalIsTold) {
  EXPECT_EQ(problemOf(R"({"status":"error","errorType":"bad_data","error":"parse\nerror"})"),
            "bad_data: parse error");
}

TEST(PromqlAnswer, WithWarningsIsNotToBeRelied) {
  const std::string begin = R"({"status":"success","warnings":)";
  const std::string end = R"(,"data":{"resultType":"vector","result":[]}})";
  EXPECT_EQ(problemOf(begin + R"(["store a is down"])" + end),
            "the answer may be incomplete: store a is down");
  EXPECT_EQ(problemOf(begin + "[]" + end), "none");
  EXPECT_EQ(problemOf(begin + "null" + end), "none");
  EXPECT_THAT(problemOf(begin + "7" + end), HasSubstr("may be incomplete"));
}

TEST(PromqlAnswer, OtherTypesAreNoNumbers) {
  const auto typed = [](const std::string& type, const std::string& result) {
    return problemOf(R"({"status":"success","data":{"resultType":")" + type + R"(","result":)" +
                     result + "}}");
  };
  EXPECT_EQ(typed("string", R"([1,"5"])"),
            "the query gives a string (a vector or a scalar is needed)");
  EXPECT_EQ(typed("matrix", "[]"), "the query gives a matrix (a vector or a scalar is needed)");
  EXPECT_EQ(typed("vector", R"([{"metric":{},"histogram":[1,{}]}])"),
            "a series is a histogram (the query has to give numbers)");
}

TEST(PromqlAnswer, AnythingElseIsNoAnswer) {
  const std::string whole = withNumber("5");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(problemOf(whole.substr(0, size)), "no answer of Prometheus") << size;
  }
  for (const char* body :
       {"<html>502</html>", "null", "[]", "\"success\"", "{}", R"({"status":7})",
        R"({"status":"success"} x)", "\xff\xfe", R"({"status":"success\u0000"})"}) {
    EXPECT_EQ(problemOf(body), "no answer of Prometheus") << body;
  }
}

TEST(PromqlAnswer, EverySeriesHasToBeWellFormed) {
  for (const char* series :
       {"7", "null", "{}", R"({"metric":{}})", R"({"metric":{},"value":[1,5]})",
        R"({"metric":{},"value":["1","5"]})", R"({"metric":{},"value":[1]})",
        R"({"metric":{},"value":[1,"5 "]})", R"({"metric":{},"value":[1,""]})",
        R"({"metric":{},"value":[1,"0x5"]})", R"({"metric":{},"value":[1,"1e999"]})",
        R"({"metric":[],"value":[1,"5"]})", R"({"value":[1,"5"]})"}) {
    EXPECT_EQ(problemOf(vectorOf(series)), "a series without a number") << series;
  }
  EXPECT_EQ(problemOf(R"({"status":"success","data":{"resultType":"vector","result":{}}})"),
            "a vector without a list of series");
  EXPECT_EQ(problemOf(R"({"status":"success","data":{"resultType":"scalar","result":[1,2]}})"),
            "a scalar without a number");
  EXPECT_EQ(problemOf(R"({"status":"success","data":7})"),
            "the query gives a result without a type (a vector or a scalar is needed)");
}

TEST(PromqlAnswer, LabelsAreMadeFitForAMessage) {
  const auto answer = readPromqlAnswer(vectorOf(R"({"metric":{"a":"x\ny\u0000","b":7,"c":")" +
                                                std::string(5000, 'c') + R"("},"value":[1,"5"]})"));
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->front().labels, testing::StartsWith(R"({a="x y ", b="?", c="ccc)"));
  EXPECT_THAT(answer->front().labels, SizeIs(testing::Le(256u)));
}

TEST(PromqlAnswer, DeepNestingDoesNoHarm) {
  EXPECT_EQ(problemOf(std::string(kPromqlAnswerBytes, '[')), "no answer of Prometheus");
  const std::size_t half = kPromqlAnswerBytes / 2;
  EXPECT_EQ(problemOf(std::string(half, '[') + std::string(half, ']')), "no answer of Prometheus");
}

}  // namespace
}  // namespace heald::checks
