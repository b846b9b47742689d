// docs/metrics.md and what is exposed are held together, both ways.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "metrics/support.h"

namespace heald::metrics {
namespace {

struct Documented {
  std::string type;
  std::set<std::string> labels;
  std::string meaning;
  std::string unit;
  std::string series;
  std::string example;
};

std::vector<std::string> cellsOf(const std::string& row) {
  std::vector<std::string> cells;
  std::istringstream in(row.substr(1));
  for (std::string cell; std::getline(in, cell, '|');) {
    const auto begin = cell.find_first_not_of(' ');
    cells.push_back(begin == std::string::npos
                        ? ""
                        : cell.substr(begin, cell.find_last_not_of(' ') - begin + 1));
  }
  return cells;
}

// What stands in backticks.
std::vector<std::string> wordsOf(const std::string& cell) {
  std::vector<std::string> words;
  for (std::size_t end = 0, begin = cell.find('`'); begin != std::string::npos;
       begin = cell.find('`', end + 1)) {
    end = cell.find('`', begin + 1);
    words.push_back(cell.substr(begin + 1, end - begin - 1));
  }
  return words;
}

std::map<std::string, Documented> document() {
  std::map<std::string, Documented> metrics;
  std::ifstream in(HEALD_SOURCE_DIR "/docs/metrics.md");
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("| `")) {
      continue;
    }
    const auto cells = cellsOf(line);
    EXPECT_EQ(cells.size(), 7u) << line;
    const auto labels = wordsOf(cells.at(2));
    const auto added = metrics.insert({wordsOf(cells.at(0)).at(0),
                                       {cells.at(1),
                                        {labels.begin(), labels.end()},
                                        cells.at(3),
                                        cells.at(4),
                                        cells.at(5),
                                        wordsOf(cells.at(6)).at(0)}});
    EXPECT_TRUE(added.second) << "twice: " << line;
  }
  return metrics;
}

std::string wordOf(prometheus::MetricType type) {
  switch (type) {
    case prometheus::MetricType::Counter:
      return "counter";
    case prometheus::MetricType::Gauge:
      return "gauge";
    case prometheus::MetricType::Histogram:
      return "histogram";
    case prometheus::MetricType::Summary:
    case prometheus::MetricType::Untyped:
      break;
  }
  return "of a type that heald does not use";
}

TEST(MetricsDocument, NamesEveryMetricWithItsTypeAndItsLabels) {
  const auto documented = document();
  for (const auto& family : collect(richSnapshot(), richSources(), at(100))) {
    const auto found = documented.find(family.name);
    ASSERT_NE(found, documented.end()) << family.name << " is not documented";
    EXPECT_EQ(found->second.type, wordOf(family.type)) << family.name;
    for (const auto& metric : family.metric) {
      std::set<std::string> labels;
      for (const auto& label : metric.label) {
        labels.insert(label.name);
      }
      EXPECT_EQ(labels, found->second.labels) << family.name;
    }
  }
}

TEST(MetricsDocument, NamesNothingThatIsNotExposed) {
  const auto families = collect(richSnapshot(), richSources(), at(100));
  for (const auto& [name, metric] : document()) {
    EXPECT_NE(familyNamed(families, name), nullptr) << name << " is not exposed";
    EXPECT_NE(metric.meaning, "") << name;
    EXPECT_NE(metric.unit, "") << name;
    EXPECT_NE(metric.series, "") << name;
  }
}

TEST(MetricsDocument, EveryMetricFollowsTheConventionsOfNames) {
  for (const auto& [name, metric] : document()) {
    EXPECT_EQ(name.ends_with("_total"), metric.type == "counter") << name;
    EXPECT_EQ(metric.unit.starts_with("seconds"), name.find("_seconds") != std::string::npos)
        << name;
    EXPECT_EQ(metric.unit == "bytes", name.ends_with("_bytes")) << name;
  }
}

TEST(MetricsDocument, EveryExampleIsAQueryAboutItsMetric) {
  std::ostringstream rules;
  rules << "groups:\n- name: examples\n  rules:\n";
  int number = 0;
  for (const auto& [name, metric] : document()) {
    EXPECT_NE(metric.example.find(name), std::string::npos) << name;
    rules << "  - record: example:" << ++number << "\n    expr: '" << metric.example << "'\n";
  }
  if (std::system("command -v promtool >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "promtool is not installed (package prometheus)";
  }
  const std::string path = HEALD_BINARY_DIR "/metrics-examples.yml";
  std::ofstream(path) << rules.str();
  EXPECT_EQ(std::system(("promtool check rules " + path + " >/dev/null").c_str()), 0) << path;
}

std::size_t seriesOf(const engine::Snapshot& snapshot) {
  std::size_t series = 0;
  for (const auto& family : collect(snapshot, richSources(), at(100))) {
    for (const auto& metric : family.metric) {
      const bool histogram = family.type == prometheus::MetricType::Histogram;
      series += histogram ? metric.histogram.bucket.size() + 3 : 1;  // +Inf, _sum, _count
    }
  }
  return series;
}

TEST(MetricsDocument, SaysHowManySeriesAGovernorARemedyACheckAndATaskHave) {
  const std::size_t before = seriesOf(richSnapshot());
  const auto added = [&](const auto& add) {
    engine::Snapshot snapshot = richSnapshot();
    add(snapshot);
    return std::to_string(seriesOf(snapshot) - before);
  };
  const std::string governor =
      added([](engine::Snapshot& s) { s.governors.push_back(governorView("more")); });
  const std::string remedy =
      added([](engine::Snapshot& s) { s.remedies.push_back(remedyView("more", "idle")); });
  const std::string check = added(
      [](engine::Snapshot& s) { s.checks.push_back(checkView("more", core::CheckStatus::kOk)); });
  const std::string task = added([](engine::Snapshot& s) {
    s.tasks.push_back(taskView("more", engine::TaskKind::kInterval));
  });
  std::ifstream in(HEALD_SOURCE_DIR "/docs/metrics.md");
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  EXPECT_THAT(text, testing::HasSubstr("a governor has " + governor + " series"));
  EXPECT_THAT(text, testing::HasSubstr("a remedy " + remedy + " ("));
  EXPECT_THAT(text, testing::HasSubstr("a check " + check + " ("));
  EXPECT_THAT(text, testing::HasSubstr("a task\n" + task + ","));
}

}  // namespace
}  // namespace heald::metrics
