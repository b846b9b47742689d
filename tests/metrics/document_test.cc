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

struct Document {
  std::map<std::string, Documented> shown;  // without being asked for
  std::map<std::string, Documented> full;   // what full detail adds
  // What full detail adds to those that are shown anyway: a label, or "" for more series.
  std::map<std::string, std::string> finer;
};

Document document() {
  Document document;
  std::ifstream in(HEALD_SOURCE_DIR "/docs/metrics.md");
  bool full = false;
  for (std::string line; std::getline(in, line);) {
    full = full || line == "## Full detail";
    if (!line.starts_with("| `")) {
      continue;
    }
    const auto cells = cellsOf(line);
    if (full && cells.size() == 3) {
      const auto label = wordsOf(cells.at(1));
      for (const std::string& name : wordsOf(cells.at(0))) {
        document.finer[name] = label.empty() ? "" : label.at(0);
      }
      continue;
    }
    auto& metrics = full ? document.full : document.shown;
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
  return document;
}

engine::Snapshot inFullDetail() {
  engine::Snapshot snapshot = richSnapshot();
  snapshot.full_metrics = true;
  return snapshot;
}

std::set<std::string> labelsOf(const prometheus::ClientMetric& metric) {
  std::set<std::string> labels;
  for (const auto& label : metric.label) {
    labels.insert(label.name);
  }
  // Of the configuration, and as such not of the document.
  labels.erase("team");
  labels.erase("service");
  return labels;
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
  const auto documented = document().shown;
  for (const auto& family : collect(richSnapshot(), richSources(), at(100))) {
    const auto found = documented.find(family.name);
    ASSERT_NE(found, documented.end()) << family.name << " is not documented";
    EXPECT_EQ(found->second.type, wordOf(family.type)) << family.name;
    for (const auto& metric : family.metric) {
      EXPECT_EQ(labelsOf(metric), found->second.labels) << family.name;
    }
  }
}

TEST(MetricsDocument, NamesWhatFullDetailAdds) {
  const Document documented = document();
  const auto usual = collect(richSnapshot(), richSources(), at(100));
  std::set<std::string> seen;
  for (const auto& family : collect(inFullDetail(), richSources(), at(100))) {
    seen.insert(family.name);
    const auto* same = familyNamed(usual, family.name);
    const auto added = documented.full.find(family.name);
    ASSERT_EQ(same == nullptr, added != documented.full.end()) << family.name;
    const Documented& row = same == nullptr ? added->second : documented.shown.at(family.name);
    EXPECT_EQ(row.type, wordOf(family.type)) << family.name;
    std::set<std::string> labels = row.labels;
    const auto finer = documented.finer.find(family.name);
    const bool more = same != nullptr && same->metric.size() != family.metric.size();
    EXPECT_EQ(more, finer != documented.finer.end()) << family.name;
    if (finer != documented.finer.end() && !finer->second.empty()) labels.insert(finer->second);
    for (const auto& metric : family.metric) {
      EXPECT_EQ(labelsOf(metric), labels) << family.name;
    }
  }
  for (const auto& [name, row] : documented.shown) EXPECT_TRUE(seen.contains(name)) << name;
  for (const auto& [name, row] : documented.full) EXPECT_TRUE(seen.contains(name)) << name;
  for (const auto& [name, label] : documented.finer) EXPECT_TRUE(seen.contains(name)) << name;
}

double totalOf(const prometheus::MetricFamily& family) {
  double total = 0;
  for (const auto& metric : family.metric) {
    total += family.type == prometheus::MetricType::Histogram ? metric.histogram.sample_sum
                                                              : metric.counter.value;
  }
  return total;
}

TEST(MetricsDocument, FullDetailAddsUpToTheSame) {
  const auto usual = collect(richSnapshot(), richSources(), at(1000));
  const auto full = collect(inFullDetail(), richSources(), at(1000));
  int compared = 0;
  for (const auto& [name, label] : document().finer) {
    if (label.empty()) continue;
    const double total = totalOf(*familyNamed(usual, name));
    EXPECT_EQ(total, totalOf(*familyNamed(full, name))) << name;
    compared += total > 0 ? 1 : 0;
  }
  EXPECT_GE(compared, 6);
}

TEST(MetricsDocument, NamesNothingThatIsNotExposed) {
  const auto families = collect(richSnapshot(), richSources(), at(100));
  for (const auto& [name, metric] : document().shown) {
    EXPECT_NE(familyNamed(families, name), nullptr) << name << " is not exposed";
    EXPECT_NE(metric.meaning, "") << name;
    EXPECT_NE(metric.unit, "") << name;
    EXPECT_NE(metric.series, "") << name;
  }
}

TEST(MetricsDocument, EveryMetricFollowsTheConventionsOfNames) {
  Document documented = document();
  documented.shown.merge(documented.full);
  for (const auto& [name, metric] : documented.shown) {
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
  Document documented = document();
  documented.shown.merge(documented.full);
  for (const auto& [name, metric] : documented.shown) {
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

// How many more there are with one more of each.
struct Added {
  explicit Added(bool full) : full_(full) {}
  template <class Add>
  std::size_t operator()(Add add) const {
    engine::Snapshot before = richSnapshot();
    before.full_metrics = full_;
    engine::Snapshot after = before;
    add(after);
    return seriesOf(after) - seriesOf(before);
  }
  std::size_t governor() const {
    return (*this)([](engine::Snapshot& s) { s.governors.push_back(governorView("more")); });
  }
  std::size_t remedy() const {
    return (*this)([](engine::Snapshot& s) { s.remedies.push_back(remedyView("more", "idle")); });
  }
  std::size_t check() const {
    return (*this)(
        [](engine::Snapshot& s) { s.checks.push_back(checkView("more", core::CheckStatus::kOk)); });
  }
  std::size_t task() const {
    return (*this)([](engine::Snapshot& s) {
      s.tasks.push_back(taskView("more", engine::TaskKind::kInterval));
    });
  }

 private:
  bool full_;
};

TEST(MetricsDocument, SaysHowManySeriesAGovernorARemedyACheckAndATaskHave) {
  const Added usual(false);
  const Added full(true);
  std::ifstream in(HEALD_SOURCE_DIR "/docs/metrics.md");
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  const auto says = [&](const std::string& before, std::size_t count, const std::string& after) {
    EXPECT_THAT(text, testing::HasSubstr(before + std::to_string(count) + after));
  };
  says("a governor has ", usual.governor(), " series");
  says("a remedy ", usual.remedy(), ", ");
  says("a check ", usual.check(), " (");
  says("a task\n", usual.task(), ",");
  says("**", usual.governor() + usual.remedy() + usual.check(), " for one check with its remedy");
  says("In full detail a governor\nhas ", full.governor(), ", ");
  says(", a remedy ", full.remedy(), ", a check ");
  says(", a check ", full.check(), ".");
}

TEST(MetricsDocument, ACheckWithRemedyAndGovernorHasAtMost45Series) {
  const Added usual(false);
  EXPECT_LE(usual.governor() + usual.remedy() + usual.check(), 45u);
}

}  // namespace
}  // namespace heald::metrics
