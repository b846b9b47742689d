#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/stories.h"
#include "support/prometheus.h"

// The check `promql` against the real Prometheus.
namespace heald::test {
namespace {

using testing::HasSubstr;

constexpr const char* kTwoSeries =
    R"(label_replace(vector(3), "disk", "a", "", "") or label_replace(vector(9), "disk", "b", "", ""))";

class Promql : public testing::Test {
 protected:
  Promql() : daemon_({"checks: []\n"}), prometheus_("scrape_configs: []\n") {}
  void SetUp() override { ASSERT_TRUE(prometheus_.ready()) << prometheus_.log(); }

  void add(const std::string& name, const std::string& query, const std::string& more) {
    checks_ += "  - name: " + name + "\n    interval: 50ms\n    promql: {server: '" +
               prometheus_.url() + "', query: '" + query + "', " + more + "}\n";
  }
  void start() {
    daemon_.configure("checks:\n" + checks_);
    daemon_.start();
  }
  void expect(const std::string& check, const std::string& status, const std::string& message) {
    daemon_.await(check + " has run", [&] { return daemon_.check(check).at("executions") > 0; });
    EXPECT_EQ(daemon_.check(check).at("status"), status) << check;
    EXPECT_THAT(daemon_.check(check).at("message").get<std::string>(), HasSubstr(message));
  }

  TestDaemon daemon_;
  Prometheus prometheus_;
  std::string checks_;
};

TEST_F(Promql, KnowsWhatIsTooMuchAndWhatSaysNothing) {
  const std::string critical = "critical: \"> 5\"";
  add("scalar", "1 + 1", critical);
  add("many", kTwoSeries, critical);
  add("fine", kTwoSeries, "critical: \"> 10\", warning: \"< 2\"");
  add("warns", kTwoSeries, "critical: \"> 10\", warning: \"> 5\"");
  add("nan", "vector(0) / 0", critical);
  add("infinite", "vector(1) / 0", critical);
  add("absent", "nothing_like_it", critical);
  add("allowed", "nothing_like_it", critical + ", no_data: ok");
  add("text", "\"7\"", critical);
  add("range", "vector(9)[5m:1m]", critical);
  add("wrong", "sum(", critical);
  start();
  expect("scalar", "ok", "2");
  expect("many", "critical", R"(9 {disk="b"} is > 5, 1 of 2 series)");
  expect("fine", "ok", R"(9 {disk="b"} is the worst of 2 series)");
  expect("warns", "warning", R"(9 {disk="b"} is > 5, 1 of 2 series)");
  expect("nan", "unknown", "NaN says nothing");
  expect("infinite", "unknown", "+Inf says nothing");
  expect("absent", "unknown", "no series");
  expect("allowed", "ok", "no series");
  expect("text", "unknown", "the query gives a string");
  expect("range", "unknown", "the query gives a matrix");
  expect("wrong", "unknown", "status 400: bad_data: ");
}

TEST_F(Promql, AServerThatGoesAwayMakesNothingCritical) {
  add("number", "vector(9)", "critical: \"> 5\"");
  start();
  expect("number", "critical", "9 is > 5");
  prometheus_.stop();
  daemon_.await("unknown", [&] { return daemon_.check("number").at("status") == "unknown"; });
  // Its last connection may be cut instead.
  EXPECT_THAT(daemon_.check("number").at("message").get<std::string>(),
              testing::MatchesRegex("Prometheus: connection (refused|reset by peer)"));
}

}  // namespace
}  // namespace heald::test
