#include "engine/alert_index.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace heald::engine {
namespace {

using Indices = std::vector<int>;

AlertPolicy matching(std::vector<std::pair<std::string, std::string>> matchers) {
  AlertPolicy policy;
  policy.matchers = std::move(matchers);
  return policy;
}

TEST(AlertIndex, ARemedyIsFoundOnceByAnyOrderOfLabels) {
  AlertIndex index;
  index.add(3, matching({{"alertname", "Down"}, {"job", "web"}}));
  const Labels labels = {{"alertname", "Down"}, {"job", "web"}, {"instance", "a"}};
  EXPECT_EQ(index.candidates(labels), Indices{3});
  EXPECT_EQ(index.candidates({{"job", "web"}, {"alertname", "Down"}}), Indices{3});
  EXPECT_EQ(index.candidates({{"instance", "a"}}), Indices{});
}

TEST(AlertIndex, SeveralRemediesComeInTheOrderOfTheConfiguration) {
  AlertIndex index;
  index.add(1, matching({{"alertname", "Down"}}));
  index.add(2, matching({{"alertname", "Up"}}));
  index.add(4, matching({{"alertname", "Down"}, {"severity", "page"}}));
  index.add(5, matching({{"alertname", "Down"}}));
  EXPECT_EQ(index.candidates({{"severity", "page"}, {"alertname", "Down"}}), (Indices{1, 4, 5}));
}

TEST(AlertIndex, ACommonMatcherIsNoWalkOverAllThatHaveIt) {
  AlertIndex index;
  for (int i = 0; i < 1000; ++i) {
    index.add(i, matching({{"severity", "page"}, {"service", std::to_string(i)}}));
  }
  const Indices found = index.candidates({{"severity", "page"}, {"service", "700"}});
  EXPECT_LE(found.size(), 3u);
  EXPECT_EQ(std::count(found.begin(), found.end(), 700), 1);
}

TEST(AlertIndex, WithoutMatchersNoAlertAsksForIt) {
  AlertIndex index;
  index.add(0, {});
  EXPECT_EQ(index.candidates({{"", ""}, {"alertname", "Down"}}), Indices{});
}

}  // namespace
}  // namespace heald::engine
