#include "metrics/text_families.h"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <random>
#include <sstream>

#include "metrics/support.h"

namespace heald::metrics {
namespace {

using ::testing::HasSubstr;

// The lines with their numbers read; sorted, since the order within a histogram is free.
std::vector<std::pair<std::string, double>> parsed(const std::string& text) {
  std::vector<std::pair<std::string, double>> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    const auto space = line.rfind(' ');
    const bool comment = line.starts_with('#');
    lines.emplace_back(comment ? line : line.substr(0, space),
                       comment ? 0 : std::strtod(line.c_str() + space, nullptr));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::string textOf(const engine::Snapshot& snapshot, TextFormat format, Layout& layout) {
  return textOf(snapshot, richSources(), at(100), format, layout).text();
}

// What Prometheus' own serializer, which writes 16 digits, makes of the same families.
void expectReference(const engine::Snapshot& snapshot, Layout& layout) {
  const auto ours = parsed(textOf(snapshot, TextFormat::kPrometheus, layout));
  const auto theirs =
      parsed(prometheus::TextSerializer().Serialize(collect(snapshot, richSources(), at(100))));
  ASSERT_EQ(ours.size(), theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    ASSERT_EQ(ours[i].first, theirs[i].first);
    ASSERT_DOUBLE_EQ(ours[i].second, theirs[i].second) << ours[i].first;
  }
}

// One metric of one series.
template <class Fill>
std::string written(Fill fill, TextFormat format = TextFormat::kPrometheus) {
  Layout layout;
  TextFamilies families(format, layout);
  fill(families);
  return families.take().text();
}

std::string exactly(double value) {
  const std::string text = written([&](TextFamilies& out) { out.gauge("x", "h").add({}, value); });
  return text.substr(text.rfind(' ') + 1, text.size() - text.rfind(' ') - 2);
}

TEST(TextFamilies, WriteWhatPrometheusOwnSerializerMakesOfTheSameFamilies) {
  for (const bool full : {false, true}) {
    engine::Snapshot snapshot = richSnapshot();
    snapshot.full_metrics = full;
    snapshot.checks[0].name = "line\nbreak \"quote\" back\\slash";
    Layout layout;
    expectReference(snapshot, layout);
    expectReference(snapshot, layout);  // now from what was kept
  }
}

TEST(TextFamilies, APageDoesNotDependOnThePagesBeforeIt) {
  std::mt19937 random(7);  // the same worlds each time
  const auto below = [&](std::size_t end) { return random() % end; };
  const std::vector<std::string> names = {"a",
                                          "ab",
                                          "b\"",
                                          "b\\\"",
                                          "b\\",
                                          "gr\xc3\xbcn",
                                          "\xff",
                                          "line\n",
                                          "",
                                          "web",
                                          "web\"} 1\nheald_up{x=\"",
                                          "disk"};
  Layout layout;
  for (int round = 0; round < 400; ++round) {
    engine::Snapshot snapshot = richSnapshot();
    snapshot.full_metrics = below(4) == 0;
    snapshot.checks.clear();
    std::vector<std::string> left = names;
    for (std::size_t i = below(names.size() + 1); i > 0; --i) {
      const std::size_t chosen = below(left.size());
      engine::CheckView check = checkView(left[chosen], core::CheckStatus::kOk);
      check.executions = below(100000);
      if (below(2) == 0) check.measurements = {{names[below(names.size())], 0.1}};
      snapshot.checks.push_back(std::move(check));
      left.erase(left.begin() + static_cast<std::ptrdiff_t>(chosen));
    }
    for (std::size_t i = 0; i < snapshot.remedies.size(); ++i) {
      snapshot.remedies[i].observe = below(2) == 0;
    }
    snapshot.governors.resize(1 + below(snapshot.governors.size()));
    const auto format = below(2) == 0 ? TextFormat::kPrometheus : TextFormat::kOpenMetrics;
    Layout fresh;
    ASSERT_EQ(textOf(snapshot, format, layout), textOf(snapshot, format, fresh)) << round;
    if (format == TextFormat::kPrometheus) expectReference(snapshot, layout);
  }
}

// One thing that may be other in the next page.
void change(engine::Snapshot& snapshot, std::mt19937& random) {
  const auto below = [&](std::size_t end) { return random() % end; };
  const auto later = [&] { return at(static_cast<int>(100 + below(400))); };
  engine::CheckView& check = snapshot.checks[below(snapshot.checks.size())];
  engine::RemedyView& remedy = snapshot.remedies[below(snapshot.remedies.size())];
  engine::GovernorView& governor = snapshot.governors[below(snapshot.governors.size())];
  switch (below(12)) {
    case 0:
      ++check.executions;
      return;
    case 1:
      check.unhealthy_time = {std::chrono::seconds(below(9)), later().boot, false};
      return;
    case 2:
      check.measurements = {{"label", static_cast<double>(below(5))}};
      return;
    case 3:
      ++remedy.totals.attempts;
      return;
    case 4:
      remedy.pause = engine::Pause{later().boot, later().wall, "moved", "alice"};
      return;
    case 5:
      remedy.observe = !remedy.observe;
      return;
    case 6:
      governor.next_attempt_at = later().boot;
      return;
    case 7:
      governor.policy.budgets = {{3, std::chrono::seconds(1 + below(60))}};
      governor.state.starts = {later().boot, at(static_cast<int>(below(100))).boot};
      return;
    case 8:
      governor.state.breaker.state = core::kBreakerStates[below(4)];
      governor.state.breaker.open_until = later().boot;
      return;
    case 9:
      governor.first_permit = later().boot;
      ++governor.permits[0];
      return;
    case 10:
      governor.exposed = !governor.exposed;
      return;
    default:
      snapshot.taken.wall += std::chrono::milliseconds(below(3));  // it was set
  }
}

TEST(TextFamilies, WhatIsKeptOfThePageBeforeIsWhatWouldBeMadeAnew) {
  std::mt19937 random(11);  // the same worlds each time
  for (const bool full : {false, true}) {
    engine::Snapshot snapshot = richSnapshot();
    snapshot.full_metrics = full;
    for (int i = 0; i < 100; ++i) {
      const std::string name = "many-" + std::to_string(i);
      snapshot.checks.push_back(checkView(name, core::CheckStatus::kOk));
      snapshot.governors.push_back(governorView(name));
      engine::RemedyView remedy = snapshot.remedies[0];
      remedy.name = remedy.governor = name;
      snapshot.remedies.push_back(remedy);
    }
    Layout layout;
    int now = 100;
    for (int round = 0; round < 500; ++round) {
      const engine::Snapshot before = snapshot;  // as who publishes keeps it
      for (std::size_t i = random() % 4; i > 0; --i) change(snapshot, random);
      if (round == 250) snapshot.full_metrics = !full;
      now += static_cast<int>(random() % 3);
      const auto format = random() % 3 == 0 ? TextFormat::kOpenMetrics : TextFormat::kPrometheus;
      Layout fresh;
      ASSERT_EQ(textOf(snapshot, richSources(), at(now), format, layout).text(),
                textOf(snapshot, richSources(), at(now), format, fresh).text())
          << round;
    }
  }
}

TEST(TextFamilies, APieceThatDidNotChangeIsTheVerySameObjectInTheNextPage) {
  engine::Snapshot snapshot = richSnapshot();
  for (int i = 0; i < 1000; ++i) {
    snapshot.checks.push_back(checkView("check-" + std::to_string(i), core::CheckStatus::kOk));
  }
  Layout layout;
  const auto made = [&] {
    return textOf(snapshot, richSources(), at(100), TextFormat::kPrometheus, layout).pieces;
  };
  const auto before = made();
  const engine::Snapshot published = snapshot;
  ++snapshot.checks[500].executions;
  const auto after = made();
  ASSERT_EQ(before.size(), after.size());
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i] != after[i] && *before[i] != *after[i]) bytes += after[i]->size();
  }
  EXPECT_GT(bytes, 0u);
  EXPECT_LT(bytes, 4000u) << "one group of one metric";
}

TEST(TextFamilies, LabelsOfOtherNamesInOneMetricAreToldApart) {
  Layout layout;
  for (int page = 0; page < 3; ++page) {
    TextFamilies families(TextFormat::kPrometheus, layout);
    const Family family = families.gauge("x", "h");
    family.add({{"one", "v"}}, 1);
    family.add({{"two", "v"}}, 2);
    family.add({}, 3);
    family.add({{"one", "v"}, {"two", "w"}}, 4);
    EXPECT_THAT(families.take().text(),
                testing::EndsWith("heald_x{one=\"v\"} 1\nheald_x{two=\"v\"} 2\n"
                                  "heald_x 3\n"
                                  "heald_x{one=\"v\",two=\"w\"} 4\n"));
  }
}

TEST(TextFamilies, AValueIsNeverTakenForTheEscapedFormOfAnother) {
  Layout layout;
  for (const auto& [value, written] : std::vector<std::pair<std::string, std::string>>{
           {"a\"b", "a\\\"b"}, {"a\\\"b", "a\\\\\\\"b"}}) {
    TextFamilies families(TextFormat::kPrometheus, layout);
    families.gauge("x", "h").add({{"l", value}}, 1);
    EXPECT_THAT(families.take().text(), HasSubstr("{l=\"" + written + "\"} 1"));
  }
}

TEST(TextFamilies, WriteNumbersForPeopleAndLoseNoBitOfThem) {
  EXPECT_EQ(exactly(0), "0");
  EXPECT_EQ(exactly(1'000'000), "1000000");
  EXPECT_EQ(exactly(-42), "-42");
  EXPECT_EQ(exactly(0.0001), "0.0001");
  EXPECT_EQ(exactly(-2.5), "-2.5");
  EXPECT_EQ(exactly(1e300), "1e+300");
  EXPECT_EQ(exactly(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(exactly(-std::numeric_limits<double>::infinity()), "-Inf");
  EXPECT_EQ(exactly(std::numeric_limits<double>::quiet_NaN()), "NaN");
  for (const double value : {1'700'000'000.123456789, 0.1 + 0.2, 5e-324, 1.0 / 3, 1e15, 1e15 - 1,
                             1e16 + 2, 1e17, -1e15}) {
    EXPECT_EQ(std::strtod(exactly(value).c_str(), nullptr), value);
  }
}

TEST(TextFamilies, EscapeHelpAndEndEachBucketListWithInfinity) {
  static const std::vector<double> bounds = {0.5};
  engine::Histogram histogram(bounds);
  histogram.observe(std::chrono::milliseconds(250));
  histogram.observe(std::chrono::milliseconds(1250));
  EXPECT_EQ(written([&](TextFamilies& out) {
              out.histogram("x", "two\nlines \\ \"quoted\"").add({}, histogram);
            }),
            "# HELP heald_x two\\nlines \\\\ \"quoted\"\n"
            "# TYPE heald_x histogram\n"
            "heald_x_bucket{le=\"0.5\"} 1\n"
            "heald_x_bucket{le=\"+Inf\"} 2\n"
            "heald_x_sum 1.5\n"
            "heald_x_count 2\n");
}

TEST(TextFamilies, AMetricWithoutSeriesIsNotExposed) {
  EXPECT_EQ(written([](TextFamilies& out) {
              out.gauge("none", "h");
              out.gauge("process_one", "h").add({}, 1);
              out.gauge("none_either", "h");
            }),
            "# HELP process_one h\n# TYPE process_one gauge\nprocess_one 1\n");
}

TEST(TextFamilies, OpenMetricsNamesCountersWithoutTheirSuffixAndEnds) {
  const auto fill = [](TextFamilies& out) {
    out.counter("x_total", "say \"hi\"").add({}, 3);
    out.gauge("y", "h").add({}, 0);
  };
  EXPECT_EQ(written(fill, TextFormat::kOpenMetrics),
            "# HELP heald_x say \\\"hi\\\"\n"
            "# TYPE heald_x counter\n"
            "heald_x_total 3\n"
            "# HELP heald_y h\n"
            "# TYPE heald_y gauge\n"
            "heald_y 0\n"
            "# EOF\n");
}

TEST(TextFamilies, OpenMetricsHasTheSeriesOfTheOtherText) {
  const engine::Snapshot snapshot = richSnapshot();
  const auto series = [&](TextFormat format) {
    Layout layout;
    auto lines = parsed(textOf(snapshot, format, layout));
    std::erase_if(lines, [](const auto& line) { return line.first.starts_with('#'); });
    return lines;
  };
  EXPECT_EQ(series(TextFormat::kOpenMetrics), series(TextFormat::kPrometheus));
}

TEST(TextFamilies, InOpenMetricsABucketOfAttemptsNamesTheLastOfThem) {
  engine::Snapshot snapshot = richSnapshot();
  engine::Histogram& exec = snapshot.healing_durations.at("exec");
  snapshot.healing_durations.try_emplace("a-first-kind", engine::healingBuckets());
  exec.observe(std::chrono::seconds(3), 16, at(40).wall);
  exec.observe(std::chrono::seconds(4), 17, at(50).wall);
  exec.observe(std::chrono::hours(4), 18, at(60).wall);
  Layout layout;
  const std::string text = textOf(snapshot, TextFormat::kOpenMetrics, layout);
  EXPECT_THAT(text, HasSubstr("heald_healing_duration_seconds_bucket{kind=\"exec\",le=\"5\"} 4 # "
                              "{attempt=\"17\"} 4 1700000050\n"));
  EXPECT_THAT(text,
              HasSubstr("heald_healing_duration_seconds_bucket{kind=\"exec\",le=\"+Inf\"} 5 # "
                        "{attempt=\"18\"} 14400 1700000060\n"));
  EXPECT_THAT(text, HasSubstr("{kind=\"a-first-kind\",le=\"5\"} 0\n"));
  EXPECT_THAT(textOf(snapshot, TextFormat::kPrometheus, layout),
              testing::Not(HasSubstr("attempt=")));
}

TEST(TextFamilies, InFullDetailABucketNamesTheLastAttemptOfItsRemedy) {
  engine::Snapshot snapshot = richSnapshot();
  snapshot.full_metrics = true;
  snapshot.remedies[1].duration.observe(std::chrono::seconds(4), 17, at(50).wall);
  Layout layout;
  const std::string text = textOf(snapshot, TextFormat::kOpenMetrics, layout);
  EXPECT_THAT(text, HasSubstr("{kind=\"exec\",remedy=\"web\",le=\"5\"} 2 # "
                              "{attempt=\"17\"} 4 1700000050\n"));
  EXPECT_THAT(text, HasSubstr("{kind=\"exec\",remedy=\"restart\",le=\"5\"} 1\n"));
}

// Two large metrics with a small one between them.
Page pageOf(Layout& layout, int small, double value) {
  TextFamilies families(TextFormat::kPrometheus, layout);
  for (const char* name : {"first", "second"}) {
    const Family large = families.gauge(name, "h");
    for (int i = 0; i < 1000; ++i) large.add({{"i", std::to_string(i)}}, i == 3 ? value : 0);
    const Family between = families.gauge("between", "h");
    for (int i = 0; i < small; ++i) between.add({{"i", std::to_string(i)}}, 1);
  }
  return families.take();
}

std::vector<std::string> chunksOf(const Page& page) {
  std::vector<std::string> chunks;
  std::size_t begin = 0;
  for (const std::size_t end : page.cuts) {
    std::string& chunk = chunks.emplace_back();
    for (; begin < end; ++begin) chunk += *page.pieces[begin];
  }
  EXPECT_EQ(begin, page.pieces.size());
  EXPECT_EQ(page.size, page.text().size());
  return chunks;
}

TEST(TextFamilies, ChunksHoldTheSameSeriesWhateverTheirValues) {
  Layout layout;
  const auto before = chunksOf(pageOf(layout, 2, 0));
  const auto after = chunksOf(pageOf(layout, 2, 123456789));
  ASSERT_EQ(before.size(), after.size());
  EXPECT_GE(before.size(), 8u);
  std::size_t changed = 0;
  for (std::size_t i = 0; i < before.size(); ++i) changed += before[i] != after[i] ? 1 : 0;
  EXPECT_EQ(changed, 2u);
}

TEST(TextFamilies, ASeriesMoreShiftsNothingBehindTheNextLargeMetric) {
  Layout layout;
  const auto before = chunksOf(pageOf(layout, 2, 0));
  const auto after = chunksOf(pageOf(layout, 3, 0));
  ASSERT_EQ(before.size(), after.size());
  std::size_t changed = 0;
  for (std::size_t i = 0; i < before.size(); ++i) changed += before[i] != after[i] ? 1 : 0;
  EXPECT_LE(changed, 3u);
}

TEST(TextFamilies, AMetricGetsNoSeriesAfterTheNextOneHasBegun) {
  Layout layout;
  TextFamilies families(TextFormat::kPrometheus, layout);
  const Family first = families.gauge("first", "h");
  families.gauge("second", "h").add({}, 1);
  EXPECT_THROW(first.add({}, 1), std::logic_error);
}

}  // namespace
}  // namespace heald::metrics
